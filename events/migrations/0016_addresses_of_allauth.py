"""A row of allauth's for the address of each account, confirmed as the account says."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from core.addresses import folded_address


def make_rows(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    rows = apps.get_model("account", "EmailAddress").objects
    users = apps.get_model("events", "User").objects
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


def delete_rows(_apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    # By SQL: on the way back Django mixes up models of several states.
    editor.execute("DELETE FROM account_emailaddress")


class Migration(migrations.Migration):
    dependencies = [
        ("account", "0009_emailaddress_unique_primary_email"),
        ("events", "0015_accounts"),
    ]

    operations = [migrations.RunPython(make_rows, delete_rows)]
