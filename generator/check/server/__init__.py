"""What the API server refuses in an object although its structure is right."""
