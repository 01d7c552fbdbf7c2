"""Names and confirmed addresses of accounts as no two may have them.

Where accounts collide, the older keeps the folded form. The others have none: they sign
in exactly as their name or address is written. An address that counts as another mailbox's
when its letters are made small, such as one with the Kelvin sign, is confirmed no more.
"""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from core.addresses import is_plain, look_alike
from core.names import folded


def fold(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    users = apps.get_model("events", "User").objects
    names: set[str] = set()
    addresses: set[str] = set()
    for user in users.order_by("date_joined", "pk").iterator():
        if not is_plain(user.email):
            user.email_verified_at = None
        confirmed = user.email and user.email_verified_at
        user.folded_username = _first(names, folded(user.username))
        user.folded_email = (
            _first(addresses, look_alike(user.email)) if confirmed else None
        )
        user.save(
            update_fields=["folded_username", "folded_email", "email_verified_at"]
        )


def _first(taken: set[str], form: str) -> str | None:
    if form in taken:
        return None
    taken.add(form)
    return form


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("events", "0014_roles"),
    ]

    operations = [
        migrations.AlterModelManagers(name="user", managers=[]),
        migrations.AddField(
            model_name="user",
            name="folded_email",
            field=models.TextField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="user",
            name="folded_username",
            field=models.TextField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="user",
            name="must_change_password",
            field=models.BooleanField(
                default=False,
                help_text="Asked for at the first sign-in from elsewhere.",
                verbose_name="must change the password",
            ),
        ),
        migrations.RunPython(fold, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.UniqueConstraint(
                fields=("folded_username",), name="user_folded_username_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.UniqueConstraint(
                fields=("folded_email",), name="user_folded_email_unique"
            ),
        ),
    ]
