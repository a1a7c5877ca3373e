"""Images by digest: what a tag stands for is asked of its registry, and written beside the tag.

A digest is taken from a registry alone, and compared with the bytes that it names; where it cannot be had, nothing is
written.
"""
