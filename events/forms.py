"""Forms of organizations, events and rosters."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.constraints import refusal
from core.errors import RuleBroken
from core.form_parts import (
    LanguageField,
    LocalTimeField,
    NameField,
    RowForm,
    ZonedForm,
    ZoneField,
)
from events.models import (
    LONGEST_DOOR_MINUTES,
    LONGEST_NOTICE,
    MOST_PLACES,
    Event,
    Organization,
    User,
    Visibility,
    slug_validator,
)
from events.people.refusals import candidates_in_words
from events.recording.notice import usual_notice
from events.roster.adding import Added, add_participant
from events.roster.pasted_lines import (
    PastedLine,
    at_line,
    faults,
    read_lines,
    repeated,
    same_as,
)
from events.roster.upload import FileTooLarge

LINES_AT_MOST = 200
# What a new organization has as it usually is, until its settings say otherwise.
SET_LATER = (
    "recording_notice",
    "consent_required",
    "sends_prompts",
    "asks_how_it_was",
)


class OrganizationForm(RowForm):
    """An organization; its slug cannot be changed later.

    A new one has the usual notice, requires no consent, and asks people after events,
    until its settings say otherwise.
    """

    columns = (
        "name",
        "slug",
        "time_zone",
        "language",
        "recording_notice",
        "consent_required",
        "sends_prompts",
        "asks_how_it_was",
    )

    name = NameField(
        label=_("Name"), help_text=_("Stands on pages, in mails and on invitations.")
    )
    time_zone = ZoneField(
        help_text=_("Used for new events unless they have their own.")
    )
    language = LanguageField(
        help_text=_("Used for people whose account and browser have none.")
    )
    slug = forms.CharField(
        label=_("Short name"),
        max_length=50,
        required=False,
        validators=[slug_validator],
        widget=forms.TextInput({"dir": "ltr", "autocapitalize": "none"}),
        help_text=_(
            "If empty, it is made from the name. Lowercase letters, digits and "
            "hyphens. It cannot be changed later, because names of online rooms "
            "begin with it."
        ),
    )

    recording_notice = forms.CharField(
        label=_("What people read before they join"),
        max_length=LONGEST_NOTICE,
        required=False,
        widget=forms.Textarea({"rows": 4, "dir": "auto"}),
    )
    consent_required = forms.BooleanField(
        label=_("Only who consents to attendance being recorded may join"),
        required=False,
        help_text=_(
            "Hosts too. Everybody is asked once, on the page where they join, and can "
            "withdraw consent there: then they cannot join any more, and you see it on "
            "the roster."
        ),
    )

    sends_prompts = forms.BooleanField(
        label=_("Ask people after events whether they attended"),
        required=False,
        help_text=_(
            "An hour after an event ends, by mail and under Notifications. Who was "
            "seen is not asked this. Their answer stands beside what was recorded, and "
            "decides only where nothing else does. Without this nobody is asked unless "
            "you send it yourself on the page of an event."
        ),
    )
    asks_how_it_was = forms.BooleanField(
        label=_("Also ask people who were there how it was"),
        required=False,
        help_text=_(
            "One to five stars and a text, if they like. You see them without names, "
            "once five people have answered."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if isinstance(self.row, Organization):
            del self.fields["slug"]
            usual = gettext("If empty, they read: %(notice)s")
            notice = {"notice": usual_notice(self.row)}
            self.fields["recording_notice"].help_text = usual % notice
        else:
            for name in SET_LATER:
                del self.fields[name]

    def clean_recording_notice(self) -> str:
        """Return line ends as stored: browsers send CRLF, which would be a change."""
        return _as_stored(self.cleaned_data["recording_notice"])


def _as_stored(text: str) -> str:
    """Return a text of several lines with the line ends that are stored."""
    return text.replace("\r\n", "\n")


def _minutes(column: str, **texts: Any) -> forms.IntegerField:
    """Return a field for minutes; if it is empty, the column's default is meant."""
    return forms.IntegerField(
        required=False,
        min_value=0,
        max_value=LONGEST_DOOR_MINUTES,
        initial=getattr(Event(), column),
        **texts,
    )


class EventForm(ZonedForm):
    """A new event of one of ``organizations``, or a change of ``row``."""

    columns = (
        "title",
        "description",
        "time_zone",
        "starts_at",
        "ends_at",
        "location",
        "door_opens_minutes",
        "door_closes_minutes",
        "visibility",
        "registration_open",
        "capacity",
        "prompt_viewers",
    )
    times = ("starts_at", "ends_at")

    title = NameField(label=_("Title"))
    organization = forms.TypedChoiceField(label=_("Organization"), coerce=int)
    time_zone = ZoneField(
        required=False,
        help_text=_("The times below are in this zone. If empty: the organization's."),
    )
    starts_at = LocalTimeField(
        label=_("Starts"), help_text=_("In the time zone above.")
    )
    ends_at = LocalTimeField(
        label=_("Ends"),
        required=False,
        help_text=_("In the same time zone. If empty, the event lasts two hours."),
    )
    location = forms.CharField(
        label=_("Place"),
        max_length=200,
        required=False,
        widget=forms.TextInput({"dir": "auto"}),
    )
    description = forms.CharField(
        label=_("Description"),
        required=False,
        widget=forms.Textarea({"rows": 4, "dir": "auto"}),
    )
    door_opens_minutes = _minutes(
        "door_opens_minutes",
        label=_("Self check-in opens, minutes before the start"),
        help_text=_(
            "From then on attendees can check themselves in with the code on the "
            "screen. Staff can check people in at any time."
        ),
    )
    door_closes_minutes = _minutes(
        "door_closes_minutes",
        label=_("Self check-in closes, minutes after the end"),
        help_text=_(
            "With 0 it closes at the end of the session, or of the event if it has "
            "none."
        ),
    )
    visibility = forms.ChoiceField(
        label=_("Who may see its public page"),
        choices=Visibility.choices,
        initial=Visibility.MEMBERS,
        required=False,
        help_text=_(
            "The page shows title, time, place and description, and nobody of the "
            "roster. A link is not secret: it has the number of the event."
        ),
    )
    registration_open = forms.BooleanField(
        label=_("People may register themselves on the public page"), required=False
    )
    capacity = forms.IntegerField(
        label=_("Places for attendees"),
        required=False,
        min_value=1,
        max_value=MOST_PLACES,
        help_text=_(
            "If empty, there is no limit. When all are taken, who registers on the "
            "public page waits, and moves up in order. You can add more people."
        ),
    )
    prompt_viewers = forms.BooleanField(
        label=_("Afterwards also ask people who only looked at its page"),
        required=False,
        help_text=_(
            "Signed-in people who opened it without registering are asked whether they "
            "attended, too. Who says yes is on the roster as a walk-in."
        ),
    )

    def __init__(
        self,
        *args: Any,
        organizations: Sequence[Organization],
        row: Event | None = None,
        **kwargs: Any,
    ) -> None:
        """Offer the organizations, if there is more than one."""
        zone = row.time_zone if row else ""
        super().__init__(*args, row=row, zone=zone, **kwargs)
        self.organizations = {o.pk: o for o in organizations}
        choices = [(o.pk, o.name) for o in organizations]
        choice: Any = self.fields["organization"]
        choice.choices = choices
        if len(choices) == 1:
            del self.fields["organization"]
        if row:
            self.fields["time_zone"].help_text = _(
                "The times below are in this zone. Sessions do not move."
            )

    def clean_door_opens_minutes(self) -> int:
        """Return the minutes, else those that stand, or the default."""
        return self._minutes_meant("door_opens_minutes")

    def clean_door_closes_minutes(self) -> int:
        """Return the minutes, else those that stand, or the default."""
        return self._minutes_meant("door_closes_minutes")

    def _minutes_meant(self, name: str) -> int:
        sent: int | None = self.cleaned_data[name]
        if sent is not None:
            return sent
        was_left_out = self.row is not None and name not in self.data
        return int(
            getattr(self.row, name) if was_left_out else self.fields[name].initial
        )

    def clean_visibility(self) -> str:
        """Return the choice, else that which stands, or the default."""
        stands = self.row.visibility if isinstance(self.row, Event) else ""
        return self.cleaned_data["visibility"] or stands or Visibility.MEMBERS

    def clean_description(self) -> str:
        """Return line ends as stored: browsers send CRLF, which would be a change."""
        return _as_stored(self.cleaned_data["description"])

    def organization_chosen(self) -> Organization | None:
        """Return the event's organization; None if the choice is not valid."""
        if len(self.organizations) == 1:
            return next(iter(self.organizations.values()))
        return self.organizations.get(self.cleaned_data.get("organization") or 0)

    @property
    def values(self) -> dict[str, Any]:
        """Cleaned values by column, with the organization."""
        return {**super().values, "organization": self.organization_chosen()}

    def chosen_zone(self) -> str:
        """Return the event's own zone, else the organization's; "" if not valid."""
        if not self.is_bound:
            return self.zone
        organization = self.organization_chosen()
        fallback = organization.time_zone if organization else ""
        if "time_zone" in self.errors:
            return ""
        return self.cleaned_data.get("time_zone") or fallback

    def clean(self) -> dict[str, Any]:
        """Turn the times into instants; fill an empty zone from the organization."""
        if "time_zone" in self.cleaned_data:
            self.cleaned_data["time_zone"] = self.chosen_zone()
        return super().clean()


class RosterFileForm(RowForm):
    """A file with people for a roster."""

    file = forms.FileField(
        label=_("File"),
        widget=forms.FileInput({"accept": ".csv,.tsv,.txt,text/csv"}),
        help_text=_(
            "A table saved as CSV. The first row names the columns: name, email, "
            "external_id (student number), role, registration, time_zone, language, "
            "enrolled_from, enrolled_until. Only name is required."
        ),
    )
    partial = forms.BooleanField(
        label=_("Import valid rows and skip the others"), required=False
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        files: Any = None,
        *,
        is_cut_off: bool = False,
    ) -> None:
        super().__init__(data)
        self.files = files
        if is_cut_off:
            # The file did not arrive, because the body is too long.
            self.fields["file"].error_messages["required"] = str(FileTooLarge())


class SeveralPeopleForm(RowForm):
    """People for a roster, one per line; all of them are added, or none."""

    lines = forms.CharField(
        label=_("People"),
        max_length=100_000,
        widget=forms.Textarea({"rows": 12, "dir": "auto", "spellcheck": "false"}),
        help_text=_(
            "One person per line: name, student number, email. Only the name is "
            "required. You can also paste columns from a table, or addresses from "
            "a mail. At most %(number)d people at a time; a file takes more."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        help_text = str(self.fields["lines"].help_text)
        self.fields["lines"].help_text = help_text % {"number": LINES_AT_MOST}

    def clean_lines(self) -> list[PastedLine]:
        """Return the people; each error names its line."""
        lines = read_lines(self.cleaned_data["lines"])
        if not lines:
            raise ValidationError(self.fields["lines"].error_messages["required"])
        if len(lines) > LINES_AT_MOST:
            raise ValidationError(
                _("Add at most %(number)d people at a time."),
                code="too_many",
                params={"number": LINES_AT_MOST},
            )
        errors = [at_line(line, text) for line in lines for text in faults(line)]
        if errors := errors or list(repeated(lines)):
            raise ValidationError(errors)
        return lines

    @transaction.atomic
    def add_to(self, event: Event, *, by: User) -> list[Added]:
        """Add the people and return what was done.

        If a line is refused, nobody is added, and each such line has an error.
        """
        added = []
        lines: dict[int, int] = {}
        for line in self.cleaned_data["lines"]:
            try:
                with transaction.atomic():
                    place = add_participant(
                        event=event,
                        name=line.name,
                        email=line.email,
                        external_id=line.external_id,
                        by=by,
                    )
                added.append(place)
                first = lines.setdefault(place.participant.pk, line.number)
                if first != line.number:
                    self.add_error("lines", same_as(line, first))
            except (RuleBroken, IntegrityError) as refused:
                self.add_error("lines", at_line(line, _why(refused)))
        if self.errors:
            transaction.set_rollback(True)
            return []
        return added


def _why(refused: RuleBroken | IntegrityError) -> str:
    """Return why a line is refused, with what tells from others who may be meant."""
    if not isinstance(refused, RuleBroken) or refused.code != "doubtful":
        return refusal(refused)[1]
    candidates: Any = refused.extra["candidates"]
    text = gettext(
        "This may be %(names)s. Add the address or the student number to show who is "
        "meant, or add this person alone."
    )
    return text % {"names": candidates_in_words(candidates)}
