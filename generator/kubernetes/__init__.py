"""The vocabulary of Kubernetes: objects, pods, network policy, and their YAML text."""
