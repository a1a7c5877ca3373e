"""Hostile input: files made to break whoever reads them, and what must hold all the same (`make fuzz`)."""
