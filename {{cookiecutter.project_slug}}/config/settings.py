"""Django settings. Environment variables set what differs between machines (`.env.example`)."""

from corsheaders.defaults import default_headers

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

SECRET_KEY = env.str("SECRET_KEY")
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
    # These two are first, so that all responses have their headers and format.
    "corsheaders.middleware.CorsMiddleware",
    "config.middleware.JSONErrorMiddleware",
    "django.middleware.locale.LocaleMiddleware",
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
    # % if project.revocation.enabled
    {"NAME": "tokens.password_validation.EndSessionsValidator"},
    # % endif
]

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
NUM_PROXIES = env.int("NUM_PROXIES", default=0)

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
        "django_filters.rest_framework.DjangoFilterBackend",
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
    },
    "NUM_PROXIES": NUM_PROXIES,
    "DEFAULT_SCHEMA_CLASS": "api.schema.AutoSchema",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}

# OpenAPI

SPECTACULAR_SETTINGS = {
    "TITLE": {{ project.name | py }},
    "DESCRIPTION": {{ project.description | py }},
    "VERSION": "1.0.0",
    "SERVERS": [{"url": FORCE_SCRIPT_NAME}] if FORCE_SCRIPT_NAME else [],
    # It is not part of the names of operations.
    "SCHEMA_PATH_PREFIX": "/{{ project.paths.prefix }}",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
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
CORS_EXPOSE_HEADERS = ["Location", "Retry-After", "WWW-Authenticate"]
# % if project.tokens.cookie
# Pages of those origins can send the refresh cookie.
CORS_ALLOW_CREDENTIALS = True
# Browsers send the cookie from pages of other sites only with "None".
REFRESH_COOKIE_SAMESITE = env.str("REFRESH_COOKIE_SAMESITE", default="Strict")
# % endif
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

# HTTPS is required, except in development. Behind a proxy that terminates TLS, set NUM_PROXIES:
# otherwise X-Forwarded-Proto is ignored, and every request is redirected.
HTTPS = env.bool("HTTPS", default=not DEBUG)
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=3600 if HTTPS else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("SECURE_HSTS_INCLUDE_SUBDOMAINS", default=HTTPS)
# W021 recommends HSTS preloading, which affects the whole domain and takes months to undo.
SILENCED_SYSTEM_CHECKS = ["security.W021"]
if NUM_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# For a proxy that replaces Host. Clients could forge the header if the proxy did not set it.
USE_X_FORWARDED_HOST = env.bool("USE_X_FORWARDED_HOST", default=False)

# Logging

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    # To the standard error stream, also if DEBUG is off; Django's own handlers would only send mail.
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "django": {"level": "INFO"},
        # Exceptions, but not the responses 400 to 499, which the server's access log contains.
        "django.request": {"level": "ERROR"},
        # Requests of scanners
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        # Security events: tokens/events.py
        "tokens": {"level": "INFO"},
    },
}
