"""Notifications: empty so far. They will be triggered by ``attendance_changed``."""
