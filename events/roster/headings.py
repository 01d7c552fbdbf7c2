"""What the columns of a roster file are called, and which must not be ignored. Pure.

Case, accents and punctuation of a heading do not matter (``core.names.searched``).
"""

from django.utils.translation import gettext as _

from core.names import searched
from events.models import Registration

_LONGER_THAN_ANY = 100

_CALLED = {
    "name": ("name", "full name", "الاسم", "الاسم الكامل", "nom", "nombre"),
    "email": (
        *("email", "e-mail", "mail", "email address", "e-mail address"),
        *("البريد", "البريد الإلكتروني", "E-Mail-Adresse", "adresse e-mail"),
        *("courriel", "correo", "correo electrónico"),
    ),
    "external_id": (
        *("external id", "student number", "student no", "student id", "id number"),
        *("student id number", "matriculation number", "enrolment number"),
        *("enrollment number", "roll number", "رقم الطالب", "الرقم الجامعي"),
        *("Matrikelnummer", "numéro étudiant", "matrícula"),
    ),
    "role": ("role", "الدور"),
    "registration": ("registration", "التسجيل"),
    "time_zone": ("time zone", "timezone", "المنطقة الزمنية"),
    "language": ("language", "اللغة"),
    "enrolled_from": ("enrolled from", "enrolled since", "since", "منذ"),
    "enrolled_until": ("enrolled until", "until", "حتى"),
}
COLUMNS = tuple(_CALLED)
_COLUMNS = {searched(name): column for column, all_ in _CALLED.items() for name in all_}


def _all(*headings: str) -> frozenset[str]:
    return frozenset(map(searched, headings))


_NUMBERS = _all("number", "الرقم", "Nummer", "numéro", "número")
_PARTS_OF_NAMES = _all(
    *("last name", "lastname", "surname", "family name", "second name"),
    *("first name", "firstname", "given name", "forename", "middle name"),
    *("اسم العائلة", "اللقب", "الاسم الأخير", "الاسم الأول", "اسم الأب"),
    *("Nachname", "Familienname", "Vorname", "nom de famille", "prénom"),
    *("apellido", "apellidos"),
)
# A heading with a word of each asks for another address than the person's own.
_ADDRESS = _all("email", "mail", "courriel", "correo", "بريد", "البريد")
_NOT_OWN = _all(
    *("parent", "parents", "parent's", "guardian", "guardians", "guardian's"),
    *("mother", "mother's", "father", "father's", "emergency", "alternative"),
    *("alternate", "secondary", "second", "other", "additional", "backup", "2"),
    *("ولي", "الوالد", "الوالدة", "الأم", "الأب", "بديل", "البديل", "آخر"),
    *("Eltern", "Mutter", "Vater", "zweite", "tuteur", "autre", "padres", "tutor"),
)
# Who has "no" in such a column would be added like everybody else.
_STATUS = _all("status", "حالة", "الحالة", "statut")
_ANSWERS = _all(
    *("approval", "approved", "RSVP", "response", "confirmed", "attending"),
    *("attendance", "going", "coming", "will you attend", "are you attending"),
    *("are you coming", "are you going", "declined", "cancelled", "canceled"),
    *("withdrawn", "rejected", "waitlist", "waitlisted", "waiting list"),
    *("payment", "paid", "refunded"),
    *("الموافقة", "الرد", "الحضور", "سيحضر", "هل ستحضر", "ملغى", "ملغي"),
    *("قائمة الانتظار", "الدفع", "مدفوع"),
    *("Zusage", "Zugesagt", "Abgesagt", "Storniert", "Warteliste", "Bezahlt"),
    *("réponse", "présence", "annulé", "liste d'attente", "paiement", "payé"),
    *("estado", "respuesta", "asistencia", "cancelado", "lista de espera", "pago"),
)


def column_called(heading: str) -> str | None:
    """Return the column that a heading names; None if it is none of ours."""
    return _COLUMNS.get(_read(heading))


def column_called_in_text(heading: str) -> str | None:
    """Return the column that a heading of pasted text names; None if it is none.

    "Number" is the student's there: whatever looks like a number is read as that.
    """
    is_number = _read(heading) in _NUMBERS
    return "external_id" if is_number else column_called(heading)


def why_refused(heading: str) -> str:
    """Return why a heading that is none of ours cannot be ignored; "" if it can."""
    read = _read(heading)
    words = set(read.split())
    if read in _PARTS_OF_NAMES:
        text = _(
            "The column “%(heading)s” is only a part of people's names. Put both "
            "parts into one column “name”, and delete this one."
        )
    elif words & _ADDRESS and words & _NOT_OWN:
        text = _(
            "The column “%(heading)s” is not understood: people have one address "
            "here, in the column “email”. Delete this one."
        )
    elif words & _STATUS or read in _ANSWERS:
        text = _(
            "The column “%(heading)s” is not understood, and may say that somebody "
            "is not to be added. Call it “registration” and write in each row one "
            "of: %(values)s. Or delete it, and the rows of those people."
        )
    else:
        return ""
    return text % {"heading": heading, "values": ", ".join(Registration.values)}


def _read(heading: str) -> str:
    """Return a heading as it is compared, "" for one that may be as long as a file."""
    return searched(heading) if len(heading) < _LONGER_THAN_ANY else ""
