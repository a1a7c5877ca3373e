"""Expressions in PromQL among the objects, and the series that they may name."""
