"""The signals by which the apps above hear of changes, and are asked of removals."""

from django.dispatch import Signal

# Sent inside the transaction that changed them, with `event` and `participants` (ids).
roster_changed = Signal()

# Sent inside the transaction in which people got another address, or lost theirs, with
# `people` (ids) and `now`.
mailboxes_changed = Signal()

# Sent by a model before some of its rows are deleted, with their `ids`, inside the
# transaction that may delete them. Each receiver keeps what it looks at from changing
# meanwhile, and returns what hangs on which row: `Hangings` of `events/removal.py`.
removal_asked = Signal()

# Sent likewise once nothing hangs on the rows, right before they are deleted. Receivers
# delete what refers to them and says nothing, such as rows without a decision.
removal_begins = Signal()
