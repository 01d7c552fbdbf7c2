"""Starts Rollcall and everything that it needs, with Python's standard library only."""
