"""What a rendered project consists of, and what must not stand in any of its files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from drf_jwt_template.prompts import PROMPTS

Answers = Mapping[str, Any]

COMMON_FILES = {
    *(".editorconfig", ".env.example", ".gitattributes", ".gitignore", ".pre-commit-config.yaml"),
    *("Makefile", "README.md", "manage.py", "pyproject.toml", "scripts/setup.py"),
    *(f"accounts/{name}.py" for name in ("__init__", "admin", "apps", "hashers", "models")),
    *(f"accounts/{name}.py" for name in ("serializers", "urls", "views", "migrations/__init__")),
    *("accounts/factories.py", "scripts/prepare.py", "api/factories.py"),
    *(f"api/management/{name}.py" for name in ("__init__", "commands/__init__", "commands/seed")),
    *(f"api/{name}.py" for name in ("__init__", "admin", "apps", "filters", "migrations/__init__")),
    *(f"api/{name}.py" for name in ("models", "pagination", "parsers", "schema", "search")),
    *(f"api/{name}.py" for name in ("serializers", "urls", "views")),
    *(f"config/{name}.py" for name in ("__init__", "asgi", "env", "jwt", "settings")),
    *("config/urls.py", "config/wsgi.py", "config/templates/drf_spectacular/redoc.html"),
    *(f"tests/{name}.py" for name in ("__init__", "api", "conftest", "test_accounts")),
    *(f"tests/test_{name}.py" for name in ("attacks", "checks", "keys", "openapi", "resources")),
    *(f"tests/test_{name}.py" for name in ("seeding", "setup", "throttles", "tokens")),
    *(f"tokens/{name}.py" for name in ("__init__", "algorithm", "apps", "authentication")),
    *(f"tokens/{name}.py" for name in ("backend", "checks", "events", "keys", "schema")),
    *(f"tokens/{name}.py" for name in ("serializers", "throttles", "urls", "views")),
    *(f"tokens/management/{name}.py" for name in ("__init__", "commands/__init__")),
    "tokens/management/commands/rotate_signing_key.py",
}


# What a file is there for, in the text of the resources.
ONLY_WITH = {
    "api/exceptions.py": r": [A-Z]\w+(, | unique|\)|;)",
    "api/ownership.py": r": owner\b",
    "api/validators.py": r": (float|json)\b",
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
    revocation = answers.get("revocation", "sessions")
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
    return {
        *COMMON_FILES,
        *token_files(answers),
        *([f"tests/test_also_{also}.py"] if also != "nothing" else []),
        *(path for path, mark in ONLY_WITH.items() if re.search(mark, text)),
    }


def files_of(project: Path) -> dict[str, bytes]:
    return {
        path.relative_to(project).as_posix(): path.read_bytes()
        for path in project.rglob("*")
        if path.is_file()
    }


def complaints(path: str, text: str) -> list[str]:
    """What of the template, or of its making, is left in a file."""
    markup = re.sub("^```.*?^```", "code", text, flags=re.M | re.S)
    left = {
        "a word of the template": "cookiecutter" in text or "# %" in text,
        "a value that is not filled in": "{{" in text and not path.endswith(".html"),
        "a line break of Windows": "\r" in text,
        "white space at the end of a line": re.search(r"[ \t]+$", text, re.M),
        "no end, or two": bool(text) and re.search(r"[^\n]\n\Z", text) is None,
        "three blank lines": "\n\n\n\n" in text,
        "two blank lines": not path.endswith(".py") and "\n\n\n" in markup,
        # A new project holds no secret until it is set up.
        "a secret": re.search(r"^[A-Z_]*(KEY|SECRET|PASSWORD)[A-Z_]*=(?!keys/)\S", text, re.M),
    }
    return [f"{path}: {problem}" for problem, found in left.items() if found]
