"""Fuzzes a rendered project over HTTP, by its own OpenAPI description.

`fuzz` starts the project's server, and this module as a program. The program runs schemathesis, which
makes valid and invalid requests and compares each response with the description. Its hooks log in, and
insert values that cannot be guessed: ids of existing objects, passwords, and valid tokens.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import requests
import schemathesis
from schemathesis.cli import schemathesis as schemathesis_command
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation.meta import CaseMetadata

from tools.demo import find_free_port, wait_for_server

from .baking import ROOT, clean_environment

Case = schemathesis.Case[Any]

PASSWORD = "fuzzed-only"  # noqa: S105
# All checks except two: REST framework accepts a number as a text, and a description does not contain
# what exists or what a database can store.
CHECKS = [
    "allow_header_conformance",
    "content_type_conformance",
    "ensure_resource_availability",
    "ignored_auth",
    "missing_required_header",
    "not_a_server_error",
    "object_level_authorization",
    "response_headers_conformance",
    "response_schema_conformance",
    "status_code_conformance",
    "unsupported_method",
    "use_after_free",
]
# The project's settings, but without throttles, with a fast password hasher, and logging errors only.
SETTINGS = """
from .settings import *

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
for scope in REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"]:
    REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"][scope] = "1000000/min"
LOGGING["root"] = {"handlers": ["console"], "level": "ERROR"}
LOGGING["loggers"] = {
    name: {"level": level}
    for name, level in (("django.request", "ERROR"), ("django.server", 99), ("tokens", 99))
}
"""
CONFIG = """
cache.enabled = false

[[operations]]
include-operation-id = {not_covered}
phases.coverage.enabled = false
"""
# Runs in the project: creates its database, rows and two more accounts, writes a file with the facts
# that a client needs, and starts the server.
SERVER = f"""
import django, json, sys
django.setup()
from django.core.management import call_command
from django.urls import get_resolver, reverse
from rest_framework_simplejwt.settings import api_settings
from accounts.models import User
from django.apps import apps
from scripts import prepare

port, facts = sys.argv[1:]
prepare.main()
if list(apps.get_app_config("api").get_models()):
    from scripts import seed
    seed.add_rows(20)
field = User.USERNAME_FIELD
users = {{"admin": User.objects.earliest("pk")}}
for name, create in (
    ("other", User.objects.create_superuser), ("stranger", User.objects.create_user)
):
    fields = {{field: f"{{name}}@example.com", "email": f"{{name}}@example.com"}}
    users[name] = create(**fields, password={PASSWORD!r})
links = {{}}
if apps.is_installed("django_tasks_db"):
    from django.utils import timezone
    from accounts import links as l, models

    def make_token(*args, **kwargs):
        return l.make_url(*args, **kwargs).partition("#")[2]

    people = []
    for n in range(20):
        fields = {{field: f"person{{n}}@example.com", "email": f"person{{n}}@example.com"}}
        people.append(User.objects.create_user(**fields, password={PASSWORD!r}))
    links[reverse("password-reset-confirm")] = [
        make_token(l.PASSWORD_RESET, str(user.pk), state=l.get_state(user))
        for user in people
    ]
    links[reverse("user-email-confirm")] = [
        make_token(l.EMAIL_CHANGE, str(user.pk), f"new{{n}}@example.com", state=l.get_state(user))
        for n, user in enumerate(people[:10])
    ]
    now = timezone.now()
    changes = [
        user.email_changes.create(old_email=f"old{{n}}@example.com", changed_at=now)
        for n, user in enumerate(people[10:])
    ]
    links[reverse("user-email-restore")] = [
        make_token(l.EMAIL_RESTORATION, str(change.user.pk), str(change.pk)) for change in changes
    ]
    facts_of_accounts = [f"account{{n}}@example.com" for n in range(20)]
    if hasattr(models, "Invitation"):
        facts_of_accounts = [
            str(models.Invitation.objects.create(email=email, sent_at=now).pk)
            for email in facts_of_accounts
        ]
    links[reverse("user-confirm")] = [make_token(l.CONFIRMATION, fact) for fact in facts_of_accounts]
names = [name for name in get_resolver().reverse_dict if str(name).startswith("token_")]
with open(facts, "w", encoding="utf-8") as file:
    json.dump({{
        "schema": reverse("schema"),
        "tokens": {{name.split("_")[1]: reverse(name) for name in names}},
        "logins": {{
            name: {{field: user.get_username(), "password": {PASSWORD!r}}}
            for name, user in users.items()
        }},
        "links": links,
        "header": api_settings.AUTH_HEADER_NAME.removeprefix("HTTP_").replace("_", "-"),
        "scheme": api_settings.AUTH_HEADER_TYPES[0],
    }}, file)
# The server does not read chunked bodies. With one thread, it closes the connection after each request,
# and does not parse such a body as the next request.
call_command("runserver", port, use_reloader=False, use_threading=False)
"""


def fuzz(
    project: Path,
    python: Path,
    database_url: str,
    seed: int,
    *,
    covered: int = 3,
    examples: int = 60,
) -> None:
    """Fails if a response has a status of 5xx, or differs from its description.

    The project has secrets and an empty database. The same seed makes the same requests, unless they
    depend on earlier responses: requests with all boundary values to `covered` operations, and
    `examples` random requests to all operations.
    """
    (project / "config" / "fuzzed.py").write_text(SETTINGS, encoding="utf-8")
    environment = {
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "DATABASE_URL": database_url,
        "DEBUG": "False",
        "DJANGO_SETTINGS_MODULE": "config.fuzzed",
        "DJANGO_SUPERUSER_PASSWORD": PASSWORD,
        "EMAIL_URL": "dummymail://",
        "FRONTEND_URL": "https://app.example.com",
        "HTTPS": "False",
    }

    port, file = find_free_port(), project / "facts.json"
    server = subprocess.Popen(
        [python, "-c", SERVER, str(port), file], cwd=project, env=clean_environment(**environment)
    )
    try:
        wait_for_server(port, server)
        facts = json.loads(file.read_text(encoding="utf-8"))
        facts |= {"url": f"http://127.0.0.1:{port}", "covered": covered, "examples": examples}
        fuzzer = subprocess.run(
            [sys.executable, "-m", "tests.fuzzing", json.dumps(facts), str(seed), project],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=600,
        )
    finally:
        server.terminate()
        server.wait()
    assert fuzzer.returncode == 0, f"seed {seed}\n{fuzzer.stdout}"


class Users:
    """The users who make the requests, with their tokens and the objects they know."""

    def __init__(self, facts: dict[str, Any], seed: int) -> None:
        self.facts = facts
        self.random = random.Random(seed)  # noqa: S311
        self.tokens: dict[str, tuple[float, str]] = {}
        self.objects: dict[str, list[dict[str, Any]]] = {}

    def log_in(self, user: str) -> requests.Response:
        url = self.facts["url"] + self.facts["tokens"]["obtain"]
        response = requests.post(url, json=self.facts["logins"][user], timeout=60)
        assert response.status_code == 200, response.text
        return response

    def get_token(self, user: str) -> str:
        """Returns an access token that is at most ten seconds old."""
        created, token = self.tokens.get(user, (0, ""))
        if time.monotonic() - created > 10:
            body = self.log_in(user).json()
            token = body.get("access") or body["token"]
            self.tokens[user] = time.monotonic(), token
        return token

    def get_headers(self, user: str) -> dict[str, str]:
        if user == "anonymous":
            return {}
        return {self.facts["header"]: f"{self.facts['scheme']} {self.get_token(user)}"}

    def choose_user(self, case: Case) -> str:
        """Returns mostly the superuser, sometimes a user without permissions or an anonymous one."""
        if "/sessions/" in case.path or case.path.endswith("/users/me/password/"):
            # This user may end the session of the token, and no session of another user.
            self.tokens.pop("other", None)
            return "other"
        # Requests that depend on each other need the same user.
        if meta(case).phase.name.value == "stateful":
            return "admin"
        return self.random.choices(("admin", "stranger", "anonymous"), (17, 2, 1))[0]

    def choose_object(self, path: str) -> dict[str, Any]:
        """Returns an object of the list at this path, or an empty one if there is no list."""
        if path not in self.objects:
            url = self.facts["url"] + path
            user = "other" if "/sessions/" in path else "admin"
            body = requests.get(url, headers=self.get_headers(user), timeout=60).json()
            self.objects[path] = body.get("results", [])
        return self.random.choice(self.objects[path]) if self.objects[path] else {}

    def insert_values(self, case: Case) -> None:
        """Inserts known values into most valid requests, so that they succeed."""
        if meta(case).phase.name.value == "stateful" or self.random.random() < 0.2:
            return
        valid = is_valid(case, ParameterLocation.BODY)
        body = case.body if valid and isinstance(case.body, dict) else {}
        name = next((n for n, path in self.facts["tokens"].items() if path == case.path), None)
        if body and "current_password" in body and not case.path.endswith("/delete/"):
            # A new password is the same as the old one, so that logins still work.
            body |= {key: PASSWORD for key in body if key.endswith("_password")}
        elif body and case.path in self.facts["links"]:
            own = {
                "token": self.random.choice(self.facts["links"][case.path]),
                "password": PASSWORD,
                "username": f"name{self.random.getrandbits(32)}",
            }
            body |= {key: own[key] for key in body if key in own}
        elif name is None:
            known = self.choose_object(list_path(case))
            if known and case.path_parameters and is_valid(case, ParameterLocation.PATH):
                case.path_parameters["id"] = str(known["id"])
            body |= {key: known[key] for key in body if is_relation(known.get(key))}
        elif name == "obtain":
            body |= self.facts["logins"]["other"] if body else {}
        else:
            response = self.log_in("other")
            case.cookies.update(response.cookies.get_dict())
            tokens = {"token": response.json().get("access"), **response.json()}
            body |= {key: tokens[key] for key in body if key in tokens}

    def forget_deleted(self, case: Case, response: schemathesis.Response) -> None:
        """Forgets the objects of a list if one of them may have been deleted."""
        if response.request.method == "DELETE" or response.status_code == 404:
            self.objects.pop(list_path(case), None)


def meta(case: Case) -> CaseMetadata:
    assert case.meta
    return case.meta


def is_valid(case: Case, location: ParameterLocation) -> bool:
    component = meta(case).components.get(location)
    return component is None or component.mode.is_positive


def list_path(case: Case) -> str:
    """Returns the path of the list that contains the requested object."""
    return case.path.partition("{")[0]


def is_relation(value: Any) -> bool:
    """Returns whether a value can refer to objects, by id or by URL."""
    if isinstance(value, list):
        return bool(value) and is_relation(value[0])
    return isinstance(value, int) or str(value).startswith("http://127.0.0.1")


def read_codes(response: schemathesis.Response) -> set[str]:
    """Returns the codes of an error."""
    body = response.json()
    if "error_codes" in body:
        return {code for codes in body["error_codes"].values() for code in codes}
    return {body["code"]}


def main(facts: dict[str, Any], seed: int, folder: Path) -> None:
    users = Users(facts, seed)
    statuses: dict[str, Counter[int]] = defaultdict(Counter)
    codes: dict[str, str] = {}

    @schemathesis.auth(refresh_interval=None)
    class Login:
        def get(self, case: Case, context: Any) -> dict[str, str]:
            return users.get_headers(users.choose_user(case))

        def set(self, case: Case, data: dict[str, str], context: Any) -> None:
            case.headers.update(data)

    @schemathesis.hook
    def before_call(context: Any, case: Case, kwargs: dict[str, Any]) -> None:
        users.insert_values(case)

    @schemathesis.hook
    def after_call(context: Any, case: Case, response: schemathesis.Response) -> None:
        if meta(case).generation.mode.is_positive:
            statuses[case.operation.label][response.status_code] += 1
        if response.status_code >= 400 and response.content:
            codes.update(dict.fromkeys(read_codes(response), case.operation.label))
        users.forget_deleted(case, response)

    readme = (folder / "README.md").read_text(encoding="utf-8")
    schema = facts["url"] + facts["schema"]
    description = requests.get(schema, {"format": "json"}, timeout=60).json()
    methods = [method for path in description["paths"].values() for method in path.values()]
    operations = [method["operationId"] for method in methods]
    not_covered = users.random.sample(operations, max(0, len(operations) - facts["covered"]))
    config = folder / "schemathesis.toml"
    config.write_text(CONFIG.format(not_covered=json.dumps(not_covered)), encoding="utf-8")
    options = [
        f"--checks={','.join(CHECKS)}",
        "--continue-on-failure",
        "--generation-database=none",
        f"--max-examples={max(2, facts['examples'] // len(operations))}",
        "--no-color",
        "--output-sanitize=false",
        f"--seed={seed}",
        "--warnings=off",
    ]
    try:
        schemathesis_command([f"--config-file={config}", "run", schema, *options])
    except SystemExit as end:
        if end.code:
            raise
    print("Responses to valid requests:")
    for label, found in sorted(statuses.items()):
        print(f"{label}: {', '.join(f'{n} x {status}' for status, n in sorted(found.items()))}")
    unknown = {code: label for code, label in codes.items() if f"`{code}`" not in readme}
    if unknown:
        sys.exit(f"The README does not contain these codes: {unknown}")
    # 409 counts: a valid request cannot delete a row that other rows require.
    reached = [
        label
        for label, found in statuses.items()
        if any(status < 300 or status == 409 for status in found)
    ]
    print(f"{len(reached)} of {len(operations)} operations succeeded at least once.")
    if len(reached) < len(operations) / 2:
        sys.exit("Too few operations succeeded to compare responses with the description.")


if __name__ == "__main__":
    main(json.loads(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
