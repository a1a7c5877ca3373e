"""What a change of environment files does to the objects: before, after, and what the cluster makes of it."""
