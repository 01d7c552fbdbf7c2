"""What the upper apps may hear of: which sessions an event has."""

from django.dispatch import Signal

# Sent inside the transaction that made, cancelled or restored sessions, with `event`.
sessions_changed = Signal()
