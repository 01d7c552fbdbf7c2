"""Routes of accounts: the names are allauth's, whose code looks them up."""

from allauth.account import views as allauth
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.socialaccount import views as elsewhere
from allauth.socialaccount.providers.openid_connect import views as oidc
from django.urls import path, re_path

from events.accounts import passkey_views as passkeys
from events.accounts import views
from events.accounts.confirm_page import ConfirmAddress

_FACTOR = "account/second-factor"
_PASSKEYS = f"{_FACTOR}/passkeys"

urlpatterns = [
    path("sign-in/", views.sign_in, name="account_login"),
    path("sign-in/code/", views.EnterCode.as_view(), name="mfa_authenticate"),
    path(
        "sign-in/passkey/",
        passkeys.SignInByPasskey.as_view(),
        name="mfa_login_webauthn",
    ),
    path("sign-in/inactive/", allauth.account_inactive, name="account_inactive"),
    path("sign-up/", views.SignUp.as_view(), name="account_signup"),
    path(
        "sign-in/elsewhere/<str:provider_id>/", oidc.login, name="openid_connect_login"
    ),
    path(
        "sign-in/elsewhere/<str:provider_id>/back/",
        oidc.callback,
        name="openid_connect_callback",
    ),
    path(
        "sign-in/elsewhere-cancelled/",
        elsewhere.login_cancelled,
        name="socialaccount_login_cancelled",
    ),
    path(
        "sign-in/elsewhere-failed/",
        elsewhere.login_error,
        name="socialaccount_login_error",
    ),
    path("account/", views.account, name="account"),
    path("account/sessions/", views.sessions, name="account_sessions"),
    path("account/email/", views.address, name="account_email"),
    path(
        "account/email/sent/",
        allauth.email_verification_sent,
        name="account_email_verification_sent",
    ),
    re_path(
        r"^account/email/confirm/(?P<key>[-:\w]+)/$",
        ConfirmAddress.as_view(),
        name="account_confirm_email",
    ),
    path(
        "account/password/",
        views.ChangePassword.as_view(),
        name="account_change_password",
    ),
    path("account/password/set/", allauth.password_set, name="account_set_password"),
    path(
        "account/password/again/",
        views.ConfirmPassword.as_view(),
        name="account_reauthenticate",
    ),
    path(
        "account/password/forgotten/",
        views.ForgottenPassword.as_view(),
        name="account_reset_password",
    ),
    path(
        "account/password/forgotten/sent/",
        allauth.password_reset_done,
        name="account_reset_password_done",
    ),
    path(
        "account/password/new/done/",
        allauth.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^account/password/new/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[-\w]+)/$",
        allauth.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(f"{_FACTOR}/", mfa.index, name="mfa_index"),
    path(f"{_FACTOR}/again/", views.ConfirmCode.as_view(), name="mfa_reauthenticate"),
    path(f"{_FACTOR}/app/", totp.activate_totp, name="mfa_activate_totp"),
    path(
        f"{_FACTOR}/app/off/", views.SwitchOffApp.as_view(), name="mfa_deactivate_totp"
    ),
    path(
        f"{_FACTOR}/codes/",
        recovery_codes.view_recovery_codes,
        name="mfa_view_recovery_codes",
    ),
    path(
        f"{_FACTOR}/codes/new/",
        recovery_codes.generate_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    path(
        f"{_FACTOR}/codes/file/",
        recovery_codes.download_recovery_codes,
        name="mfa_download_recovery_codes",
    ),
    path(f"{_PASSKEYS}/", passkeys.Passkeys.as_view(), name="mfa_list_webauthn"),
    path(f"{_PASSKEYS}/add/", passkeys.AddPasskey.as_view(), name="mfa_add_webauthn"),
    path(
        f"{_PASSKEYS}/again/",
        passkeys.PasskeyAgain.as_view(),
        name="mfa_reauthenticate_webauthn",
    ),
    path(
        f"{_PASSKEYS}/<int:pk>/rename/",
        passkeys.RenamePasskey.as_view(),
        name="mfa_edit_webauthn",
    ),
    path(
        f"{_PASSKEYS}/<int:pk>/remove/",
        passkeys.RemovePasskey.as_view(),
        name="mfa_remove_webauthn",
    ),
]
