"""The expected files of a rendered project, and what they must not contain."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .usual import USUAL

Answers = Mapping[str, Any]

COMMON_FILES = {
    ".editorconfig",
    ".env.example",
    ".gitattributes",
    ".gitignore",
    ".pre-commit-config.yaml",
    "Makefile",
    "README.md",
    "accounts/__init__.py",
    "accounts/admin.py",
    "accounts/apps.py",
    "accounts/backends.py",
    "accounts/fields.py",
    "accounts/hashers.py",
    "accounts/middleware.py",
    "accounts/migrations/__init__.py",
    "accounts/models.py",
    "accounts/password_validation.py",
    "accounts/serializers.py",
    "accounts/signals.py",
    "accounts/throttles.py",
    "accounts/urls.py",
    "accounts/views.py",
    "api/__init__.py",
    "api/apps.py",
    "api/conflicts.py",
    "api/exceptions.py",
    "api/filtering.py",
    "api/migrations/__init__.py",
    "api/ordering.py",
    "api/pagination.py",
    "api/parsers.py",
    "api/schema.py",
    "api/schema_errors.py",
    "api/schema_generator.py",
    "api/schema_types.py",
    "api/search.py",
    "api/urls.py",
    "api/viewsets.py",
    "config/__init__.py",
    "config/access_log.py",
    "config/admin.py",
    "config/apps.py",
    "config/asgi.py",
    "config/env.py",
    "config/errors.py",
    "config/health.py",
    "config/jwt.py",
    "config/logging.py",
    "config/metrics.py",
    "config/middleware.py",
    "config/settings.py",
    "config/templates/429.html",
    "config/static.py",
    "config/templates/drf_spectacular/redoc.html",
    "config/urls.py",
    "config/workers.py",
    "config/wsgi.py",
    "deploy/server/backup.service",
    "deploy/server/backup.sh",
    "deploy/server/backup.timer",
    "deploy/server/common.conf",
    "deploy/server/manage.sh",
    "deploy/server/nginx.conf",
    "deploy/server/web.service",
    "docs/production.md",
    "gunicorn.conf.py",
    "manage.py",
    "pyproject.toml",
    "scripts/prepare.py",
    "scripts/setup.py",
    "tests/__init__.py",
    "tests/conftest.py",
    "tests/html.py",
    "tests/test_accounts.py",
    "tests/test_admin.py",
    "tests/test_attacks.py",
    "tests/test_breached_passwords.py",
    "tests/test_checks.py",
    "tests/test_conflicts.py",
    "tests/test_counters.py",
    "tests/test_csp.py",
    "tests/test_env.py",
    "tests/test_error_reports.py",
    "tests/test_errors.py",
    "tests/test_health.py",
    "tests/test_keys.py",
    "tests/test_logs.py",
    "tests/test_metrics.py",
    "tests/test_openapi.py",
    "tests/test_password.py",
    "tests/test_requests.py",
    "tests/test_server.py",
    "tests/test_setup.py",
    "tests/test_static.py",
    "tests/test_throttles.py",
    "tests/test_tokens.py",
    "tests/test_translations.py",
    "tokens/__init__.py",
    "tokens/algorithm.py",
    "tokens/apps.py",
    "tokens/authentication.py",
    "tokens/backend.py",
    "tokens/checks.py",
    "tokens/counters.py",
    "tokens/events.py",
    "tokens/keys.py",
    "tokens/management/__init__.py",
    "tokens/management/commands/__init__.py",
    "tokens/management/commands/rotate_signing_key.py",
    "tokens/schema.py",
    "tokens/serializers.py",
    "tokens/throttles.py",
    "tokens/urls.py",
    "tokens/views.py",
}

RESOURCE_FILES = {
    "accounts/factories.py",
    "api/admin.py",
    "api/factories.py",
    "api/filters.py",
    "api/models.py",
    "api/serializers.py",
    "api/serializing.py",
    "api/views.py",
    "scripts/seed.py",
    "tests/api.py",
    "tests/test_concurrency.py",
    "tests/test_details.py",
    "tests/test_forms.py",
    "tests/test_resources.py",
    "tests/test_seeding.py",
}
# Files that exist if `resources` matches a pattern.
ONLY_WITH = {
    "accounts/user_search.py": r": (many )?User\b",
    "api/ownership.py": r": owner\b",
    "tests/test_user_search.py": r": (many )?User\b",
    "api/validators.py": r": (duration|float|json)\b|: decimal\((1[6-9]|[2-9][0-9]|[0-9]{3,}),",
}
COOKIE_FILES = {"tests/test_cookies.py", "tokens/cookies.py"}
REMOTE_FILES = {"tests/test_remote_keys.py", "tokens/issuer.py"}
REVOCATION_FILES = {
    "deploy/server/purge.service",
    "deploy/server/purge.timer",
    "tests/test_purging.py",
    "tests/test_revocation.py",
    "tokens/management/commands/purge_tokens.py",
    "tokens/revocation.py",
    "tokens/signals.py",
}
MAIL_FILES = {
    "accounts/checks.py",
    "accounts/confirmation.py",
    "accounts/deletion.py",
    "accounts/email_change.py",
    "accounts/export.py",
    "accounts/link_models.py",
    "accounts/links.py",
    "accounts/mail.py",
    "accounts/password_reset.py",
    "accounts/tasks.py",
    "config/console.py",
    "config/templates/mail.html",
    "config/templates/mail.txt",
    "deploy/server/worker.service",
    "tests/test_account_attacks.py",
    "tests/test_confirmation.py",
    "tests/test_deletion.py",
    "tests/test_email_change.py",
    "tests/test_export.py",
    "tests/test_mail.py",
    "tests/test_password_reset.py",
    "tokens/management/commands/worker.py",
}
INVITED_FILES = {
    "accounts/invitation_admin.py",
    "accounts/invitations.py",
    "tests/test_invitations.py",
}
DOCKER_FILES = {
    ".devcontainer/devcontainer.json",
    ".dockerignore",
    "Dockerfile",
    "compose.development.yaml",
    "compose.yaml",
    "config/secret_files.py",
}
OPEN_FILES = {"accounts/registration.py", "tests/test_registration.py"}
NOTICE_FILES = {"tests/test_notices.py", "tokens/notices.py"}
TEAM_FILES = {"AGENTS.md", "CONTRIBUTING.md"}
CI_FILES: Mapping[str, set[str]] = {
    "github": {
        ".github/dependabot.yml",
        ".github/pull_request_template.md",
        ".github/workflows/ci.yml",
    },
    "gitlab": {".gitlab-ci.yml", ".gitlab/merge_request_templates/Default.md"},
    "none": set(),
}
SESSION_FILES = {
    "tests/test_sessions.py",
    "tokens/admin.py",
    "tokens/models.py",
    "tokens/session_serializers.py",
    "tokens/session_views.py",
}


KUBERNETES_FILES = {
    "deploy/kubernetes/base/kustomization.yaml",
    "deploy/kubernetes/base/migrate.yaml",
    "deploy/kubernetes/base/network-policy.yaml",
    "deploy/kubernetes/base/web.yaml",
    "deploy/kubernetes/production/ingress.yaml",
    "deploy/kubernetes/production/kustomization.yaml",
    "deploy/kubernetes/production/monitoring.yaml",
    "deploy/kubernetes/production/namespace.yaml",
}


def token_files(answers: Answers) -> set[str]:
    flow = answers.get("token_flow", "pair")
    revocation = answers.get("revocation", "sessions")
    found = set() if flow == "sliding" else {"tokens/pair.py"}
    if flow == "pair-with-refresh-cookie":
        found |= COOKIE_FILES
    if revocation != "none":
        found |= REVOCATION_FILES
        if flow != "sliding" and answers.get("rotate_refresh_tokens", True) is True:
            found.add("tests/test_parallel.py")
    if revocation != "none" or answers.get("also_accept") == "token":
        found.add("tokens/password_validation.py")
    if revocation == "sessions":
        found |= SESSION_FILES
    if "JWK_URL" in answers.get("jwt_settings", ""):
        found |= REMOTE_FILES
    return found


def account_files(answers: Answers) -> set[str]:
    accounts = answers.get("accounts", "closed")
    if accounts == "closed":
        return set()
    found = MAIL_FILES | (OPEN_FILES if accounts == "open" else INVITED_FILES)
    if answers.get("revocation", "sessions") == "sessions":
        found |= NOTICE_FILES
    return found


def deployment_files(answers: Answers) -> set[str]:
    deployment, ci = answers.get("deployment", "docker"), answers.get("ci", "github")
    if deployment == ci == "none":
        return set()
    found = TEAM_FILES | CI_FILES[ci] | (set() if deployment == "none" else DOCKER_FILES)
    return found | (kubernetes_files(answers) if deployment == "kubernetes" else set())


def kubernetes_files(answers: Answers) -> set[str]:
    found = set(KUBERNETES_FILES)
    if answers.get("accounts", "closed") != "closed":
        found.add("deploy/kubernetes/base/worker.yaml")
    if answers.get("revocation", "sessions") != "none":
        found.add("deploy/kubernetes/base/purge.yaml")
    return found


def expected_files(answers: Answers) -> set[str]:
    found = COMMON_FILES | account_files(answers) | token_files(answers)
    found |= deployment_files(answers)
    if answers.get("django_version", "django-5.2") == "django-5.2":
        found.add("config/csp.py")
    also = answers.get("also_accept", "session")
    if also != "nothing":
        found.add(f"tests/test_also_{also}.py")
    if also == "session":
        found |= {"api/renderers.py", "config/templates/browsable_api.html"}
    resources = answers.get("resources", USUAL["resources"])
    if resources != "none":
        found |= RESOURCE_FILES
    return found | {path for path, mark in ONLY_WITH.items() if re.search(mark, resources)}


def files_of(project: Path) -> dict[str, bytes]:
    return {
        path.relative_to(project).as_posix(): path.read_bytes()
        for path in project.rglob("*")
        if path.is_file()
    }


def find_flaws(path: str, text: str) -> list[str]:
    """Returns the remains of the template in a file, and its errors of format."""
    markup = re.sub("^ *```.*?^ *```$", "code", text, flags=re.M | re.S)
    flaws = {
        "template syntax": "cookiecutter" in text or "# %" in text,
        # GitHub's expressions look similar.
        "template value": "{{" in text.replace("${{", "") and not path.endswith((".html", ".txt")),
        "carriage return": "\r" in text,
        "white space at the end of a line": re.search(r"[ \t]+$", text, re.M),
        "no line break at the end, or two": bool(text) and re.search(r"[^\n]\n\Z", text) is None,
        "three blank lines": "\n\n\n\n" in text,
        "two blank lines": not path.endswith(".py") and "\n\n\n" in markup,
        # The setup creates the secrets; the README contains places for them.
        "secret": re.search(r"^[A-Z_]*(KEY|SECRET|PASSWORD)[A-Z_]*=(?!keys/|'…')\S", text, re.M),
    }
    return [f"{path}: {flaw}" for flaw, found in flaws.items() if found]
