"""The signal by which the apps above hear that places on a roster changed."""

from django.dispatch import Signal

# Sent inside the transaction that changed them, with `event` and `participants` (ids).
roster_changed = Signal()
