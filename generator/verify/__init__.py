"""The nine-point checklist against a live cluster: one module a check, and one seam to everything outside.

A check yields what it observed.  What may not be looked at is said and never ends the program.
"""
