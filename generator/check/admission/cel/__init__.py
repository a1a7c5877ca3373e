"""The expression language of Kubernetes 1.36 policies: its libraries, its types, and what cannot be had offline."""
