"""What Argo CD syncs."""
