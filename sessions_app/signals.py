"""The signals by which the apps above hear of sessions, and are asked about them."""

from django.dispatch import Signal

# Sent inside the transaction that made, cancelled or restored sessions, with `event`.
sessions_changed = Signal()

# Sent inside the transaction that changed or restored a session, with the `session` as
# it is now, its row locked, and the names of the changed fields as `changed`.
session_changed = Signal()

# Sent when somebody opens the form for the first session of an `event`. Each receiver
# returns what they should know before; empty if there is nothing.
first_session_planned = Signal()
