"""A row of allauth's for the address of each account, confirmed as the account says.

It holds the folded address, but for accounts of which an older one has a look-alike:
theirs is written as it is. Where that is the very address to which the older one's is
folded (Python makes ``κως@`` of ``ΚΩΣ@``, Postgres does not, and took them for two), the
older keeps it, and the other account is not confirmed any more: it signs in by its name.
"""

from typing import Any

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from core.addresses import folded_address


def make_rows(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    rows = apps.get_model("account", "EmailAddress").objects
    users = apps.get_model("events", "User").objects
    unconfirm_who_collides(users)
    rows.bulk_create(
        rows.model(
            user_id=user.pk,
            # Written as it is where an older account has the folded address.
            email=folded_address(user.email)
            if user.folded_email or not user.email_verified_at
            else user.email,
            verified=bool(user.email_verified_at),
            primary=True,
        )
        for user in users.exclude(email="").iterator()
    )


def unconfirm_who_collides(users: Any) -> None:
    confirmed = users.exclude(email="").exclude(email_verified_at=None)
    folded = {
        folded_address(email)
        for email in confirmed.exclude(folded_email=None)
        .values_list("email", flat=True)
        .iterator()
    }
    younger = confirmed.filter(folded_email=None).values_list("pk", "email")
    collide = [pk for pk, email in younger.iterator() if email in folded]
    users.filter(pk__in=collide).update(email_verified_at=None)


def delete_rows(_apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    # By SQL: on the way back Django mixes up models of several states.
    editor.execute("DELETE FROM account_emailaddress")


class Migration(migrations.Migration):
    dependencies = [
        ("account", "0009_emailaddress_unique_primary_email"),
        ("events", "0015_accounts"),
    ]

    operations = [migrations.RunPython(make_rows, delete_rows)]
