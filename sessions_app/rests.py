"""How long after its end a session is still calculated by itself."""

from datetime import timedelta

# Of sessions that ended longer ago, new facts, and changes of the window, the roster or
# links, change reports only if somebody asks. What changes whether a session was held
# does at any time (docs/rules.md 34, 121).
RESTS_AFTER = timedelta(days=7)
