"""Django settings. Environment variables set what differs between machines (`.env.example`)."""

from typing import Any

from corsheaders.defaults import default_headers
from django.core.exceptions import ImproperlyConfigured

from .env import BASE_DIR, env

# Token policy: jwt.py. The aliases re-export the names as settings.
# % if project.tokens.rotates
from .jwt import JWT_ABSOLUTE_LIFETIME as JWT_ABSOLUTE_LIFETIME
# % endif
from .jwt import JWT_KEYS as JWT_KEYS
# % if project.tokens.rotates and project.revocation.sessions
from .jwt import JWT_REPEAT_WINDOW as JWT_REPEAT_WINDOW
# % endif
from .jwt import SIMPLE_JWT as SIMPLE_JWT

# Core

PROJECT_NAME = {{ project.name | py(before=15) }}
SECRET_KEY = env.str("SECRET_KEY")
# Earlier ones, with which {{ "Django's sessions and links in mails" if project.accounts.mail else "Django's sessions" }} stay valid.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[])
# If a proxy serves the project below a path: that path, such as /backend.
script_name = env.str("FORCE_SCRIPT_NAME", default="").strip("/")
FORCE_SCRIPT_NAME = f"/{script_name}" if script_name else None

# Applications

INSTALLED_APPS = [
    "config.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "corsheaders",
    "django_filters",
    # % if project.accounts.mail
    # % if project.accounts.tasks == "django_tasks"
    "django_tasks",
    # % endif
    "django_tasks_db",
    # % endif
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "rest_framework",
    # % if project.api.also_accept == "token"
    "rest_framework.authtoken",
    # % endif
    # For its translations.
    "rest_framework_simplejwt",
    # % if project.revocation.blacklist
    "rest_framework_simplejwt.token_blacklist",
    # % endif
    "accounts",
    "api",
    "tokens",
]

MIDDLEWARE = [
    "config.health.HealthMiddleware",
    "config.access_log.AccessLogMiddleware",
    # These three are before the others, so that all responses have their headers and format.
    "corsheaders.middleware.CorsMiddleware",
    "{{ project.csp_middleware }}",
    "config.middleware.JSONErrorMiddleware",
    "config.middleware.LanguageMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "config.static.WhiteNoiseMiddleware",
    "config.middleware.AppendSlashMiddleware",
    "config.middleware.CharsetMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "accounts.middleware.ThrottledMiddleware",
]
# The address of the metrics, which nobody else should reach: config/metrics.py
METRICS = env.address("METRICS")
if METRICS:
    # Before all that can respond, except to health checks: it counts all responses.
    first = MIDDLEWARE.index("config.access_log.AccessLogMiddleware")
    MIDDLEWARE.insert(first, "config.metrics.MetricsMiddleware")

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

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
            ],
        },
    },
]

# Database

DATABASES = {
    "default": env.db(
        "DATABASE_URL",
        # % if project.postgresql
        default="postgres://localhost/{{ project.slug }}",
        # % else
        default=f"sqlite:///{BASE_DIR / 'db.sqlite3'}",
        # % endif
    ),
}
DATABASES["default"] |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # Readers do not wait for a writer. Writers wait for each other instead of failing ("locked").
    DATABASES["default"]["OPTIONS"] = {
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL",
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
    }
if DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
    # A server that does not respond would otherwise keep a thread for two minutes, and one that
    # disappears without closing its connections for up to two hours. In seconds, but the last one
    # in milliseconds.
    DATABASES["default"]["OPTIONS"] = {
        "connect_timeout": 3,
        "keepalives_idle": 10,
        "keepalives_interval": 10,
        "tcp_user_timeout": 30_000,
        **DATABASES["default"].get("OPTIONS", {}),
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Caches

CACHES = {
    "default": env.cache_url("CACHE_URL", default="locmemcache://?max_entries=10000"),
    # Used while the default cache is unavailable: tokens/counters.py
    "local": env.cache_url_config("locmemcache://local?max_entries=10000"),
}
if CACHES["default"]["BACKEND"] == "django.core.cache.backends.redis.RedisCache":
    # In seconds: a server that does not respond delays one request in each outage.
    timeouts = {"socket_connect_timeout": 0.1, "socket_timeout": 0.2}
    CACHES["default"]["OPTIONS"] = timeouts | CACHES["default"].get("OPTIONS", {})

# Authentication

AUTH_USER_MODEL = "accounts.User"
# % if project.api.browsable
LOGIN_REDIRECT_URL = "api-root"
# % endif
AUTHENTICATION_BACKENDS = ["accounts.backends.ModelBackend"]
# Django creates hashes with the first hasher and accepts those of both.
PASSWORD_HASHERS = [
    "accounts.hashers.PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    # % if project.revocation.by_password
    {"NAME": "tokens.password_validation.EndSessionsValidator"},
    # % endif
]
# If set, passwords that have appeared in data breaches are refused: accounts/password_validation.py
BREACHED_PASSWORDS_URL = env.str("BREACHED_PASSWORDS_URL", default="")
if BREACHED_PASSWORDS_URL:
    if not BREACHED_PASSWORDS_URL.startswith("https://"):
        raise ImproperlyConfigured("BREACHED_PASSWORDS_URL must begin with https://")
    AUTH_PASSWORD_VALIDATORS.append(
        {"NAME": "accounts.password_validation.BreachedPasswordValidator"},
    )
# % if project.accounts.notices
# Whether users get a mail after a login with a browser that is new for the account.
NEW_LOGIN_NOTICES = env.bool("NEW_LOGIN_NOTICES", default=True)
# % endif

# % if project.accounts.mail
# Mail

# The pages of the links in mails: FRONTEND_URL/users/confirm, for example.
FRONTEND_URL = env.str("FRONTEND_URL", default="http://localhost:3000" if DEBUG else "").rstrip("/")
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="webmaster@localhost")
email = env.email_url("EMAIL_URL", default="consolemail://" if DEBUG else "smtp://localhost")
# % if project.accounts.mailers
MAILERS: dict[str, Any] = {"default": {"BACKEND": email["EMAIL_BACKEND"]}}
if email["EMAIL_HOST"]:
    MAILERS["default"]["OPTIONS"] = {
        "host": email["EMAIL_HOST"],
        "port": email["EMAIL_PORT"],
        "username": email["EMAIL_HOST_USER"],
        "password": email["EMAIL_HOST_PASSWORD"],
        "use_tls": email.get("EMAIL_USE_TLS"),
        "use_ssl": email.get("EMAIL_USE_SSL"),
        # In seconds: a server that does not respond must not stop the worker.
        "timeout": 10,
    }
# % else
EMAIL_BACKEND = email["EMAIL_BACKEND"]
EMAIL_HOST = email["EMAIL_HOST"] or "localhost"
EMAIL_HOST_USER = email["EMAIL_HOST_USER"] or ""
EMAIL_HOST_PASSWORD = email["EMAIL_HOST_PASSWORD"] or ""
EMAIL_USE_TLS = email.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = email.get("EMAIL_USE_SSL", False)
EMAIL_PORT = email["EMAIL_PORT"] or (465 if EMAIL_USE_SSL else 587 if EMAIL_USE_TLS else 25)
# In seconds: a server that does not respond must not stop the worker.
EMAIL_TIMEOUT = 10
# % endif

# Tasks: `manage.py worker` runs those in the database. Without it, requests run their own tasks.

BACKGROUND_TASKS = env.bool("BACKGROUND_TASKS", default=not DEBUG)
TASKS = {
    "default": {
        "BACKEND": "django_tasks_db.DatabaseBackend"
        if BACKGROUND_TASKS
        else "{{ project.accounts.tasks }}.backends.immediate.ImmediateBackend",
        "QUEUES": ["default", "mail"],
    },
}

# % endif
# Internationalization: responses are in the language of the Accept-Language header.

LANGUAGE_CODE = "en-us"
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True

# Static files

STATIC_URL = f"{FORCE_SCRIPT_NAME or ''}/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
# `collectstatic` compresses the files and adds a hash to their names, so that browsers can keep
# them forever.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "config.static.StaticFilesStorage"},
}

# REST framework

# The number of trusted proxies. With 0, the X-Forwarded-For header, which clients can forge, is
# ignored.
NUM_PROXIES = env.number("NUM_PROXIES", default=0)

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "tokens.authentication.JWTAuthentication",
        # % if project.api.also_accept == "session"
        "rest_framework.authentication.SessionAuthentication",
        # % elif project.api.also_accept == "token"
        "rest_framework.authentication.TokenAuthentication",
        # % elif project.api.also_accept == "basic"
        "rest_framework.authentication.BasicAuthentication",
        # % endif
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.{{ project.api.permission }}"],
    "DEFAULT_PARSER_CLASSES": [
        "api.parsers.JSONParser",
        "rest_framework.parsers.FormParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "DEFAULT_RENDERER_CLASSES": [
        "rest_framework.renderers.JSONRenderer",
        # % if project.api.browsable
        "api.renderers.BrowsableAPIRenderer",
        # % endif
    ],
    "DEFAULT_FILTER_BACKENDS": [
        "api.filtering.FilterBackend",
        "api.search.SearchFilter",
        "api.ordering.OrderingFilter",
    ],
    "DEFAULT_PAGINATION_CLASS": "api.pagination.Pagination",
    "EXCEPTION_HANDLER": "api.exceptions.exception_handler",
    # None turns a limit off. Only failed logins count, wherever a password is checked.
    "DEFAULT_THROTTLE_RATES": {
        "login_address": "30/min",
        "login_account_address": "10/min",
        # More than one address can reach: otherwise, anyone could lock an account.
        "login_account": "1000/hour",
        "token_refresh": "60/min",
        "token_verify": "120/min",
        # For each user: changes of the account{{ ", and invitations" if project.accounts.invited else "" }}.
        "account": "20/hour",
        # % if project.accounts.invited
        "invitation": "300/hour",
        # % endif
        # % if project.accounts.mail
        # For each address: links that are opened, and mails that are requested.
        "link": "30/min",
        "mail_address": "30/hour",
        # For each mailbox; the first one limits what one address can send to it.
        "mailbox_address": "10/day",
        "mailbox": "15/hour",
        "mailbox_day": "30/day",
        # % if project.accounts.notices
        # For each mailbox: notices of logins. After more of them, logins send none.
        "notice_mailbox": "20/day",
        # % endif
        # % endif
    },
    "NUM_PROXIES": NUM_PROXIES,
    "DEFAULT_SCHEMA_CLASS": "api.schema.AutoSchema",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}

# OpenAPI

SPECTACULAR_SETTINGS = {
    "TITLE": PROJECT_NAME,
    "DESCRIPTION": {{ project.description | py }},
    "VERSION": "1.0.0",
    "SERVERS": [{"url": FORCE_SCRIPT_NAME}] if FORCE_SCRIPT_NAME else [],
    # It is not part of the names of operations.
    "SCHEMA_PATH_PREFIX": "/{{ project.paths.prefix }}",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "DEFAULT_GENERATOR_CLASS": "api.schema_generator.SchemaGenerator",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "api.schema_types.simplify_types",
    ],
    # Serve Swagger UI and ReDoc from the static files instead of a CDN.
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    # % if project.api.choice_fields
    "ENUM_NAME_OVERRIDES": {
        # % for name, path in project.api.choice_fields
        "{{ name }}": "{{ path }}",
        # % endfor
    },
    # % endif
}

# Security

CORS_ALLOWED_ORIGINS = env.list("CORS_ALLOWED_ORIGINS", default=[])
token_header = SIMPLE_JWT.get("AUTH_HEADER_NAME", "HTTP_AUTHORIZATION").removeprefix("HTTP_")
CORS_ALLOW_HEADERS = (*default_headers, token_header.replace("_", "-").lower())
CORS_EXPOSE_HEADERS = ["Location", "Retry-After", "WWW-Authenticate", "X-Request-ID"]
# % if project.tokens.cookie
# Pages of those origins can send the refresh cookie.
CORS_ALLOW_CREDENTIALS = True
# Browsers send the cookie from pages of other sites only with "None".
REFRESH_COOKIE_SAMESITE = env.str("REFRESH_COOKIE_SAMESITE", default="Strict")
if REFRESH_COOKIE_SAMESITE.lower() not in ("strict", "lax", "none"):
    raise ImproperlyConfigured("REFRESH_COOKIE_SAMESITE must be Strict, Lax or None.")
# % endif
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

# HTTPS is required, except in development. Behind a proxy that terminates TLS, set NUM_PROXIES:
# otherwise X-Forwarded-Proto is ignored, and every request is redirected.
HTTPS = env.bool("HTTPS", default=not DEBUG)
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = env.number("SECURE_HSTS_SECONDS", default=3600 if HTTPS else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("SECURE_HSTS_INCLUDE_SUBDOMAINS", default=HTTPS)
# W021 recommends HSTS preloading, which affects the whole domain and takes months to undo.
SILENCED_SYSTEM_CHECKS = ["security.W021"]
if NUM_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# For a proxy that replaces Host. Clients could forge the header if the proxy did not set it.
USE_X_FORWARDED_HOST = env.bool("USE_X_FORWARDED_HOST", default=False)

# Content Security Policy: what the pages of the project may load and run. All responses have it.
SECURE_CSP = {
    "default-src": ["'self'"],
    # Swagger UI has pictures in its style sheet.
    "img-src": ["'self'", "data:"],
    # Swagger UI, ReDoc and the browsable API write styles into their pages. With these sources of
    # pictures and fonts, a style cannot send anything to another site.
    "style-src": ["'self'", "'unsafe-inline'"],
    # ReDoc searches in a worker.
    "worker-src": ["'self'", "blob:"],
    "object-src": ["'none'"],
    "base-uri": ["'none'"],
    "form-action": ["'self'"],
    "frame-ancestors": ["'none'"],
}

# Logging

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "exceptions": {
            "()": "django.utils.log.CallbackFilter",
            "callback": lambda record: record.exc_info,
        },
    },
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"},
        "json": {"()": "config.logging.JSONFormatter"},
    },
    # To the standard error stream, also if DEBUG is off; Django's own handlers would only send mail.
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line" if DEBUG else "json"},
    },
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "django": {"level": "INFO"},
        # Exceptions, but not responses such as a 503 of a health check.
        "django.request": {"level": "ERROR", "filters": ["exceptions"]},
        # A warning for each HEAD request: Django leaves it to the server to drop the body.
        "gunicorn.http.wsgi": {"level": "ERROR"},
        # Requests of scanners
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        # Each request; the development server has lines of its own.
        "access": {"level": "WARNING" if DEBUG else "INFO"},
        # Security events: tokens/events.py
        "tokens": {"level": "INFO"},
    },
}

# Errors

# The package of Sentry is imported only if a server is set.
sentry_dsn = env.str("SENTRY_DSN", default="")
if sentry_dsn:
    from .errors import report_errors

    report_errors(sentry_dsn, env.str("SENTRY_ENVIRONMENT", default="production"))
