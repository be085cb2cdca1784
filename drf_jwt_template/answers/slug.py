"""The names that a project cannot have."""

from __future__ import annotations

import keyword
import re
import sys

PROJECT_PACKAGES = ("accounts", "api", "config", "scripts", "tests", "tokens")
DEPENDENCIES = (
    "aiosmtpd",
    "argon2",
    "argon2_cffi",
    "corsheaders",
    "cryptography",
    "django",
    "django_cors_headers",
    "django_environ",
    "django_filter",
    "django_filters",
    "django_stubs",
    "django_tasks",
    "django_tasks_db",
    "djangorestframework",
    "djangorestframework_simplejwt",
    "djangorestframework_stubs",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "environ",
    "factory",
    "factory_boy",
    "faker",
    "gunicorn",
    "jwt",
    "mypy",
    "pip",
    "pre_commit",
    "psycopg",
    "prometheus_client",
    "pyjwt",
    "pytest",
    "pytest_django",
    "pytest_xdist",
    "redis",
    "rest_framework",
    "rest_framework_simplejwt",
    "ruff",
    "sentry_sdk",
    "setuptools",
    "time_machine",
    "uv",
    "wheel",
    "whitenoise",
    "xdist",
)
PORTS = [f"{device}{number}" for device in ("com", "lpt") for number in range(1, 10)]
WINDOWS_DEVICES = ("aux", "con", "nul", "prn", *PORTS)
# A PostgreSQL name has at most 63 bytes; the test database is `test_<slug>_gw12`.
MAX_SLUG = 50


def find_slug_problem(slug: str) -> str:
    """Returns why a project cannot have this slug, or nothing."""
    if not re.fullmatch(r"[A-Za-z]([A-Za-z0-9_]*[A-Za-z0-9])?", slug):
        return (
            "must be a Python identifier and a distribution name: ASCII letters, digits and _,"
            " a letter first, no _ at the end, such as my_api"
        )
    if len(slug) > MAX_SLUG:
        return f"must have at most {MAX_SLUG} characters, found {len(slug)}"
    if keyword.iskeyword(slug) or keyword.issoftkeyword(slug):
        return "must not be a Python keyword; choose another name, such as my_api"
    if slug.lower() in sys.stdlib_module_names:
        return (
            "must not be a module of Python's standard library; choose another name, such as my_api"
        )
    if slug.lower() in PROJECT_PACKAGES:
        return "must not be a package of the project itself; choose another name, such as my_api"
    if slug.lower() in DEPENDENCIES:
        return "must not be one of the project's dependencies; choose another name, such as my_api"
    if slug.lower() in WINDOWS_DEVICES:
        return "must not be a Windows device; choose another name, such as my_api"
    return ""
