"""Renders the OpenClaw agent gateway for Amazon EKS from one YAML file per environment."""
