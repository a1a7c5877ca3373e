"""Pods: what they are made of, how many there are, how they end, what they claim and read."""
