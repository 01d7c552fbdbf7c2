"""The signal by which upper apps learn of changes of decisions."""

from django.dispatch import Signal

# Sent once per transaction, inside it, with `changes`: a sequence of
# attendance.audit.changes.Change. Receivers write in bulk, in the same transaction.
attendance_changed = Signal()

# Sent inside the transaction in which somebody answered "did you attend?", or said how
# it was, with `participant` and `now`, the time of the answer.
own_answer_given = Signal()
