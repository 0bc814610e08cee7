"""Settings of the project, read from the environment (the table is in README.md).

A wrong value ends the start with an error that names the variable.
"""

import logging
from datetime import timedelta
from pathlib import Path

from corsheaders.defaults import default_headers
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from environs import Env, EnvError

from config.environment import (
    DAYS,
    DAYS_OR_NONE,
    NOT_NEGATIVE,
    SECONDS,
    both_or_none,
    checked_out_commit,
    database_from_url,
    exact_origins,
    fernet_key,
    host_names,
    hosts,
    origins,
    required,
    secret_key,
    task_backend,
    throttle_rate,
    words,
)
from config.logs import without_traceback

BASE_DIR = Path(__file__).resolve().parent.parent

env = Env()
try:
    DEBUG: bool = env.bool("DEBUG", False)
    ALLOWED_HOSTS = hosts(env, "ALLOWED_HOSTS", development=["127.0.0.1", "localhost"], debug=DEBUG)
    CSRF_TRUSTED_ORIGINS = words(env, "CSRF_TRUSTED_ORIGINS", [], validate=origins)
    CORS_ALLOWED_ORIGINS = words(
        env,
        "CORS_ALLOWED_ORIGINS",
        ["http://localhost:3000", "http://127.0.0.1:3000"] if DEBUG else [],
        validate=exact_origins,
    )
    SECURE_SSL_REDIRECT: bool = env.bool("SECURE_SSL_REDIRECT", not DEBUG)
    SECURE_HSTS_SECONDS: int = env.int("SECURE_HSTS_SECONDS", 0 if DEBUG else 31_536_000, validate=NOT_NEGATIVE)
    TOKEN_TTL_DAYS: int = env.int("TOKEN_TTL_DAYS", 30, validate=DAYS)
    DATABASE_CONN_MAX_AGE: int = env.int("DATABASE_CONN_MAX_AGE", 60, validate=NOT_NEGATIVE)
    DATABASE_STATEMENT_TIMEOUT: int = env.int("DATABASE_STATEMENT_TIMEOUT", 25, validate=NOT_NEGATIVE)
    LOGIN_RATE_PER_ADDRESS: str = env.str("LOGIN_RATE_PER_ADDRESS", "20/min", validate=throttle_rate)
    LOGIN_RATE_PER_USER: str = env.str("LOGIN_RATE_PER_USER", "10/min", validate=throttle_rate)
    NUM_PROXIES: int = env.int("NUM_PROXIES", 0, validate=NOT_NEGATIVE)
    RELEASE: str = env.str("RELEASE", "") or checked_out_commit(BASE_DIR)
    LOG_LEVEL: int = env.log_level("LOG_LEVEL", logging.INFO)
    SCHEMA_AUTO_REPAIR: bool = env.bool("SCHEMA_AUTO_REPAIR", True)
    SCHEMA_LOCK_TIMEOUT: float = env.float("SCHEMA_LOCK_TIMEOUT", 5.0, validate=SECONDS)
    SCHEMA_VERIFY_INTERVAL: float = env.float("SCHEMA_VERIFY_INTERVAL", 15.0, validate=SECONDS)
    TASKS_BACKEND: str = env.str("TASKS_BACKEND", "django_tasks_db.DatabaseBackend", validate=task_backend)
    JOB_LEASE_SECONDS: float = env.float("JOB_LEASE_SECONDS", 60.0, validate=SECONDS)
    JOB_BACKOFF_SECONDS: float = env.float("JOB_BACKOFF_SECONDS", 10.0, validate=SECONDS)
    IMPORT_FILE_DAYS: int = env.int("IMPORT_FILE_DAYS", 90, validate=DAYS_OR_NONE)
    WEBHOOK_DELIVERY_DAYS: int = env.int("WEBHOOK_DELIVERY_DAYS", 90, validate=DAYS_OR_NONE)
    WEBHOOK_ALLOWED_HOSTS = words(env, "WEBHOOK_ALLOWED_HOSTS", [], validate=host_names)
    ENCRYPTION_KEY: str = env.str("ENCRYPTION_KEY", "", validate=fernet_key)
    MASTER_ENCRYPTION_PASSWORD: str = env.str("MASTER_ENCRYPTION_PASSWORD", "")
    MASTER_ENCRYPTION_SALT: str = env.str("MASTER_ENCRYPTION_SALT", "")
    # Credentials of the outside services, which the API shows as set or not set.
    SERVICE_CREDENTIALS: dict[str, str] = {
        name: env.str(name, "")
        for name in (
            "SNOV_USER_ID",
            "SNOV_SECRET",
            "DATAFORSEO_LOGIN",
            "DATAFORSEO_PASSWORD",
            "GEMINI_API_KEY",
            "GMAIL_CLIENT_ID",
            "GMAIL_CLIENT_SECRET",
            "GMAIL_REFRESH_TOKEN",
        )
    }
except EnvError as error:
    raise ImproperlyConfigured(str(error)) from error

both_or_none(
    {
        "MASTER_ENCRYPTION_PASSWORD": MASTER_ENCRYPTION_PASSWORD,
        "MASTER_ENCRYPTION_SALT": MASTER_ENCRYPTION_SALT,
    }
)
SECRET_KEY = secret_key(env, "SECRET_KEY", debug=DEBUG)
DATABASES = {
    "default": database_from_url(
        "DATABASE_URL",
        required(env, "DATABASE_URL", development=f"sqlite:///{BASE_DIR / 'plumbline.sqlite3'}", debug=DEBUG),
        DATABASE_CONN_MAX_AGE,
    )
}

INSTALLED_APPS = [
    "config.schema",
    "config.api",
    "config.apps.OverviewAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "corsheaders",
    "rest_framework",
    "config.apps.TokensConfig",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_linear_migrations",
    "prospects",
    "pipeline",
    "django_tasks",
    "config.apps.QueueConfig",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "config.api.middleware.SchemaMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

TASKS = {"default": {"BACKEND": TASKS_BACKEND}}

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"
# The frontend never sends a trailing slash, and a redirect would lose the body of a POST.
APPEND_SLASH = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "config" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "config" / "static"]
STATIC_ROOT = BASE_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# A frontend on another origin sends back what it has read of a prospect, and reads when to try again and a file's name.
CORS_ALLOW_HEADERS = [*default_headers, "if-match"]
CORS_EXPOSE_HEADERS = ["ETag", "Retry-After", "Content-Disposition"]

# Pages run our own scripts and styles from files, and nothing else. Pictures in style sheets are data: addresses.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEBUG
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE_HSTS_SECONDS > 0
# Probes come from inside, by plain HTTP.
SECURE_REDIRECT_EXEMPT = [r"^(livez|readyz)$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

SCHEMA = {
    "AUTO_REPAIR": SCHEMA_AUTO_REPAIR,
    "LOCK_TIMEOUT": SCHEMA_LOCK_TIMEOUT,
    "VERIFY_INTERVAL": SCHEMA_VERIFY_INTERVAL,
    "VERSION": RELEASE,
    # They touch no row: the build of an image runs them where there is no database.
    "COMMANDS": ["spectacular"],
    # What says whether the schema is off, and how, and what one needs to get there. No row of ours is shown there.
    "VIEWS": [
        "livez",
        "readyz",
        "openapi",
        "docs",
        "session-login",
        "health-schema-health",
        "admin:login",
        "admin:logout",
        "admin:schema_verifiedschema_changelist",
    ],
    "OBJECTS": {
        "alembic_version": "the older system's version table: stays after adoption, so that schema.W004 sees it change",
    },
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["config.api.authentication.BearerAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["config.api.permissions.HasPermission"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["config.api.parsers.JSONParser"],
    "DEFAULT_PAGINATION_CLASS": "config.api.lists.CheckedPagination",
    "DEFAULT_FILTER_BACKENDS": ["config.api.parameters.StrictFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "config.api.description.ApiSchema",
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_THROTTLE_RATES": {"login_address": LOGIN_RATE_PER_ADDRESS, "login_user": LOGIN_RATE_PER_USER},
    "EXCEPTION_HANDLER": "config.api.problems.exception_handler",
    "NUM_PROXIES": NUM_PROXIES,
    "URL_FORMAT_OVERRIDE": None,
    "COERCE_DECIMAL_TO_STRING": False,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Plumbline",
    "DESCRIPTION": "Prospects, and the steps that move them. docs/api.md explains what all endpoints have in common.",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.1",
    "SCHEMA_PATH_PREFIX": "/api/",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_ADD_EXPLICIT_BLANK_NULL_CHOICE": False,
    "POSTPROCESSING_HOOKS": [
        "config.api.description.close_strict_objects",
        "config.api.description.plain_nulls",
        "config.api.description.share_problems",
        "config.api.examples.with_examples",
    ],
}
REST_KNOX = {
    "AUTH_HEADER_PREFIX": "Bearer",
    "TOKEN_TTL": timedelta(days=TOKEN_TTL_DAYS),
    "TOKEN_LIMIT_PER_USER": None,
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "filters": {"without_traceback": {"()": lambda: without_traceback}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    # Django gives its own logger a handler in development: each line would be there twice.
    "loggers": {
        "django": {"handlers": [], "level": "NOTSET"},
        # Anybody can send a wrong Host header.
        "django.security.DisallowedHost": {"filters": ["without_traceback"]},
    },
}
