"""The pages on which people contest statuses and announce absences, and settle that."""

from tests.browser.seen import Seen

SAID = {
    "contested, at the report": Seen("session", "said over", opened=True),
    "contested, for a viewer": Seen("session", "said over", "viewer"),
    "contested, for whoever says so": Seen("session", "said over", "who_says"),
    "announced, at the report": Seen("session", "said ahead", opened=True),
    "what a person said": Seen("person", "says person", opened=True),
    "history with what was said": Seen("history", "says and is answered"),
    "history of who says so": Seen("history", "says", "who_says"),
    "contests": Seen("contests", "organization", opened=True),
    "contests, settled": Seen("contests", "organization", query="?state=settled"),
    "contests, none": Seen("contests", "other organization", "owner"),
    "announced absences": Seen("announced_absences", "organization"),
    "announced absences, for a viewer": Seen(
        "announced_absences", "organization", "viewer"
    ),
    "announced absences, answered": Seen(
        "announced_absences", "organization", query="?state=settled"
    ),
    "contest": Seen("contest", "contested", "who_says"),
    "announce": Seen("announce_absence", "says", "who_says"),
    "personal, with what was said": Seen("personal", who="", link="says"),
    "announce personally": Seen("announce_personally", who="", link="not said"),
    "announce personally, refused": Seen(
        "announce_personally", who="", link="not said", refused=True
    ),
    "announce personally, announced": Seen("announce_personally", who="", link="says"),
    "announce personally, nothing ahead": Seen(
        "announce_personally", who="", link="nothing to say"
    ),
    "contest personally": Seen("contest_personally", "contested", who="", link="says"),
    "contest personally, refused": Seen(
        "contest_personally", "open to contest", who="", link="not said", refused=True
    ),
}
