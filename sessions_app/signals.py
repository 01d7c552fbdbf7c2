"""The signal by which the apps above hear that an event's sessions changed."""

from django.dispatch import Signal

# Sent inside the transaction that made, cancelled or restored sessions, with `event`.
sessions_changed = Signal()
