"""Rollcall's settings, all from the environment (README, "Settings")."""

from pathlib import Path
from urllib.parse import urlsplit

from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from attendance_site import logs
from attendance_site.env import Environment
from core.body_limits import FORM_FIELDS, ORDINARY_BYTES

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment(BASE_DIR)
DATA_DIR = env.data_dir

DEBUG = env.flag("DEBUG", default=False)
# For development only; `check --deploy` and `manage.py doctor` complain about it.
SECRET_KEY = env.text("SECRET_KEY") or "insecure: set SECRET_KEY"
PUBLIC_URL = env.address(
    "PUBLIC_URL", "http://localhost:8000", ("https", "http")
).rstrip("/")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS") or ["localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
HTTPS = PUBLIC_URL.startswith("https://")

# --- Apps -------------------------------------------------------------------------

INSTALLED_APPS = [
    "notifications",
    "attendance",
    "sessions_app",
    "events",
    "attendance_site.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "csp",
    "django_celery_beat",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "knox",
    "rest_framework",
    "attendance_site",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "attendance_site.readable.ReadableMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "events.accounts.language.LanguageMiddleware",
    "events.accounts.clocks.ClocksMiddleware",
    "events.accounts.known_browsers.KnownBrowserMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "events.accounts.first_password.FirstPasswordMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "attendance_site.errors.BodyLimitMiddleware",
]

DATA_UPLOAD_MAX_MEMORY_SIZE = ORDINARY_BYTES
DATA_UPLOAD_MAX_NUMBER_FIELDS = FORM_FIELDS
ROOT_URLCONF = "attendance_site.urls"
WSGI_APPLICATION = "attendance_site.wsgi.application"
ASGI_APPLICATION = "attendance_site.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "attendance_site.as_superuser.seen_as_superuser",
                "notifications.bell.context.bell",
            ],
        },
    },
]

# --- Postgres ---------------------------------------------------------------------
# Two roles: the application's, which may not change tables or triggers, and the
# owner's, which migrates (manage.py sets ROLLCALL_AS_OWNER for commands that need it).

DATABASE_URL = env.text("DATABASE_URL")
DATABASE_OWNER_URL = env.text("DATABASE_OWNER_URL")
AS_OWNER = env.flag("ROLLCALL_AS_OWNER", default=False)
_application = env.postgres("DATABASE_URL", or_else="DATABASE_OWNER_URL")
_owner = env.postgres("DATABASE_OWNER_URL", or_else="DATABASE_URL")
DATABASES = {"default": _owner if AS_OWNER else _application}
# The role to which `migrate` grants rights; "" if one role does everything.
APPLICATION_ROLE = (
    str(_application["USER"])
    if DATABASE_OWNER_URL and _application["USER"] != _owner["USER"]
    else ""
)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Redis and Celery: messages are hints, tasks find their work in Postgres ----------

REDIS_URL = env.address("REDIS_URL", "redis://localhost:6379/0", ("redis", "rediss"))
CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# After this many seconds an interrupted task is sent again; no task runs so long.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "unacked_restore_interval": 2,
    "unacked_restore_throttle": 1,
}
# A task goes on if Redis is lost. If it is sent again meanwhile, the second run finds
# no work, because the first has claimed it.
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "attendance_site.beat:Scheduler"
# Beat copies it into the database when it first starts; then it is edited in the admin.
CELERY_BEAT_SCHEDULE = {
    "calculate attendance": {
        "task": "attendance.tasks.calculate_due_sessions",
        "schedule": crontab(minute="*/5"),
    },
    "complete events": {
        "task": "attendance.tasks.complete_events",
        "schedule": crontab(),
    },
    "send prompts": {
        "task": "notifications.tasks.send_prompts",
        "schedule": crontab(),
    },
    "send registration news": {
        "task": "events.tasks.send_registration_news",
        "schedule": crontab(),
    },
    "reconcile connections": {
        "task": "sessions_app.tasks.reconcile_connections",
        "schedule": crontab(minute="*/10"),
    },
    "forget sessions that are over": {
        "task": "events.tasks.forget_sessions_that_are_over",
        "schedule": crontab(hour="3", minute="17"),
    },
}

# --- LiveKit ----------------------------------------------------------------------

LIVEKIT_URL = env.address("LIVEKIT_URL", "", ("wss", "ws", "https", "http"))
LIVEKIT_API_KEY = env.text("LIVEKIT_API_KEY")
LIVEKIT_API_SECRET = env.text("LIVEKIT_API_SECRET")
if bool(LIVEKIT_API_KEY) != bool(LIVEKIT_API_SECRET):
    env.problem(
        "LIVEKIT_API_SECRET" if LIVEKIT_API_KEY else "LIVEKIT_API_KEY",
        "LIVEKIT_API_KEY and LIVEKIT_API_SECRET belong together: set both or neither.",
    )
# Secrets of all API keys whose webhooks are accepted, by key.
LIVEKIT_WEBHOOK_KEYS = env.key_pairs("LIVEKIT_WEBHOOK_KEYS") | (
    {LIVEKIT_API_KEY: LIVEKIT_API_SECRET} if LIVEKIT_API_KEY else {}
)

# --- Mail -------------------------------------------------------------------------

EMAIL_URL = env.text("EMAIL_URL")
_mail = env.mail("EMAIL_URL", host=urlsplit(PUBLIC_URL).hostname or "localhost")
EMAIL_BACKEND = _mail["EMAIL_BACKEND"]
EMAIL_HOST, EMAIL_PORT = _mail["EMAIL_HOST"], _mail["EMAIL_PORT"]
EMAIL_HOST_USER = _mail["EMAIL_HOST_USER"]
EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS, EMAIL_USE_SSL = _mail["EMAIL_USE_TLS"], _mail["EMAIL_USE_SSL"]
# For mails that go into files, as they do without EMAIL_URL.
EMAIL_FILE_PATH = str(DATA_DIR / "mail")
EMAIL_TIMEOUT = _mail["EMAIL_TIMEOUT"]
DEFAULT_FROM_EMAIL = SERVER_EMAIL = _mail["DEFAULT_FROM_EMAIL"]

# --- People, languages, times -------------------------------------------------------

AUTH_USER_MODEL = "events.User"
AUTHENTICATION_BACKENDS = ["events.accounts.authentication.PasswordBackend"]
PASSWORD_HASHERS = ["events.accounts.hashing.BoundedHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
] + [{"NAME": "events.accounts.password_validators.NewPasswordEndsAccess"}]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "home"
# Attempts to sign in per minute, user name and address.
LOGIN_TRIES_PER_MINUTE = env.number("LOGIN_TRIES_PER_MINUTE", 10, least=1)

# Who may sign up by themselves: INVITED, or whoever comes (OPEN).
SIGN_UP = env.choice("SIGN_UP", "INVITED", ("INVITED", "OPEN"))

# --- django-allauth: sign-in, sign-up, addresses, second factor ---------------------

ACCOUNT_ADAPTER = "events.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
# Nobody chooses a user name at sign-up: "taken" would tell who has an account.
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_PREVENT_ENUMERATION = "strict"
# Whoever signs up uninvited must confirm first (events/accounts/sign_up.py).
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS = 14
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_REAUTHENTICATION_METHODS = ("password", "mfa")
# Tries are counted in Postgres, for all processes (events/accounts/attempts.py).
ACCOUNT_RATE_LIMITS = MFA_RATE_LIMITS = False
ACCOUNT_FORMS = {
    name: f"events.accounts.forms.{form}"
    for name, form in {
        "login": "SignInForm",
        "signup": "SignUpForm",
        "add_email": "NewAddressForm",
        "change_password": "ChangePasswordForm",
        "set_password": "SetPasswordForm",
        "reset_password": "ForgottenPasswordForm",
        "reset_password_from_key": "NewPasswordForm",
        "reauthenticate": "ConfirmPasswordForm",
    }.items()
}
MFA_ADAPTER = "events.accounts.second_factor.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "events.accounts.second_factor.CodeForm",
    "reauthenticate": "events.accounts.second_factor.CodeAgainForm",
    "activate_totp": "events.accounts.second_factor.ActivateForm",
    "authenticate_webauthn": "events.accounts.passkeys.PasskeyForm",
    "reauthenticate_webauthn": "events.accounts.passkeys.PasskeyAgainForm",
    "login_webauthn": "events.accounts.passkeys.SignInByPasskeyForm",
    "add_webauthn": "events.accounts.passkeys.AddPasskeyForm",
    "edit_webauthn": "events.accounts.passkeys.RenamePasskeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
# A passkey stands for two factors: the device, and its owner's finger or PIN.
MFA_WEBAUTHN_USER_VERIFICATION = "required"
# An address that is not confirmed connects with nothing, so it harms nobody here.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_ISSUER = "Rollcall"

ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"

# --- Signing in elsewhere -----------------------------------------------------------

OIDC_URL = env.address("OIDC_URL", "", ("https", "http"))
OIDC_NAME = env.text("OIDC_NAME") or urlsplit(OIDC_URL).hostname or ""
OIDC_CLIENT_ID = env.text("OIDC_CLIENT_ID")
_oidc_secret = env.text("OIDC_CLIENT_SECRET")
if bool(OIDC_URL) != bool(OIDC_CLIENT_ID):
    env.problem(
        "OIDC_CLIENT_ID" if OIDC_URL else "OIDC_URL",
        "OIDC_URL and OIDC_CLIENT_ID belong together: set both or neither.",
    )
SOCIALACCOUNT_ADAPTER = "events.accounts.elsewhere.ElsewhereAdapter"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = (
    True
)
SOCIALACCOUNT_EMAIL_REQUIRED = False
# By a link: our policy lets no form lead to another site.
SOCIALACCOUNT_LOGIN_ON_GET = True
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "APPS": [
            {
                "provider_id": "oidc",
                "name": OIDC_NAME,
                "client_id": OIDC_CLIENT_ID,
                "secret": _oidc_secret,
                "settings": {"server_url": OIDC_URL},
            }
        ]
        if OIDC_URL
        else []
    }
}

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("ar", _("Arabic"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["attendance_site.formats"]

# --- REST -------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "events.accounts.authentication.BearerAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PARSER_CLASSES": ["core.parsers.JSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PAGINATION_CLASS": "core.pagination.Pages",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "core.schema.AutoSchema",
    "DEFAULT_METADATA_CLASS": None,
    "EXCEPTION_HANDLER": "core.problems.problem_handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "NUM_PROXIES": env.number("NUM_PROXIES", 0),
}
REST_KNOX = {"AUTH_HEADER_PREFIX": "Bearer", "TOKEN_TTL": None}
SPECTACULAR_SETTINGS = {
    "TITLE": "Rollcall",
    "DESCRIPTION": "Who was really there, and how do we know?",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api",
    "ENUM_NAME_OVERRIDES": {
        "CheckInMethodEnum": "attendance.models.CheckInMethod",
        "MarkSourceEnum": "attendance.decisions.serializers.BY_PEOPLE",
        "MarkStatusEnum": "attendance.models.MARKS",
        "DecisionSourceEnum": "attendance.models.DECISION_SOURCES",
        "PresenceSourceEnum": "sessions_app.sources.SOURCE_CHOICES",
        "StatusEnum": "attendance.models.Status",
        "RoleEnum": "events.models.Role",
        "ParticipantRoleEnum": "events.models.ParticipantRole",
        "ModeEnum": "sessions_app.models.Mode",
        "PromptStateEnum": "notifications.models.PromptState",
        "SessionTypeEnum": "sessions_app.models.SessionType",
    },
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

# --- Browser ----------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "base-uri": [NONE],
        "connect-src": [SELF],
        "font-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "img-src": [SELF, "data:"],
        "script-src": [SELF],
        "style-src": [SELF],
    },
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = HTTPS and env.flag("SECURE_SSL_REDIRECT", default=True)
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^webhooks/", r"^health/"]
if env.flag("BEHIND_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "rollcall_session"
KNOWN_BROWSER_COOKIE_NAME = "__Host-known" if HTTPS else "rollcall_known"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "rollcall_csrf"

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = DATA_DIR / "static"
WHITENOISE_USE_FINDERS = True

# --- Logs: to stderr; plain at a terminal, else one JSON object per line --------------

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
LOGGING_CONFIG = "attendance_site.logs.configure"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "attendance_site.logs.formatter"},
    },
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "line"},
    },
    "root": {"handlers": ["stderr"], "level": env.choice("LOG_LEVEL", "INFO", LEVELS)},
    "loggers": {
        # It tells which passkey was used.
        "fido2": {"level": "WARNING"},
        # With Django's own handlers, everything would be logged twice.
        "django": {"handlers": [], "propagate": True},
        "django.server": {"handlers": [], "propagate": True},
    },
}

# --- Bad values -------------------------------------------------------------------

# manage.py sets it for `doctor`, which lists bad values instead of stopping.
AS_DOCTOR = env.flag("ROLLCALL_AS_DOCTOR", default=False)
BAD_VALUES = env.problems
if not AS_DOCTOR:
    if BAD_VALUES:
        logs.configure(LOGGING)
    env.refuse()
