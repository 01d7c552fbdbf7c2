"""Starts Rollcall and all it needs, with nothing but Python's standard library."""
