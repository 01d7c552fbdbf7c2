from django.apps import AppConfig
from django.contrib.admin import apps as admin
from django.db.models.signals import post_migrate

from attendance_site.database_roles import grant_application_rights


class AdminConfig(admin.AdminConfig):
    """Django's admin, with a site of our own."""

    default = False
    default_site = "attendance_site.admin_site.Site"


class SiteConfig(AppConfig):
    """The project itself, the last app, so that it grants rights on every table."""

    name = "attendance_site"
    default = True

    def ready(self) -> None:
        post_migrate.connect(grant_application_rights, sender=self)
