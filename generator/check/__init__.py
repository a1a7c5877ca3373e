"""What is wrong with rendered objects."""
