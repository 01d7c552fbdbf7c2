"""Routes of pages; ``/`` itself stands in ``attendance/urls.py``."""

from django.contrib.auth.views import LogoutView
from django.urls import path

urlpatterns = [
    path("sign-out/", LogoutView.as_view(), name="sign_out"),
]
