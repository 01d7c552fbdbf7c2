"""Who is told, asked and shown: nothing yet. It will hear ``attendance_changed``."""
