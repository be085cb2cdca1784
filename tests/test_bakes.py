"""Rendered projects: their files, and their own tests, linters and checks.

Every choice of every prompt is in one of these bakes.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from pytest_cookies.plugin import Cookies

from .baking import CACHE, PROMPTS, adopt, bake, environment_for, run, unavailable

Answers = Mapping[str, Any]

EVERY_TYPE = (
    "Sample(text_of_3: str(3), long: text, number: int, ratio: float, price: decimal(8,2),"
    " share: decimal(2,2), ok: bool, day: date, moment: datetime, hour: time, length: duration,"
    " key: uuid, mail: email, link: url, tag: slug, data: json, state: choice(open|in-work|done))"
)
EVERY_FLAG = (
    "Optional(name: str optional, code: str(8) unique optional, note: text optional,"
    " number: int optional unique, ok: bool optional, day: date optional, data: json optional,"
    " state: choice(a|b) optional, mail: email optional unique);"
    'Preset(name: str = "it\'s \\ {}", size: int = -3, ratio: float = 0.5, price: decimal(5,2) = 9.5,'
    " ok: bool = true, day: date = 2026-01-31, moment: datetime = 2026-01-31T12:00:00Z,"
    " hour: time = 12:30, length: duration = 1h30m, key: uuid = 3f2504e0-4f89-41d3-9a0c-0305e82c3301,"
    " mail: email = a@example.com, link: url = https://example.com/, tag: slug = a-b, data: json = {},"
    " state: choice(open|done) = done) at people/preset_ones;"
    "BookShelf(label: str unique, tags: json = [])"
)
RELATIONS = """
Paradigm(name: str);
Language(name: str unique, paradigm: Paradigm, parent: Language optional);
Programmer(name: str, languages: many Language, favourite: Language optional,
           mentor: Programmer optional unique, hobbies: many Hobby optional, friends: many Programmer optional);
Hobby(n: int unique, best: Programmer optional);
Notebook(label: str, owner: user);
Note(title: str(120), body: text optional, notebook: Notebook, sisters: many Notebook,
     pin: Notebook optional unique, day: date, paradigm: Paradigm optional, author: user);
Comment(text_of: text, note: Note, notebooks: many Notebook optional)
"""
LONG = "A" + "b" * 29
LONG_NAMES = (
    f"{LONG}({'c' * 30}: str(600) = {'d' * 80} optional, {'e' * 30}: choice({'f' * 70}|g) = g,"
    f" {'h' * 30}: decimal(100,50) optional, {'i' * 30}: datetime = 2026-01-31T12:00:00Z optional,"
    f" {'j' * 30}: int unique optional, {'l' * 30}: user) at {'k' * 100};"
    f" B{'m' * 29}({'n' * 30}: {LONG}, {'o' * 30}: many {LONG}, {'p' * 30}: {LONG} optional unique,"
    f" {'q' * 30}: user)"
)
HOSTILE = 'Ünï "quoted" it\'s \\n \\ `tick` <b>&amp;</b> *_# [x](y) | ~ $HOME %s {0} """ ☕ \\'

BAKES: dict[str, Answers] = {
    "default": {},
    "named": {
        "project_name": HOSTILE,
        "project_slug": "Hostile_1",
        "description": f"1. {HOSTILE}",
        "algorithm": "HS384",
        "also_accept": "token",
        "permission": "IsAuthenticatedOrReadOnly",
        "superuser_username": "ünï.code+x@y",
    },
    "sliding": {
        "token_flow": "sliding",
        "algorithm": "HS512",
        "also_accept": "basic",
        "login_field": "email",
        "resource_links": "url",
        "superuser_email": "Owner+1@mail.example.com",
    },
    "stateless": {
        "revocation": "none",
        "algorithm": "RS256",
        "also_accept": "nothing",
        "rotate_refresh_tokens": False,
        "token_verify_path": "none",
        "access_token_lifetime": "2 weeks",
        "refresh_token_lifetime": "36500d",
    },
    "stateless-rotating": {
        "revocation": "none",
        "algorithm": "RS384",
        "permission": "DjangoModelPermissions",
        "django_version": "6.1",
        "access_token_lifetime": "30s",
        "refresh_token_lifetime": "1h30m",
    },
    "unprefixed": {
        "api_prefix": "/",
        "token_obtain_path": "gettoken",
        "token_refresh_path": "refreshtoken",
        "token_verify_path": "verifytoken",
        "token_blacklist_path": "none",
        "resources": "Student(name: str, roll: int unique, city: str) at studentapi",
        "algorithm": "RS512",
        "also_accept": "session",
    },
    "sliding-stateless": {
        "token_flow": "sliding",
        "revocation": "none",
        "algorithm": "PS256",
        "permission": "DjangoModelPermissions",
        "token_verify_path": "",
    },
    "every-type": {
        "resources": EVERY_TYPE,
        "algorithm": "PS384",
        "django_version": "6.1",
        "revocation": "sessions",
    },
    "every-type-linked": {
        "resources": EVERY_TYPE,
        "resource_links": "url",
        "algorithm": "PS512",
        "api_prefix": "api/v1",
    },
    "every-flag": {
        "resources": EVERY_FLAG,
        "algorithm": "ES256",
        "database": "postgresql",
        "token_flow": "pair-with-refresh-cookie",
    },
    "relations": {
        "resources": RELATIONS,
        "revocation": "sessions",
        "token_flow": "pair-with-refresh-cookie",
        "permission": "IsAuthenticatedOrReadOnly",
    },
    "sessions-sliding": {
        "revocation": "sessions",
        "token_flow": "sliding",
        "login_field": "email",
        "algorithm": "ES256",
    },
    "sessions-not-rotating": {
        "revocation": "sessions",
        "rotate_refresh_tokens": False,
        "token_blacklist_path": "none",
        "also_accept": "basic",
        "jwt_settings": "USER_ID_FIELD=username; USER_ID_CLAIM=sub; LEEWAY=1h",
    },
    "stateless-cookie": {
        "revocation": "none",
        "token_flow": "pair-with-refresh-cookie",
        "algorithm": "RS256",
        "jwt_settings": "JWK_URL=https://issuer.example/jwks.json; ISSUER=https://issuer.example",
    },
    "blacklist-not-rotating": {
        "rotate_refresh_tokens": False,
        "token_verify_path": "none",
        "token_flow": "pair-with-refresh-cookie",
        "token_blacklist_path": "bye",
    },
    "relations-linked": {
        "resources": RELATIONS,
        "resource_links": "url",
        "login_field": "email",
        "token_flow": "sliding",
        "permission": "DjangoModelPermissions",
        "django_version": "6.1",
    },
    "relations-open": {
        "resources": "Note(text_of: str, owner: user)",
        "permission": "IsAuthenticatedOrReadOnly",
    },
    "long-names": {
        "resources": LONG_NAMES,
        "resource_links": "url",
        "algorithm": "ES384",
        "api_prefix": "p" * 49,
        "project_slug": "s" * 50,
        "login_field": "email",
        "database": "postgresql",
    },
    "settings": {
        "jwt_settings": "ISSUER=https://issuer.example; AUDIENCE=mobile, web; LEEWAY=10s;"
        " AUTH_HEADER_TYPES=JWT,Bearer; AUTH_HEADER_NAME=HTTP_X_TOKEN; USER_ID_CLAIM=sub;"
        " USER_ID_FIELD=username; UPDATE_LAST_LOGIN=yes; CHECK_REVOKE_TOKEN=yes;"
        " TOKEN_TYPE_CLAIM=typ; JTI_CLAIM=id; JSON_ENCODER=rest_framework.utils.encoders.JSONEncoder",
        "algorithm": "ES512",
        "rotate_refresh_tokens": "no",
        "token_blacklist_path": "",
    },
    "settings-sliding": {
        "token_flow": "sliding",
        "jwt_settings": "CHECK_USER_IS_ACTIVE=no; SLIDING_TOKEN_REFRESH_EXP_CLAIM=until;"
        " AUTH_TOKEN_CLASSES=rest_framework_simplejwt.tokens.SlidingToken",
        "algorithm": "EdDSA",
        "login_field": "email",
        "permission": "IsAuthenticatedOrReadOnly",
        "django_version": "6.1",
    },
}

# What a server is told by its environment.
PRODUCTION = {
    "DEBUG": "False",
    "ALLOWED_HOSTS": "api.example.com",
    "CACHE_URL": "redis://127.0.0.1:6379/0",
}

COMMON_FILES = {
    *(".editorconfig", ".env.example", ".gitignore", ".pre-commit-config.yaml", "Makefile"),
    *("README.md", "manage.py", "pyproject.toml", "scripts/setup.py"),
    *(f"accounts/{name}.py" for name in ("__init__", "admin", "apps", "hashers", "models")),
    *(f"accounts/{name}.py" for name in ("serializers", "urls", "views", "migrations/__init__")),
    *(f"accounts/management/{name}.py" for name in ("__init__", "commands/__init__")),
    *("accounts/factories.py", "accounts/management/commands/prepare.py", "api/factories.py"),
    *(f"api/management/{name}.py" for name in ("__init__", "commands/__init__", "commands/seed")),
    *(f"api/{name}.py" for name in ("__init__", "admin", "apps", "filters", "migrations/__init__")),
    *(f"api/{name}.py" for name in ("models", "pagination", "parsers", "serializers", "urls")),
    "api/views.py",
    *(f"config/{name}.py" for name in ("__init__", "asgi", "env", "jwt", "settings")),
    *("config/urls.py", "config/wsgi.py", "config/templates/drf_spectacular/redoc.html"),
    *(f"tests/{name}.py" for name in ("__init__", "conftest", "test_accounts", "test_openapi")),
    *(f"tests/test_{name}.py" for name in ("attacks", "checks", "keys", "seeding", "throttles")),
    "tests/test_tokens.py",
    *(f"tokens/{name}.py" for name in ("__init__", "algorithm", "apps", "authentication")),
    *(f"tokens/{name}.py" for name in ("backend", "checks", "events", "keys", "schema")),
    *(f"tokens/{name}.py" for name in ("serializers", "throttles", "urls", "views")),
    *(f"tokens/management/{name}.py" for name in ("__init__", "commands/__init__")),
    "tokens/management/commands/rotate_signing_key.py",
}


# What a file is there for, in the text of the resources.
ONLY_WITH = {
    "api/exceptions.py": r": [A-Z]\w+(, | unique|\)|;)",
    "api/ownership.py": r": user\b",
    "api/validators.py": r": (float|json)\b",
    "tests/rows.py": r": (many )?[A-Z]",
}


COOKIE_FILES = ("tests/test_cookies.py", "tokens/cookies.py")
REVOCATION_FILES = (
    "tests/test_purging.py",
    "tokens/management/commands/purge_tokens.py",
    "tokens/revocation.py",
    "tokens/signals.py",
)
SESSION_FILES = ("tests/test_sessions.py", "tokens/admin.py", "tokens/models.py")


def token_files(answers: Answers) -> set[str]:
    flow = answers.get("token_flow", "pair")
    revocation = answers.get("revocation", "blacklist")
    rotates = answers.get("rotate_refresh_tokens", True) is True and flow != "sliding"
    return {
        *(COOKIE_FILES if flow == "pair-with-refresh-cookie" else ()),
        *(REVOCATION_FILES if revocation != "none" else ()),
        *(SESSION_FILES if revocation == "sessions" else ()),
        *(["tests/test_parallel.py"] if rotates and revocation != "none" else []),
        *(
            ["tests/test_remote_keys.py", "tokens/issuer.py"]
            if "JWK_URL" in answers.get("jwt_settings", "")
            else []
        ),
    }


def expected_files(answers: Answers) -> set[str]:
    also = answers.get("also_accept", "session")
    text = answers.get("resources", PROMPTS["resources"])
    resources = re.findall(r"(\w+)\(\w+:", text)
    modules = [re.sub("(?<!^)([A-Z])", "_\\1", name).lower() for name in resources]
    return {
        *COMMON_FILES,
        *token_files(answers),
        *([f"tests/test_also_{also}.py"] if also != "nothing" else []),
        *(path for path, mark in ONLY_WITH.items() if re.search(mark, text)),
        *(f"tests/test_{module}.py" for module in modules),
    }


def files_of(project: Path) -> dict[str, bytes]:
    return {
        path.relative_to(project).as_posix(): path.read_bytes()
        for path in project.rglob("*")
        if path.is_file()
    }


@pytest.fixture(scope="session")
def environment(cookies_session: Cookies) -> Callable[[str], Path]:
    """The environment for a version of Django."""
    known: dict[str, Path] = {}

    def get(django: str) -> Path:
        if django not in known:
            # An asymmetric algorithm brings the one dependency that is optional.
            answers = {
                "django_version": django,
                "algorithm": "ES256",
                "project_slug": f"everything_{django[0]}",
            }
            known[django] = environment_for(django, bake(cookies_session, answers))
        return known[django]

    return get


def test_every_choice_of_every_prompt_is_baked() -> None:
    for name, default in PROMPTS.items():
        if isinstance(default, list):
            baked = {answers.get(name, default[0]) for answers in BAKES.values()}
            assert baked == set(default), name
        elif isinstance(default, bool) and name != "run_setup":
            assert len({str(a.get(name, default)) for a in BAKES.values()}) > 1, name
        elif not name.startswith("_") and name != "run_setup":
            assert any(name in answers for answers in BAKES.values()), name


@pytest.mark.parametrize("name", BAKES)
def test_files(cookies: Cookies, name: str) -> None:
    project = bake(cookies, BAKES[name])
    files = files_of(project)
    assert set(files) == expected_files(BAKES[name])
    for path, content in files.items():
        text = content.decode()
        assert "cookiecutter" not in text, path
        assert "# %" not in text, path
        if not path.endswith(".html"):
            assert "{{" not in text, path
        assert "\r" not in text, path
        assert not re.search(r"[ \t]+$", text, re.MULTILINE), path
        assert not text or (text.endswith("\n") and not text.endswith("\n\n")), path
        assert "\n\n\n\n" not in text, path
        if not path.endswith(".py"):
            assert "\n\n\n" not in re.sub(r"^```.*?^```", "code", text, flags=re.M | re.S), path
        # A new project holds no secret until it is set up.
        assert not re.search(r"^[A-Z_]*(KEY|SECRET|PASSWORD)[A-Z_]*=(?!keys/)\S", text, re.M), path


@pytest.mark.parametrize("name", ["default", "every-flag"])
def test_the_same_answers_give_the_same_bytes(cookies: Cookies, name: str) -> None:
    assert files_of(bake(cookies, BAKES[name])) == files_of(bake(cookies, BAKES[name]))


@pytest.mark.parametrize("name", BAKES)
def test_the_project_passes_its_own_tests_and_checks(
    cookies: Cookies, environment: Callable[[str], Path], name: str, worker_id: str
) -> None:
    django = BAKES[name].get("django_version", "5.2")
    # mypy takes what an app has in one project for what it has in the next.
    revocation = BAKES[name].get("revocation", "blacklist")
    project = bake(cookies, BAKES[name])
    commands = adopt(project, environment(django))
    # The default of some is a server, which other tests are about.
    database = {"DATABASE_URL": f"sqlite:///{project / 'db.sqlite3'}"}
    run(commands / "python", "manage.py", "prepare", cwd=project, **database)
    run(commands / "ruff", "format", "--check", cwd=project)
    run(commands / "ruff", "check", cwd=project)
    run(
        *(commands / "mypy", "--cache-dir", CACHE / f"mypy-{django}-{revocation}-{worker_id}"),
        cwd=project,
        **database,
    )
    run(commands / "python", "manage.py", "check", "--fail-level", "INFO", cwd=project, **database)
    run(
        *(commands / "python", "manage.py", "check", "--deploy", "--fail-level", "WARNING"),
        cwd=project,
        **{**database, **PRODUCTION},
    )
    run(
        *(commands / "python", "manage.py", "makemigrations", "--check", "--dry-run"),
        cwd=project,
        **database,
    )
    run(commands / "pytest", "-q", "-p", "no:cacheprovider", cwd=project, **database)


@pytest.mark.parametrize("name", ["every-flag", "long-names", "every-type", "relations"])
def test_the_project_passes_its_own_tests_on_postgresql(
    cookies: Cookies, environment: Callable[[str], Path], name: str
) -> None:
    server = os.environ.get("TEST_DATABASE_URL")
    if not server:
        unavailable("TEST_DATABASE_URL names no PostgreSQL server")
        return
    project = bake(cookies, BAKES[name])
    commands = adopt(project, environment(BAKES[name].get("django_version", "5.2")))
    # The tests make a database of this name, with `test_` before it, and remove it.
    database = {"DATABASE_URL": urlsplit(server)._replace(path=f"/bake_{uuid4().hex}").geturl()}
    apps = ("accounts", "api", "tokens")
    run(commands / "python", "manage.py", "makemigrations", "-v0", *apps, cwd=project, **database)
    run(commands / "pytest", "-q", "-p", "no:cacheprovider", cwd=project, **database)


def test_the_cache_can_be_redis(cookies: Cookies, environment: Callable[[str], Path]) -> None:
    server = os.environ.get("TEST_REDIS_URL")
    if not server:
        unavailable("TEST_REDIS_URL names no Redis server")
        return
    project = bake(cookies, {})
    commands = adopt(project, environment("5.2"))
    key = f"bake-{uuid4()}"
    code = (
        "from django.core.cache import cache\n"
        f"cache.set({key!r}, 'kept', 60)\nassert cache.get({key!r}) == 'kept'\n"
        f"cache.delete({key!r})\nassert 'redis' in type(cache._connections['default']).__module__\n"
    )
    run(commands / "python", "manage.py", "shell", "-c", code, cwd=project, CACHE_URL=server)
