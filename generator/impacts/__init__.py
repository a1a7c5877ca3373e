"""The rules that tell what a change does: one module a kind of consequence, listed in registry.py."""
