"""The form of the answer page: whether somebody attended, how it was, who may see it.

Source: docs/rules.md 186.
"""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from attendance.feedback.giving import FEWEST_STARS, MOST_STARS
from attendance.models import LONGEST_REASON, Feedback
from events.models import Participant, ParticipantRole
from events.roster.privacy import PRIVACY
from notifications.prompts.asking import Question

YES, NO = "yes", "no"
STARS = [str(number) for number in range(FEWEST_STARS, MOST_STARS + 1)]


class TextField(forms.CharField):
    """A text of several lines, with the line ends that are stored."""

    def to_python(self, value: object) -> str | None:
        """Return it without what browsers add: they send CRLF."""
        text = super().to_python(value)
        return text.replace("\r\n", "\n") if text else text


class PrivacyForm(forms.Form):
    """Who may see it, beside the organization.

    ``privacy`` tells that the boxes were on the page: browsers send nothing for one
    that is not ticked. The boxes stand below the form that they belong to.
    """

    privacy = forms.BooleanField(required=False, widget=forms.HiddenInput)
    show_on_profile = forms.BooleanField(
        label=_("Show it on my profile to whoever is signed in here"),
        required=False,
        widget=forms.CheckboxInput({"form": "answer"}),
    )
    show_to_other_orgs = forms.BooleanField(
        label=_("Show it there to people of other organizations, too"),
        required=False,
        widget=forms.CheckboxInput({"form": "answer"}),
    )

    @property
    def changes_of_privacy(self) -> dict[str, bool]:
        """New values by column; empty if the boxes were not on the page."""
        if not self.cleaned_data.get("privacy"):
            return {}
        return {name: self.cleaned_data[name] for name in PRIVACY}


class AnswerForm(PrivacyForm):
    """What one can say on the page.

    Whoever says no is not asked how it was: stars and text that come with it are left
    alone, as the page hides them.
    """

    attended = forms.ChoiceField(
        choices=[(YES, _("Yes, I was there")), (NO, _("No, I was not"))],
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose one of the two."),
            "invalid_choice": _("Choose one of the two."),
        },
    )
    rating = forms.TypedChoiceField(
        label=_("How was it?"),
        choices=[(number, number) for number in STARS] + [("", _("no stars"))],
        coerce=int,
        empty_value=None,
        required=False,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Give one to five stars."),
            "invalid_choice": _("Give one to five stars."),
        },
    )
    text = TextField(
        label=_("Anything the organizers should know?"),
        max_length=LONGEST_REASON,
        required=False,
        widget=forms.Textarea({"rows": 3, "dir": "auto"}),
    )

    def __init__(
        self, *args: Any, place: Participant, question: Question | None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if question is Question.HOW:
            del self.fields["attended"]
            self.fields["rating"].required = True
        if place.role == ParticipantRole.HOST:
            del self.fields["rating"], self.fields["text"]

    def clean(self) -> dict[str, Any]:
        """Leave out how it was where somebody was not there; a text needs stars."""
        data = super().clean() or {}
        if data.get("attended") == NO:
            data |= {"rating": None, "text": ""}
        elif data.get("text") and not (data.get("rating") or self.errors):
            raise ValidationError(
                {"rating": _("Give stars, too: the text is kept with them.")}
            )
        return data

    @property
    def says_yes(self) -> bool | None:
        """Whether they say that they were there; None if they do not say."""
        said = self.cleaned_data.get("attended")
        return said == YES if said else None


def initial_values(
    place: Participant,
    *,
    attended: bool | None,
    feedback: Feedback | None,
    chosen: Mapping[str, str],
) -> dict[str, Any]:
    """Return what the form shows at first: what stands, and what was chosen in a mail.

    Args:
        place: Their place.
        attended: What they said so far.
        feedback: How it was, so far.
        chosen: The query string of the link; stars mean that they were there.
    """
    values: dict[str, Any] = {name: getattr(place, name) for name in PRIVACY}
    values |= {"privacy": True, "rating": ""}
    if attended is not None:
        values["attended"] = YES if attended else NO
    if feedback:
        values |= {"rating": str(feedback.rating), "text": feedback.text}
    if chosen.get("stars") in STARS:
        values |= {"attended": YES, "rating": chosen["stars"]}
    if chosen.get("answer") in (YES, NO):
        values["attended"] = chosen["answer"]
    return values
