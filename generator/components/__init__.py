"""One module a component, each a pure function from an environment to objects; registry.py lists them."""
