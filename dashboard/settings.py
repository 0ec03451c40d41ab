"""Django's settings. What comes from outside is read in dashboard/environment.py and nowhere else."""

from __future__ import annotations

import base64
from hashlib import sha256
from typing import Any

import dj_email_url
from environs import EnvError

from dashboard import environment
from dashboard.environment import ROOT, stop

_env = environment.read()

# --- What this installation is -------------------------------------------------------------------------------------
DEBUG: bool = _env["DEBUG"]
SECRET_KEY: str = _env["SECRET_KEY"]
if len(SECRET_KEY) < 32:
    stop("SECRET_KEY must be set to at least 32 random characters (make run makes its own)")
PORT: int = _env["PORT"]
SITE_URL: str = (_env["SITE_URL"] or f"http://localhost:{PORT}").rstrip("/")
HTTPS: bool = SITE_URL.startswith("https://")
ALLOWED_HOSTS: list[str] = _env["ALLOWED_HOSTS"] or ["localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = [SITE_URL]
VAR = ROOT / "var"

# Stored secrets are encrypted with these keys, the first one writes. Without any, one is derived from SECRET_KEY.
ENCRYPTION_KEYS: list[str] = _env["ENCRYPTION_KEYS"] or [
    base64.urlsafe_b64encode(sha256(b"stored secrets:" + SECRET_KEY.encode()).digest()).decode()
]

# --- The gateway ----------------------------------------------------------------------------------------------------
MATON_API_KEY: str = _env["MATON_API_KEY"]
MATON_GATEWAY_URL: str = _env["MATON_GATEWAY_URL"].rstrip("/")
MATON_CONTROL_URL: str = _env["MATON_CONTROL_URL"].rstrip("/")
# Hosts that an authorisation link may lead to ("host" or "host:port"); the CSP's form-action lists them too.
MATON_CONNECT_HOSTS: list[str] = _env["MATON_CONNECT_HOSTS"]
KLAVIYO_REVISION: str = _env["KLAVIYO_REVISION"]
SANDBOX_PORT: int = _env["SANDBOX_PORT"]

# --- Sending (docs/sending.md) ----------------------------------------------------------------------------------------
SENDS_PAUSED: bool = _env["SENDS_PAUSED"]
# Whose database this is, kept outside of it: several machines on one database share INSTALLATION_ID.
INSTALLATION_ID: str = _env["INSTALLATION_ID"]
INSTALLATION_FILE = VAR / "installation"
# More recipients than this, or a number that Klaviyo does not tell: a second person approves (a team may set its own).
SECOND_PERSON_ABOVE: int = _env["SECOND_PERSON_ABOVE"]
# How long a lost answer is only read after: longer than any request can live at the gateway, plus the lag of a read.
SEND_QUIET_S: float = _env["SEND_QUIET_S"]

# --- Applications ---------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "django_filters",
    "csp",
    "allauth",
    "allauth.account",
    "dashboard.teams",
    "dashboard.audit",
    "dashboard.health",
    "klaviyo_app",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "dashboard.middleware.request_log",
    "csp.middleware.CSPMiddleware",
    "dashboard.middleware.response_headers",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "dashboard.middleware.access",
    "dashboard.middleware.time_zone",
    "klaviyo_app.pages.problems.gateway_errors",
]
ROOT_URLCONF = "dashboard.urls"
WSGI_APPLICATION = "dashboard.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Our pages are Jinja2, one language for all of them; Django's own engine serves what libraries bring.
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "environment": "dashboard.jinja.environment",
            "context_processors": [
                "django.contrib.messages.context_processors.messages",
                "dashboard.teams.context.membership",
                "klaviyo_app.pages.navigation.switcher",
            ],
        },
    },
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    },
]

# --- Database -------------------------------------------------------------------------------------------------------
try:
    DATABASES: dict[str, dict[str, Any]] = {"default": environment.database(_env["DATABASE_URL"])}
except (EnvError, ValueError) as error:
    stop(f"DATABASE_URL: {error}")
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # WAL, immediate transactions and a wait: without all three, two processes meet "database is locked".
    # synchronous=FULL: a committed send intent must survive a power cut.
    DATABASES["default"].setdefault("OPTIONS", {}).update(
        transaction_mode="IMMEDIATE",
        timeout=20,
        init_command="PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
    )
    (ROOT / "var").mkdir(exist_ok=True)

# --- Redis: the doorbell, the cache and the rate budget; nothing that only Redis knows --------------------------------
REDIS_URL: str = _env["REDIS_URL"]
_SOCKET = REDIS_URL.startswith(("redis+socket://", "unix://"))
# redis-py spells a socket unix://, kombu redis+socket://.
REDIS_PY_URL: str = REDIS_URL.replace("redis+socket://", "unix://")
CACHES = {
    "default": {
        "BACKEND": "dashboard.cache.RedisOrMemory",
        "LOCATION": REDIS_PY_URL,
        "KEY_PREFIX": "cache",
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 2},
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"

# --- Celery ---------------------------------------------------------------------------------------------------------
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://") if _SOCKET else REDIS_URL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600, "socket_timeout": 10, "socket_connect_timeout": 5}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_TIME_LIMIT = 600
CELERY_TASK_SOFT_TIME_LIMIT = 540
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_DEFAULT_QUEUE = "person"
CELERY_TASK_ROUTES = {
    "klaviyo_app.sending.*": {"queue": "send"},
    "klaviyo_app.mirror.*": {"queue": "bulk"},
    "klaviyo_app.jobs.*": {"queue": "bulk"},
    "klaviyo_app.resources.*": {"queue": "bulk"},
}
CELERY_IMPORTS = (
    "dashboard.tasks",
    "klaviyo_app.accounts.tasks",
    "klaviyo_app.jobs.tasks",
    "klaviyo_app.mirror.tasks",
    "klaviyo_app.resources.lists.tasks",
    "klaviyo_app.resources.segments.tasks",
    "klaviyo_app.resources.coupons.tasks",
    "klaviyo_app.resources.catalogs.tasks",
    "klaviyo_app.resources.events.tasks",
    "klaviyo_app.resources.profiles.tasks",
    "klaviyo_app.resources.webhooks.tasks",
    "klaviyo_app.resources.tags.tasks",
    "klaviyo_app.connecting.tasks",
    "klaviyo_app.sending.tasks",
)
# Sweeps find what nobody rang for; they read the database only, so a lost message costs seconds, never work.
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR / "celerybeat-schedule")
CELERY_BEAT_SCHEDULE = {
    "beat is alive": {"task": "dashboard.tasks.beat_alive", "schedule": 30, "options": {"expires": 30}},
    "sends": {"task": "klaviyo_app.sending.tasks.sweep", "schedule": 5, "options": {"expires": 5}},
    "news of sends": {"task": "klaviyo_app.sending.tasks.tell", "schedule": 15, "options": {"expires": 15}},
    "connect attempts": {"task": "klaviyo_app.connecting.tasks.sweep", "schedule": 5, "options": {"expires": 5}},
    "jobs": {"task": "klaviyo_app.jobs.tasks.sweep", "schedule": 5, "options": {"expires": 5}},
    "old receipts": {"task": "klaviyo_app.jobs.tasks.tidy", "schedule": 3600, "options": {"expires": 3600}},
    "old deliveries": {
        "task": "klaviyo_app.resources.webhooks.tasks.tidy",
        "schedule": 3600,
        "options": {"expires": 3600},
    },
    "stale mirrors": {"task": "klaviyo_app.mirror.tasks.sweep", "schedule": 30, "options": {"expires": 30}},
    "account heartbeats": {"task": "klaviyo_app.accounts.tasks.heartbeats", "schedule": 30, "options": {"expires": 30}},
}

# --- People ---------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "teams.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_FORMS = {"reset_password": "dashboard.teams.reset.ForgottenPassword"}
ACCOUNT_ADAPTER = "dashboard.teams.adapter.InvitedOnly"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = True
# The other sessions of the person end with the old password's hash; the one that changed it stays.
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ALLAUTH_TRUSTED_PROXY_COUNT: int = _env["TRUSTED_PROXIES"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
vars().update(dj_email_url.parse(_env["EMAIL_URL"]))
DEFAULT_FROM_EMAIL: str = _env["DEFAULT_FROM_EMAIL"]

# --- Browser --------------------------------------------------------------------------------------------------------
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = SESSION_ABSOLUTE_S = 12 * 3600
SESSION_IDLE_S = 3600
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
CSRF_FAILURE_VIEW = "dashboard.errors.csrf_failure"
SECURE_SSL_REDIRECT = False
# The proxy in front redirects to HTTPS; the health checks come in by plain HTTP.
SILENCED_SYSTEM_CHECKS = ["security.W008"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS and _env["TRUSTED_PROXIES"] else None
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
_CONSENT_ORIGINS = [host if "://" in host else f"https://{host}" for host in MATON_CONNECT_HOSTS]
CONTENT_SECURITY_POLICY: dict[str, Any] = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "worker-src": ["'self'"],
        "frame-src": ["'self'"],
        "manifest-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        # Connect posts into a new tab and is redirected to the consent page (docs/decisions).
        "form-action": ["'self'", *_CONSENT_ORIGINS],
        "frame-ancestors": ["'none'"],
    }
}

# --- Static files ---------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = ROOT / "staticfiles"
STATICFILES_DIRS = [ROOT / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "dashboard.assets.NodeModulesFinder",
]
# One machine serves from the finders; the image has collected, hashed and compressed files.
WHITENOISE_USE_FINDERS = not (STATIC_ROOT / "staticfiles.json").exists()
if WHITENOISE_USE_FINDERS:
    STATIC_ROOT.mkdir(exist_ok=True)  # WhiteNoise complains about a folder that is not there
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if WHITENOISE_USE_FINDERS
        else "dashboard.assets.HashedStorage"
    },
}

# --- Language and time ------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
LOCALE_PATHS = [ROOT / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- Logs: one line of JSON an event, never a key or a person's data -------------------------------------------------
LOG_LEVEL: str = _env["LOG_LEVEL"]
LOGGING_CONFIG = "dashboard.logs.configure"
LOGGING = {"level": LOG_LEVEL}
