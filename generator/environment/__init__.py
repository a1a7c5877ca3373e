"""What users write: environment files, their model, and what can be wrong with them."""
