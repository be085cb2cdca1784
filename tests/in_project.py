"""What Django itself says of a rendered project: run in its folder, by its own Python.

    python in_project.py

Makes its secrets, first migrations and, with SQLite, its database; then all checks that need no
server, in one process, for it takes longer to start than they do.
"""

import os
import re
import sys
from pathlib import Path

sys.path[:0] = [".", "scripts"]
# What Django has no default for, and what the apps of others read.
KNOWN = {"ROOT_URLCONF", "REST_FRAMEWORK", "SIMPLE_JWT", "SPECTACULAR_SETTINGS"}
# A password that is given for one command has no place in a file, and Django names its module itself.
UNNAMED = {"DJANGO_SUPERUSER_PASSWORD", "DJANGO_SETTINGS_MODULE"}


def main() -> None:
    import setup

    setup.write_secrets()
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    import django
    from django.core.management import call_command
    from django.db import connection

    django.setup()
    if connection.vendor == "sqlite":
        call_command("prepare")
    else:
        call_command("makemigrations", "accounts", "api", "tokens", verbosity=0)
    call_command("check", fail_level="INFO")
    call_command("makemigrations", "--check", "--dry-run")
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", os.devnull)
    problems = [*unread_settings(), *unread_variables()]
    if problems:
        sys.exit("\n".join(problems))


def all_sources() -> str:
    found = (path for path in Path().rglob("*.py") if path.parts[0] not in (".venv", "tests"))
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(found))


def unread_settings() -> list[str]:
    """Settings that neither Django, nor an installed app, nor the project reads."""
    from config import settings
    from corsheaders.conf import Settings as Cors
    from django.conf import global_settings
    from drf_spectacular.settings import SPECTACULAR_DEFAULTS
    from rest_framework.settings import DEFAULTS as REST_FRAMEWORK_DEFAULTS
    from rest_framework_simplejwt.settings import DEFAULTS as SIMPLE_JWT_DEFAULTS

    # Neither where a setting gets its value, nor where a module hands it on.
    uses = re.sub(r"^([A-Z_]+ =|from .* import).*$", "", all_sources(), flags=re.MULTILINE)
    unread = [
        f"config/settings.py: {name} is read by nobody"
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
    """Environment variables that .env.example names and nothing reads, and the reverse."""
    text, example = all_sources(), Path(".env.example").read_text(encoding="utf-8")
    read = set(re.findall(r'\benv(?:iron)?(?:\.\w+)?\(\s*"([A-Z_]+)', text)) - UNNAMED
    named = set(re.findall(r"[A-Z]+(?:_[A-Z]+)*", example))
    offered = set(re.findall(r"^(?:# )?([A-Z_]+)=", example, re.MULTILINE))
    return [
        *(f".env.example: {name} is read by nobody" for name in sorted(offered - read)),
        *(f".env.example does not name {name}" for name in sorted(read - named)),
    ]


if __name__ == "__main__":
    main()
