"""What one pod of each gateway carries: the real programs as rendered, in front of a provider that costs little."""
