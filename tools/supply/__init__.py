"""What the project is made of and runs: lists of parts, known-bad releases among them, and packages that build alike."""
