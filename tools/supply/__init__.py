"""What the project is made of: lists of parts, releases among them that must not run, and packages that build alike."""
