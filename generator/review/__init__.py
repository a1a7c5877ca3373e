"""What a reviewer should know of a change, as one comment on its pull request."""
