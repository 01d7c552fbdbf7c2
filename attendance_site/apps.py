from django.apps import AppConfig
from django.db.models.signals import post_migrate

from attendance_site.database_roles import grant_application_rights


class SiteConfig(AppConfig):
    """The project itself; it stands last, so its grants see every table."""

    name = "attendance_site"

    def ready(self) -> None:
        post_migrate.connect(grant_application_rights, sender=self)
