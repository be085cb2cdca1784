"""Runs Django's checks and a rendered project's own tests: in its folder, by its own Python.

    python in_project.py NAME=VALUE ... [FILE ...]

Creates the secrets, the first migrations and, with SQLite, the database. Then runs all checks that need
no server, those for production with the given variables, and all tests or those in the given files.
Everything runs in one process, because starting a process takes longer than most of the steps.
"""

import importlib.util
import os
import re
import sys
import warnings
from pathlib import Path
from typing import Any
from unittest.mock import patch

sys.path[:0] = [".", "scripts"]
# Settings that have no default in Django, and settings of other apps.
KNOWN = {"ROOT_URLCONF", "REST_FRAMEWORK", "SIMPLE_JWT", "SPECTACULAR_SETTINGS", "TASKS"}
# Read by Django's createsuperuser.
READ_BY_DJANGO = {"DJANGO_SUPERUSER_EMAIL", "DJANGO_SUPERUSER_USERNAME"}
# Variables that .env.example omits: a password for one command, and those that commands set.
UNNAMED = {"DJANGO_SUPERUSER_PASSWORD", "DJANGO_SETTINGS_MODULE", "PGCONNECT_TIMEOUT"}
# Fields that the README does not list for each table.
COMMON = {"id", "created_at", "updated_at", "groups", "user_permissions"}
# How the README says what becomes of a reference.
DELETIONS = {
    "": "the list omits it",
    "CASCADE": "is deleted as well",
    "PROTECT": "prevents the deletion",
    "RESTRICT": "prevents the deletion, unless its owner is deleted",
    "SET_NULL": "becomes null",
}


def main(production: dict[str, str], tests: list[str]) -> None:
    import setup

    setup.write_secrets()
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    with warnings.catch_warnings():
        # As in the project's own tests. On a server, these create the database later.
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", "Got an error checking a consistent migration history")
        check(production)
    import pytest

    sys.exit(pytest.main(["-q", "--tb=short", "-p", "no:cacheprovider", *tests]))


def check(production: dict[str, str]) -> None:
    import django
    from django.core.management import call_command
    from django.db import connection
    from django.test import override_settings

    django.setup()
    if connection.vendor == "sqlite":
        from scripts import prepare

        prepare.main()
    else:
        call_command("makemigrations", "accounts", "api", "tokens", verbosity=0)
    # Django warns of a default that is close to the present time.
    with override_settings(SILENCED_SYSTEM_CHECKS=["fields.W161"]):
        call_command("check", fail_level="INFO")
    with override_settings(**settings_with(production)):
        call_command("check", deploy=True, fail_level="INFO")
    call_command("makemigrations", "--check", "--dry-run")
    problems = [*unread_settings(), *unread_variables(), *wrong_tables()]
    if problems:
        sys.exit("\n".join(problems))


def settings_with(variables: dict[str, str]) -> dict[str, Any]:
    """Returns the settings that differ if these environment variables are set."""
    from config import settings

    spec = importlib.util.find_spec("config.settings")
    assert spec
    assert spec.loader
    others = importlib.util.module_from_spec(spec)
    with patch.dict(os.environ, variables):
        spec.loader.exec_module(others)
    return {
        name: value
        for name, value in vars(others).items()
        # Django has changed its DATABASES after loading them.
        if name.isupper() and name != "DATABASES" and value != getattr(settings, name, None)
    }


def all_sources() -> str:
    found = (path for path in Path().rglob("*.py") if path.parts[0] not in (".venv", "tests"))
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(found))


def unread_settings() -> list[str]:
    """Returns problems with settings that neither Django, an installed app nor the project reads."""
    from config import settings
    from corsheaders.conf import Settings as Cors
    from django.conf import global_settings
    from drf_spectacular.settings import SPECTACULAR_DEFAULTS
    from rest_framework.settings import DEFAULTS as REST_FRAMEWORK_DEFAULTS
    from rest_framework_simplejwt.settings import DEFAULTS as SIMPLE_JWT_DEFAULTS

    # Assignments and imports of a setting are not uses.
    uses = re.sub(r"^([A-Z_]+ =|from .* import).*$", "", all_sources(), flags=re.MULTILINE)
    unread = [
        f"config/settings.py: {name} is never read"
        for name in dir(settings)
        if name.isupper() and name not in KNOWN
        if not hasattr(global_settings, name) and not hasattr(Cors, name)
        if not re.search(rf"\b{name}\b", uses)
    ]
    for group, known in (
        ("REST_FRAMEWORK", REST_FRAMEWORK_DEFAULTS),
        ("SPECTACULAR_SETTINGS", SPECTACULAR_DEFAULTS),
        ("SIMPLE_JWT", SIMPLE_JWT_DEFAULTS),
    ):
        extra = set(getattr(settings, group)) - set(known)
        unread += [f"config: {group} has no {name}" for name in sorted(extra)]
    return unread


def unread_variables() -> list[str]:
    """Returns problems with variables that are only in .env.example, or only in the sources."""
    text, example = all_sources(), Path(".env.example").read_text(encoding="utf-8")
    read = (
        set(re.findall(r"\b(?:env(?:iron)?(?:\.\w+)?|read_number)\(\s*[\"']([A-Z_]+)", text))
        - UNNAMED
        | READ_BY_DJANGO
    )
    named = set(re.findall(r"[A-Z]+(?:_[A-Z]+)*", example))
    offered = set(re.findall(r"^(?:# )?([A-Z_]+)=", example, re.MULTILINE))
    unread = [f".env.example: {name} is never read" for name in sorted(offered - read)]
    missing = sorted(read - named - READ_BY_DJANGO)
    return unread + [f".env.example does not contain {name}" for name in missing]


def wrong_tables() -> list[str]:
    """Returns problems with the data model in the README: what differs from the models."""
    from django.apps import apps

    readme = Path("README.md").read_text(encoding="utf-8")
    section = readme.partition("\n## Data model\n")[2].partition("\n## ")[0]
    columns = {
        (model, field, unique != "")
        for model, fields in re.findall(r"^\| `([\w.]+)` \| [^|]+ \| ([^|]*) \|$", section, re.M)
        for field, unique in re.findall(r"`(\w+)` \w+(?:\([^)]*\))?( unique| \(primary)?", fields)
    }
    relation = r"^\| `([\w.]+)\.(\w+)` \| (.+) `.+` \| (.+) `([\w.]+)` \| (.+) \|$"
    shown = {*columns, *re.findall(relation, section, re.M)}
    found = set()
    for name in sorted({row[0] for row in shown}):
        label = name if "." in name else f"{'accounts' if name == 'User' else 'api'}.{name}"
        found |= {describe_field(name, field) for field in apps.get_model(label)._meta.get_fields()}
    unlisted = {row for row in found - shown if not row or row[1] in COMMON}
    return [f"README.md: {row}" for row in sorted(map(str, shown ^ (found - unlisted)))]


def describe_field(name: str, field: Any) -> tuple[Any, ...]:
    """Returns a field as the README describes it; nothing if another model declares it."""
    if field.is_relation and field.auto_created:
        return ()
    constraints = [c.fields for c in field.model._meta.constraints if hasattr(c, "fields")]
    unique = field.unique or (field.name,) in constraints
    if not field.is_relation:
        return name, field.name, unique
    target = field.related_model
    shown = target.__name__ if target._meta.app_label == "api" else str(target._meta.label)
    optional = field.blank or field.null
    ends = ("any number of", "one or more") if field.many_to_many else ("at most one", "one")
    deletion = field.remote_field.on_delete.__name__ if not field.many_to_many else ""
    return (
        name,
        field.name,
        "at most one" if unique and not field.many_to_many else "any number of",
        ends[not optional],
        shown.removeprefix("accounts.") if shown == "accounts.User" else shown,
        DELETIONS[deletion],
    )


if __name__ == "__main__":
    variables = [argument for argument in sys.argv[1:] if "=" in argument]
    main(dict(text.split("=", 1) for text in variables), sys.argv[len(variables) + 1 :])
