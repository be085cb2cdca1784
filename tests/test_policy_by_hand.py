"""Settings that a team changes by hand, the token policy with no more than the README's table."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tools.rendering import write

from .baking import environment_for, prepare_project, run
from .changing import change
from .proving import renderer

POLICY = {
    "config/jwt.py": {
        "JWT_ABSOLUTE_LIFETIME = timedelta(days=30)": "JWT_ABSOLUTE_LIFETIME = timedelta(days=20)",
        "JWT_REPEAT_WINDOW = timedelta(seconds=10)": "JWT_REPEAT_WINDOW = timedelta(0)",
        "timedelta(minutes=5)": "timedelta(minutes=7)",
        "timedelta(days=1)": "timedelta(days=2)",
        '    "ALGORITHM": "HS256",\n': '    "ALGORITHM": "HS512",\n'
        '    "AUDIENCE": "mobile",\n'
        '    "AUTH_HEADER_NAME": "HTTP_X_TOKEN",\n'
        '    "AUTH_HEADER_TYPES": ("JWT", "Bearer"),\n'
        '    "ISSUER": "https://issuer.example",\n'
        '    "LEEWAY": timedelta(seconds=5),\n'
        '    "USER_ID_CLAIM": "sub",\n',
    },
    "tests/test_keys.py": {"longest = timedelta(days=1)": "longest = timedelta(days=2)"},
    "tests/test_tokens.py": {
        'ALGORITHM = "HS256"': 'ALGORITHM = "HS512"',
        "timedelta(minutes=5)": "timedelta(minutes=7)",
        "timedelta(days=1)": "timedelta(days=2)",
        '"/api/token/refresh/"': '"/api/token/renew/"',
    },
    "tokens/algorithm.py": {
        'ALGORITHM = "HS256"': 'ALGORITHM = "HS512"',
        "MIN_BYTES = 32": "MIN_BYTES = 64",
    },
    "tokens/urls.py": {'"api/token/refresh/"': '"api/token/renew/"'},
}
SETTINGS = {
    "config/settings.py": {
        '"api.pagination.Pagination"': '"api.pagination.CursorPagination"',
        'MinimumLengthValidator"}': 'MinimumLengthValidator", "OPTIONS": {"min_length": 12}}',
        'LANGUAGE_CODE = "en-us"': 'LANGUAGE_CODE = "de"',
        'TIME_ZONE = "UTC"': 'TIME_ZONE = "Europe/Berlin"',
        '"30/min"': "None",
        '"10/min"': "None",
        '"1000/hour"': "None",
        '"60/min"': "None",
        '"120/min"': "None",
        '"20/hour"': "None",
    },
}
RESOURCES = (
    "Author(name: str unique, born: datetime optional);"
    "Book(title: str, author: Author, printed: datetime unique, reader: owner)"
)
# The environment of the tests.
VARIABLES = {
    "ALLOWED_HOSTS": "api.example.com",
    "CORS_ALLOWED_ORIGINS": "https://app.example.com",
    "CSRF_TRUSTED_ORIGINS": "https://api.example.com",
    "DEBUG": "False",
    "NUM_PROXIES": "1",
    "USE_X_FORWARDED_HOST": "True",
}


def check_changes(
    folder: Path, answers: dict[str, str], changes: Mapping[str, Mapping[str, str]]
) -> None:
    """Changes a project, and runs its tests in another environment."""
    project = write(renderer.render({"resources": RESOURCES, **answers}), folder)
    for file, texts in changes.items():
        for before, after in texts.items():
            change(project / file, before, after)
    commands = prepare_project(project, environment_for("django-5.2"))
    run(commands / "python", "-m", "scripts.prepare", cwd=project)
    options = ("-q", "--tb=short", "-p", "no:cacheprovider")
    run(commands / "pytest", *options, cwd=project, **VARIABLES)


@pytest.mark.slow
def test_changed_policy_passes_tests(tmp_path: Path) -> None:
    check_changes(tmp_path / "project", {}, POLICY | SETTINGS)


@pytest.mark.slow
def test_changed_settings_pass_tests(tmp_path: Path) -> None:
    answers = {
        "accounts": "open",
        "login_field": "email",
        "permission": "DjangoModelPermissions",
        "resource_links": "url",
        "revocation": "blacklist",
        "token_flow": "pair-with-refresh-cookie",
    }
    check_changes(tmp_path / "project", answers, SETTINGS)
