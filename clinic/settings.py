"""All settings, read top to bottom.

CLINIC_ENV says what this process is for:

- ``production`` (the default): every secret must be given; a missing one stops the start;
- ``demo``: what ``make run`` serves on 127.0.0.1, with invented data and no second factor;
- ``test``: what ``make test`` uses.

The names read from the environment are listed, with what they mean, in ``.env.example``.
"""

import json
import os
import secrets
from pathlib import Path
from urllib.parse import unquote, urlparse

import pghistory
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from bookings.appointments.policy import Terms
from clinic.embedded.places import Places

BASE_DIR = Path(__file__).resolve().parent.parent


def env(name: str, default: str = "") -> str:
    """Return the environment's value for ``name``, or ``default``."""
    return os.environ.get(name, "").strip() or default


def required(name: str, how: str) -> str:
    """Return the environment's value for ``name``; stop with ``how`` where there is none."""
    if value := env(name):
        return value
    raise ImproperlyConfigured(f"{name} is not set. {how}")


def env_int(name: str, default: int) -> int:
    """Return the environment's whole number for ``name``, or ``default``."""
    try:
        return int(env(name, str(default)))
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be a whole number.") from error


def env_yes(name: str) -> bool:
    """Return whether the environment says yes (1) to ``name``; nothing is no (0)."""
    if (value := env(name, "0")) not in {"0", "1"}:
        raise ImproperlyConfigured(f"{name} must be 1 or 0.")
    return value == "1"


def env_list(name: str) -> list[str]:
    """Return the environment's comma-separated values for ``name``."""
    return [part.strip() for part in env(name).split(",") if part.strip()]


# What this process is for ------------------------------------------------------------------

CLINIC_ENV = env("CLINIC_ENV", "production")
if CLINIC_ENV not in {"production", "demo", "test"}:
    raise ImproperlyConfigured("CLINIC_ENV must be production, demo or test.")
PRODUCTION, DEMO, TESTING = (name == CLINIC_ENV for name in ("production", "demo", "test"))
DEBUG = False  # error pages never show what a patient typed, not even on a developer's machine

DATA_DIR = Path(env("DATA_DIR", str(BASE_DIR / ".local"))).resolve()
PLACES = Places.below(DATA_DIR)  # where the embedded servers live, when they are used


def kept_secret(name: str) -> str:
    """Return a secret from the environment; outside production make one in DATA_DIR and keep it."""
    if PRODUCTION:
        return required(name, "Make one with: python -c 'import secrets; print(secrets.token_urlsafe(50))'")
    if value := env(name):
        return value
    file = DATA_DIR / "secrets" / name.lower()
    if not file.exists():
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.write_text(secrets.token_urlsafe(50))
        file.chmod(0o600)
    return file.read_text()


SECRET_KEY = kept_secret("SECRET_KEY")
SECRET_KEY_FALLBACKS = env_list("SECRET_KEY_FALLBACKS")
# Keys of the sealed columns, newest first; several are separated by commas (see docs/operations.md).
FIELD_KEYS = kept_secret("FIELD_KEYS").split(",")

PORT = env_int("PORT", 8000)
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS") or ([] if PRODUCTION else ["localhost", "127.0.0.1", "testserver"])
SITE_ORIGIN = env("SITE_ORIGIN") or (
    f"https://{ALLOWED_HOSTS[0]}" if PRODUCTION and ALLOWED_HOSTS else f"http://localhost:{PORT}"
)
if PRODUCTION and not ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS is not set. Give the site's own host names, separated by commas.")

# The clinic: one place for the facts that pages, mails and calendar files show ----------------

CLINIC = {
    "name": env("CLINIC_NAME", "Exampleton Clinic"),
    "phone": env("CLINIC_PHONE", "01632 960 100"),
    "email": env("CLINIC_EMAIL", "hello@example.com"),
    "address": env("CLINIC_ADDRESS", "1 Example Street, Exampleton, AA1 1AA"),
    # What the law has a clinic show on its website (docs/operations.md). What is not set is not shown;
    # nothing here is ever invented.
    "company": env("COMPANY_NAME"),
    "company_number": env("COMPANY_NUMBER"),
    "company_place": env("COMPANY_PLACE"),  # where it is registered, like "England and Wales"
    "company_office": env("COMPANY_OFFICE"),
    "vat_number": env("VAT_NUMBER"),
    "ico_number": env("ICO_NUMBER"),
    "regulator": env("REGULATOR_NAME"),  # like "Care Quality Commission"
    "regulator_id": env("REGULATOR_ID"),
    "regulator_address": env("REGULATOR_ADDRESS"),  # of the latest assessment, on the regulator's own website
    "regulator_rating": env("REGULATOR_RATING"),
}
# Where video calls may be: https links to these hosts, and to names below them, are all that staff can enter.
VIDEO_HOSTS = env_list("VIDEO_HOSTS") or ([] if PRODUCTION else ["video.example.com"])
GMC_REGISTER = "https://www.gmc-uk.org/registrants/"  # and the doctor's number

# What goes back when a patient cancels, in per cent of the fee. The law's 14 days and the clinic's own
# cancelling give all of it back whatever stands here. The pages /fees/ and /terms/ say it in words: change them too.
try:
    REFUND_TERMS = Terms(
        cut_off_minute=env_int("CUT_OFF_MINUTE", Terms.cut_off_minute),
        before_percent=env_int("REFUND_BEFORE_CUT_OFF_PERCENT", Terms.before_percent),
        after_percent=env_int("REFUND_AFTER_CUT_OFF_PERCENT", Terms.after_percent),
    )
except ValueError as error:
    raise ImproperlyConfigured(f"CUT_OFF_MINUTE or a REFUND_… setting makes no sense. {error}") from error

# Applications -----------------------------------------------------------------------------------

INSTALLED_APPS = [
    "clinic.apps.ClinicConfig",
    "patients.apps.PatientsConfig",
    "bookings.apps.BookingsConfig",
    "clinic.apps.ClinicAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "crispy_forms",
    "csp",
    "pgtrigger",
    "pghistory",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "clinic.shield.RefuseHostileRequests",
    "clinic.shield.DatabaseErrorsBecome503",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "clinic.keeping.typed.KeepWhatWasTyped",
    "clinic.shield.FullDiskBecomes507",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "clinic.accounts.sessions.SessionsEnd",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "clinic.shield.PrivateAnswersAreNotStored",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "clinic.accounts.second_factor.StaffSecondFactor",
    "pghistory.middleware.HistoryMiddleware",
]

ROOT_URLCONF = "clinic.urls"
WSGI_APPLICATION = "clinic.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "clinic.context.site",
            ],
        },
    },
]
# django.forms' own templates must be found by TemplatesSetting.
INSTALLED_APPS.append("django.forms")

CRISPY_TEMPLATE_PACK = "clinic"
CRISPY_ALLOWED_TEMPLATE_PACKS = "clinic"
CRISPY_FAIL_SILENTLY = False

# Database ---------------------------------------------------------------------------------------


def postgres(url: str) -> dict[str, object]:
    """Return Django's settings for a ``postgres://user:password@host:port/name`` address."""
    parts = urlparse(url)
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        raise ImproperlyConfigured("DATABASE_URL must look like postgres://user:password@host:5432/name")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
    }


EMBEDDED_POSTGRES = not PRODUCTION and not env("DATABASE_URL")
if EMBEDDED_POSTGRES:
    # The application signs in as clinic_app; migrations run as the owner (see clinic/db/roles.py).
    _database: dict[str, object] = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "clinic",
        "USER": env("DATABASE_ROLE", "clinic_app"),
        "HOST": str(PLACES.postgres_socket),
        "PORT": str(PLACES.postgres_port),
    }
else:
    _database = postgres(
        required("DATABASE_URL", "Give the application role's address, like postgres://clinic_app:password@host/clinic")
    )

DATABASES = {
    "default": _database
    | {
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "connect_timeout": 3,
            # Nothing waits for ever: a statement 10 s, a lock 3 s, an idle transaction 15 s.
            "options": env(
                "DATABASE_OPTIONS",
                "-c statement_timeout=10000 -c lock_timeout=3000 -c idle_in_transaction_session_timeout=15000",
            ),
        },
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Rate limits and one-time codes live in the database, so that sign-in survives a Redis outage. The
# default of 300 entries would let a flood of junk keys push a victim's counter out.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "clinic_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

# Queue: Redis serves Celery alone, and holds nothing whose loss matters ---------------------------

EMBEDDED_REDIS = not PRODUCTION and not env("REDIS_URL")
REDIS_URL = (
    f"unix://{PLACES.valkey_socket}"
    if EMBEDDED_REDIS
    else required("REDIS_URL", "Give the queue's address, like redis://:password@host:6379/0")
)
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SOFT_TIME_LIMIT = 60
CELERY_TASK_TIME_LIMIT = 90
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# For ever. Celery's own 100 tries are over after 48 minutes without a queue; then the worker ends, with exit code 0.
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # A task is off the queue when a worker takes it. Were it taken back only then, at its end, a queue that hangs at
    # that moment would leave the worker waiting for ever. A task that is lost does not matter: the next tick comes.
    "ack_emulation": False,
    "socket_timeout": 2,
    "socket_connect_timeout": 2,
}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
OUTBOX_TICK_SECONDS = env_int("OUTBOX_TICK_SECONDS", 15)
OUTBOX_LEASE_SECONDS = env_int("OUTBOX_LEASE_SECONDS", 60)

# Time and language: the clinic's clock is the UK's ------------------------------------------------

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_I18N = True
USE_TZ = True
FORMAT_MODULE_PATH = ["clinic.formats"]

# Static files -------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = Path(env("STATIC_ROOT", str(DATA_DIR / "static")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# Documents of patients: sealed files in a folder that no address leads to -------------------------------

DOCUMENTS_DIR = DATA_DIR / "documents"
# The virus check: host:port or the path of a socket of clamd. Without one documents are marked as not checked.
CLAMD_ADDRESS = env("CLAMD_ADDRESS")
if CLAMD_ADDRESS and not CLAMD_ADDRESS.startswith("/") and not CLAMD_ADDRESS.rpartition(":")[2].isdigit():
    raise ImproperlyConfigured("CLAMD_ADDRESS must be host:port, or the path of a socket.")

# Questionnaires: whether those are asked and shown of which it is not clear that they are free (PEG, BNI) ------------

OUTCOMES_UNCLEAR_LICENCES = env_yes("OUTCOMES_UNCLEAR_LICENCES")

# People and sessions ------------------------------------------------------------------------------

AUTH_USER_MODEL = "clinic.User"
SILENCED_SYSTEM_CHECKS = ["auth.W004"]  # the address is unique whatever its case: one_account_per_email
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "clinic.accounts.passwords.NotTheDemoPassword"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home_after_sign_in"
SESSION_ENGINE = "clinic.accounts.sessions"  # in the database; how long: clinic/accounts/policy.py
SESSION_COOKIE_NAME = "__Host-sessionid" if PRODUCTION else "sessionid"
SESSION_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_AGE = 12 * 60 * 60  # of who is not signed in
CSRF_COOKIE_NAME = "__Host-csrftoken" if PRODUCTION else "csrftoken"
CSRF_COOKIE_SECURE = PRODUCTION
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "clinic.errors.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

ACCOUNT_ADAPTER = "clinic.accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    name: f"clinic.accounts.forms.{form}"
    for name, form in {
        "add_email": "AddEmailForm",
        "change_password": "ChangePasswordForm",
        "confirm_email_verification_code": "ConfirmEmailVerificationCodeForm",
        "confirm_password_reset_code": "ConfirmPasswordResetCodeForm",
        "login": "LoginForm",
        "reauthenticate": "ReauthenticateForm",
        "reset_password": "ResetPasswordForm",
        "reset_password_from_key": "ResetPasswordKeyForm",
        "set_password": "SetPasswordForm",
        "signup": "SignupForm",
    }.items()
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_RATE_LIMITS = {
    "enquiry": "20/h/ip",  # a hospital or a village may share one address
    "open_link": "20/h/ip",  # tries with a date of birth at links of messages
    "data_request": "10/h/user",  # corrections and complaints
    "side_effect": "20/h/user",  # what patients tell us of side effects
    "prescription_request": "20/h/user",
    "data_copy": "10/h/user",  # tries to have a copy of one's data, with a wrong password or the right one
    "claim": "10/h/user",  # tries with a claim code
    "keep_typing": "60/h/key",  # what is kept for one person after their session ended
}
if DEMO:
    # Everybody who tries the demo comes from the loopback address: 30 sign-ins a minute would be too few for a crowd.
    ACCOUNT_RATE_LIMITS |= {"login": "300/m/ip"}
ALLAUTH_TRUSTED_PROXY_COUNT = env_int("TRUSTED_PROXY_COUNT", 0)

MFA_FORMS = {
    "activate_totp": "clinic.accounts.forms.ActivateAppForm",
    "authenticate": "clinic.accounts.forms.AuthenticateForm",
    "reauthenticate": "clinic.accounts.forms.ReauthenticateByCodeForm",
    "add_webauthn": "clinic.accounts.forms.AddPasskeyForm",
    "login_webauthn": "clinic.accounts.forms.LoginPasskeyForm",
    "reauthenticate_webauthn": "clinic.accounts.forms.ReauthenticatePasskeyForm",
}
MFA_ADAPTER = "clinic.accounts.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = CLINIC["name"]
MFA_TOTP_TOLERANCE = 1  # the code before and the next are good too (RFC 6238 §5.2): six digits take some hands a while
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION
# Staff pages ask for a second factor; the demo alone, on the loopback address, goes without and says so.
STAFF_SECOND_FACTOR = not DEMO

# Mail: neutral sender, and nothing waits for ever ---------------------------------------------------

DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", f"{CLINIC['name']} <{CLINIC['email']}>")
SERVER_EMAIL = CLINIC["email"]
EMAIL_TIMEOUT = 10
# Providers that can be named instead of an SMTP server: our word, and anymail's name of its reports.
MAIL_PROVIDERS = {
    "brevo": "Brevo",
    "mailersend": "MailerSend",
    "mailgun": "Mailgun",
    "mailjet": "Mailjet",
    "postal": "Postal",
    "postmark": "Postmark",
    "sendgrid": "SendGrid",
    "sparkpost": "SparkPost",
}
MAIL_PROVIDER = env("MAIL_PROVIDER")
if MAIL_PROVIDER and MAIL_PROVIDER not in MAIL_PROVIDERS:
    raise ImproperlyConfigured(f"MAIL_PROVIDER is none of: {', '.join(MAIL_PROVIDERS)}.")
try:
    _provider = dict(json.loads(env("MAIL_PROVIDER_SETTINGS", "{}")))
except (ValueError, TypeError) as error:
    raise ImproperlyConfigured("MAIL_PROVIDER_SETTINGS is no JSON object.") from error
if MAIL_PROVIDER and not env("MAIL_EVENTS_SECRET"):
    raise ImproperlyConfigured("MAIL_EVENTS_SECRET is not set. Give name:password, and the provider the same.")
ANYMAIL = {"REQUESTS_TIMEOUT": 10, "WEBHOOK_SECRET": env("MAIL_EVENTS_SECRET")} | _provider
EMAIL_BACKEND = env("EMAIL_BACKEND") or (
    f"anymail.backends.{MAIL_PROVIDER}.EmailBackend"
    if MAIL_PROVIDER
    else "django.core.mail.backends.smtp.EmailBackend"
    if PRODUCTION
    else "clinic.outbox.eml.EmailBackend"
)
EMAIL_FILE_PATH = DATA_DIR / "mail"
# Who carries text messages: the address of a class (clinic/outbox/texts.py). Without one patients are not offered any.
SMS_GATEWAY = env("SMS_GATEWAY") or ("" if PRODUCTION else "clinic.outbox.texts.FileGateway")
SMS_FILE_PATH = DATA_DIR / "texts"
EMAIL_HOST = env("EMAIL_HOST", "localhost")
EMAIL_PORT = env_int("EMAIL_PORT", 465 if PRODUCTION else 1025)
EMAIL_HOST_USER = env("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env("EMAIL_HOST_PASSWORD")
EMAIL_USE_SSL = env("EMAIL_USE_SSL", "1" if PRODUCTION else "0") == "1"

# Headers and limits ---------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],  # the authenticator's QR code is a data: image
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    name: []
    for name in (
        "accelerometer",
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "usb",
    )
}
SECURE_SSL_REDIRECT = PRODUCTION
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # a probe on the machine itself speaks http
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env_int("TRUSTED_PROXY_COUNT", 0) else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 300
DATA_UPLOAD_MAX_NUMBER_FILES = 20
UPLOAD_MAX_BYTES = (
    52 * 1024 * 1024
)  # what one form of documents may weigh, at the addresses that take them (clinic/shield.py)
FILE_UPLOAD_PERMISSIONS = 0o600

# Row history: append-only tables written by triggers --------------------------------------------------

PGHISTORY_APPEND_ONLY = True
PGHISTORY_DEFAULT_TRACKERS = (pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
PGHISTORY_MIDDLEWARE_METHODS = ("POST", "PUT", "PATCH", "DELETE")

# Logs: no field value in any of them ------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"no_field_values": {"()": "clinic.logs.NoFieldValues"}},
    "formatters": {
        "plain": {"()": "clinic.logs.PlainFormatter", "format": "%(asctime)s %(levelname)s %(name)s %(message)s"}
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain", "filters": ["no_field_values"]}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        "django.server": {"handlers": [], "propagate": True},
        "waitress.queue": {"level": "ERROR"},
        "celery.worker.strategy": {"level": "WARNING"},  # a tick every 15 seconds is no news
        "celery.app.trace": {"level": "WARNING"},
    },
}
DEFAULT_EXCEPTION_REPORTER = "clinic.logs.ReporterWithoutValues"
