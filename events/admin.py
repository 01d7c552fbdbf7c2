"""The admin of organizations, events, people and rosters."""

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.accounts import admin as account_admin
from events.admin_base import ReadOnlyAdmin, RowAdmin
from events.locks import lock_event, lock_people
from events.models import (
    Event,
    EventView,
    IdempotentAnswer,
    Invitation,
    KnownIdentity,
    Organization,
    Participant,
    Person,
    PersonChange,
    PersonChangeValues,
    RegistrationMail,
    User,
)
from events.people.services import create_people, update_person
from events.roster.places import change_participant, create_places
from events.roster.registration import has_begun, new_place
from events.services import update_event

# Django looks for admins here; those of accounts register themselves.
__all__ = ["account_admin"]

ROLE = "role"


@admin.register(Organization)
class OrganizationAdmin(RowAdmin[Organization]):
    list_display = (
        "name",
        "slug",
        "time_zone",
        "language",
        "sends_prompts",
        "asks_how_it_was",
        "created_at",
    )
    list_filter = ("language", "sends_prompts", "asks_how_it_was")
    search_fields = ("name", "slug")
    date_hierarchy = "created_at"

    def get_readonly_fields(
        self, request: HttpRequest, obj: Organization | None = None
    ) -> tuple[str, ...]:
        """Keep the slug from being changed: room names begin with it."""
        return ("slug",) if obj else ()


@admin.register(Event)
class EventAdmin(RowAdmin[Event]):
    list_display = ("title", "organization", "state", "starts_at", "ends_at")
    list_filter = ("state", ("organization", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("organization",)
    search_fields = ("title", "organization__name")
    autocomplete_fields = ("organization",)
    # The state is changed on the event's page and over REST, which change its sessions.
    readonly_fields = ("state", "roster_changed_at", "created_at")
    date_hierarchy = "starts_at"

    def save_model(
        self, request: HttpRequest, obj: Event, form: "ModelForm[Event]", change: bool
    ) -> None:
        """Write by the service, so that who waits moves up into free places."""
        if change:
            changes = {name: form.cleaned_data[name] for name in form.changed_data}
            update_event(event=obj, changes=changes)
        else:
            super().save_model(request, obj, form, change)


class PersonForm(ModelForm):  # type: ignore[type-arg]
    """A person, whose student number nobody else in the organization has."""

    def validate_unique(self) -> None:
        """Look at the organization too where the form does not change it."""
        super().validate_unique()
        if "organization" in self.fields:
            return
        try:
            self.instance.validate_constraints()
        except ValidationError:
            text = _("Somebody else has this student number.")
            self.add_error("external_id", str(text))


@admin.register(Person)
class PersonAdmin(RowAdmin[Person]):
    form = PersonForm
    list_display = ("name", "email", "external_id", "organization", "user")
    list_filter = (("organization", admin.RelatedOnlyFieldListFilter),)
    list_select_related = ("organization", "user")
    search_fields = ("name", "email", "external_id", "user__username")
    autocomplete_fields = ("organization", "user")

    def has_delete_permission(
        self, request: HttpRequest, obj: Person | None = None
    ) -> bool:
        """Leave it to pages and REST, which ask what hangs on them and log it."""
        return False

    def get_readonly_fields(
        self, request: HttpRequest, obj: Person | None = None
    ) -> tuple[str, ...]:
        """Keep the organization: events of it have the person on their rosters.

        Only superusers connect accounts without asking them.
        """
        kept = ("organization",) if obj else ()
        return kept if account_admin.is_superuser(request) else (*kept, "user")

    def save_model(
        self, request: HttpRequest, obj: Person, form: "ModelForm[Person]", change: bool
    ) -> None:
        """Write by the services, so that the change is logged."""
        by = _user_of(request)
        if change:
            changes = {name: form.cleaned_data[name] for name in form.changed_data}
            update_person(person=obj, changes=changes, by=by)
        else:
            lock_people(obj.organization_id)
            create_people([obj], by=by)


def _user_of(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None


@admin.register(PersonChange)
class PersonChangeAdmin(ReadOnlyAdmin[PersonChange]):
    list_display = ("at", "person", "event", "actor")
    list_filter = (("organization", admin.RelatedOnlyFieldListFilter),)
    list_select_related = ("person", "event", "actor")
    search_fields = ("person__name", "actor__username")
    date_hierarchy = "at"
    show_full_result_count = False


@admin.register(PersonChangeValues)
class PersonChangeValuesAdmin(ReadOnlyAdmin[PersonChangeValues]):
    list_display = ("change", "before", "after")
    list_select_related = ("change",)


@admin.register(Participant)
class ParticipantAdmin(RowAdmin[Participant]):
    list_display = ("person", "event", "role", "registration", "created_at")
    list_filter = ("role", "registration")
    search_fields = ("person__name", "person__email", "identity", "event__title")
    autocomplete_fields = ("event", "person")
    # The registration is changed on the roster's page and over REST, which enrol.
    readonly_fields = ("identity", "registration", "enrolments", "cancelled_at")
    exclude = ("enrolled",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Participant]:
        """Read events along; the manager reads people, so Django would not."""
        return super().get_queryset(request).select_related("event", "person")

    def has_delete_permission(
        self, request: HttpRequest, obj: Participant | None = None
    ) -> bool:
        """Leave it to pages and REST, which ask what hangs on them and log it."""
        return False

    def save_model(
        self,
        request: HttpRequest,
        obj: Participant,
        form: "ModelForm[Participant]",
        change: bool,
    ) -> None:
        """Write by the services, so that the change is logged."""
        by = _user_of(request)
        lock_people(obj.event.organization_id)
        event = lock_event(obj.event_id)
        if change:
            obj.save(update_fields=[name for name in form.changed_data if name != ROLE])
            if ROLE in form.changed_data:
                change_participant(participant=obj, changes={ROLE: obj.role}, by=by)
            return
        now = timezone.now()
        late = has_begun(event, now)
        obj.enrolled = new_place(
            event, obj.person, {ROLE: obj.role}, late=late, now=now
        ).enrolled
        create_places([obj], by=by)

    def get_readonly_fields(
        self, request: HttpRequest, obj: Participant | None = None
    ) -> tuple[str, ...]:
        """Keep event and person: decisions belong to them."""
        return (
            (*self.readonly_fields, "event", "person") if obj else self.readonly_fields
        )

    @admin.display(description=_("enrolled"))
    def enrolments(self, place: Participant) -> str:
        return ", ".join(
            f"{start or '…'} / {end or '…'}" for start, end in place.enrolled
        )


@admin.register(KnownIdentity)
class KnownIdentityAdmin(ReadOnlyAdmin[KnownIdentity]):
    """Links are made and removed in reports, which log them and calculate anew."""

    list_display = ("identity", "person", "event", "organization", "created_by")
    list_filter = (("organization", admin.RelatedOnlyFieldListFilter),)
    list_select_related = ("person", "event", "organization", "created_by")
    search_fields = ("identity", "person__name", "person__email")
    date_hierarchy = "created_at"


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin[Invitation]):
    """Invitations are made, and withdrawn, on the pages of organizations."""

    list_display = ("created_at", "organization", "role", "person", "state")
    list_filter = ("state", ("organization", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("organization", "person")
    search_fields = ("username", "email", "person__name", "organization__name")
    date_hierarchy = "created_at"
    exclude = ("token_digest",)


@admin.register(EventView)
class EventViewAdmin(RowAdmin[EventView]):
    list_display = ("user", "event", "viewed_at", "last_viewed_at")
    list_select_related = ("user", "event")
    search_fields = ("user__username", "event__title")
    autocomplete_fields = ("user", "event")
    date_hierarchy = "viewed_at"


@admin.register(RegistrationMail)
class RegistrationMailAdmin(ReadOnlyAdmin[RegistrationMail]):
    """What is still to be sent; it goes by itself."""

    list_display = ("participant", "news", "due_at", "created_at")
    list_filter = ("news",)
    list_select_related = ("participant__person",)
    search_fields = ("participant__person__name",)
    date_hierarchy = "created_at"


@admin.register(IdempotentAnswer)
class IdempotentAnswerAdmin(ReadOnlyAdmin[IdempotentAnswer]):
    list_display = ("created_at", "user", "path", "status")
    list_select_related = ("user",)
    search_fields = ("user__username", "path")
    date_hierarchy = "created_at"
    # Without the body, which has personal data.
    fields = ("created_at", "user", "path", "status")
