"""The signals by which the apps above hear that sessions changed."""

from django.dispatch import Signal

# Sent inside the transaction that made, cancelled or restored sessions, with `event`.
sessions_changed = Signal()

# Sent inside the transaction that changed or restored a session, with the `session` as
# it is now, its row locked, and the names of the changed fields as `changed`.
session_changed = Signal()
