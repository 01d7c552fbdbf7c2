"""Notifications; empty so far. They will follow the signal ``attendance_changed``."""
