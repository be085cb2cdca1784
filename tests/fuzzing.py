"""Fuzzes a rendered project over HTTP, by its own OpenAPI description.

`fuzz` starts the project's server, and this module as a program beside it. There, schemathesis makes
requests that are valid and ones that are not, and holds each answer against the description; hooks
log in, and put in what cannot be guessed: ids of rows that are there, and tokens that are good.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import requests
import schemathesis
from schemathesis.cli import schemathesis as schemathesis_command
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation.meta import CaseMetadata

from tools.demo import free_port, wait_for

from .baking import ROOT, clean_environment, run, unavailable

Case = schemathesis.Case[Any]

PASSWORD = "fuzzed-only"  # noqa: S105
CHECKS = [
    "allow_header_conformance",
    "content_type_conformance",
    "ensure_resource_availability",
    "ignored_auth",
    "not_a_server_error",
    "response_headers_conformance",
    "response_schema_conformance",
    "status_code_conformance",
    "unsupported_method",
    "use_after_free",
]
# The project as it is, without throttles, with passwords that cost nothing, and with a log of nothing
# but errors.
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
# Run in the project: makes its database, rows, and two more accounts; writes what is to be known to log
# in into a file, and serves.
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
names = [name for name in get_resolver().reverse_dict if str(name).startswith("token_")]
with open(facts, "w", encoding="utf-8") as file:
    json.dump({{
        "schema": reverse("schema"),
        "tokens": {{name.split("_")[1]: reverse(name) for name in names}},
        "logins": {{
            name: {{field: user.get_username(), "password": {PASSWORD!r}}}
            for name, user in users.items()
        }},
        "header": api_settings.AUTH_HEADER_NAME.removeprefix("HTTP_").replace("_", "-"),
        "scheme": api_settings.AUTH_HEADER_TYPES[0],
    }}, file)
# It reads no body that comes in chunks; with one thread, it closes each connection instead of taking
# that body for the next request.
call_command("runserver", port, use_reloader=False, use_threading=False)
"""


@contextmanager
def database(server: str, python: Path, folder: Path) -> Iterator[str]:
    """The URL of a database that is there for a while; on a server, the project's Python makes it."""
    if server == "sqlite":
        yield f"sqlite:///{folder / 'db.sqlite3'}"
        return
    url = os.environ.get("TEST_DATABASE_URL", "")
    if not url:
        unavailable("TEST_DATABASE_URL names no PostgreSQL server")
    name = f"fuzz_{uuid4().hex}"
    code = "import psycopg, sys; psycopg.connect(sys.argv[1], autocommit=True).execute(sys.argv[2])"
    run(python, "-c", code, url, f"CREATE DATABASE {name}", cwd=folder)
    try:
        yield urlsplit(url)._replace(path=f"/{name}").geturl()
    finally:
        run(python, "-c", code, url, f"DROP DATABASE {name} WITH (FORCE)", cwd=folder)


def fuzz(
    project: Path,
    python: Path,
    database_url: str,
    seed: int,
    *,
    covered: int = 3,
    examples: int = 60,
) -> None:
    """Fails if a request is answered with a 5xx, or otherwise than it is documented.

    The project has its secrets; the database is there, and empty. The same seed makes the same
    requests, as far as they do not follow from earlier answers: to `covered` of the operations with
    each boundary of each value, and to all together `examples` at random.
    """
    (project / "config" / "fuzzed.py").write_text(SETTINGS, encoding="utf-8")
    environment = {
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "DATABASE_URL": database_url,
        "DEBUG": "False",
        "DJANGO_SETTINGS_MODULE": "config.fuzzed",
        "DJANGO_SUPERUSER_PASSWORD": PASSWORD,
        "HTTPS": "False",
    }

    port, file = free_port(), project / "facts.json"
    server = subprocess.Popen(
        [python, "-c", SERVER, str(port), file], cwd=project, env=clean_environment(**environment)
    )
    try:
        wait_for(port, server)
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
    """Whoever makes the requests, with what they know that cannot be guessed."""

    def __init__(self, facts: dict[str, Any], seed: int) -> None:
        self.facts = facts
        self.random = random.Random(seed)  # noqa: S311
        self.tokens: dict[str, tuple[float, str]] = {}
        self.rows: dict[str, list[dict[str, Any]]] = {}

    def log_in(self, user: str) -> requests.Response:
        url = self.facts["url"] + self.facts["tokens"]["obtain"]
        response = requests.post(url, json=self.facts["logins"][user], timeout=60)
        assert response.status_code == 200, response.text
        return response

    def token(self, user: str) -> str:
        """An access token that is valid for a while."""
        made, token = self.tokens.get(user, (0, ""))
        if time.monotonic() - made > 10:
            answer = self.log_in(user).json()
            token = answer.get("access") or answer["token"]
            self.tokens[user] = time.monotonic(), token
        return token

    def header(self, user: str) -> dict[str, str]:
        if user == "nobody":
            return {}
        return {self.facts["header"]: f"{self.facts['scheme']} {self.token(user)}"}

    def who(self, case: Case) -> str:
        """Mostly one who may do everything; in between, one who may not and sees less, or nobody."""
        if "/sessions/" in case.path:
            # It may end its session, and then that of nobody else.
            self.tokens.pop("other", None)
            return "other"
        # Steps that follow on one another are one user's.
        if meta(case).phase.name.value == "stateful":
            return "admin"
        return self.random.choices(("admin", "stranger", "nobody"), (17, 2, 1))[0]

    def row(self, path: str) -> dict[str, Any]:
        """One that is in a list, or nothing where there is no list."""
        if path not in self.rows:
            url = self.facts["url"] + path
            user = "other" if "/sessions/" in path else "admin"
            answer = requests.get(url, headers=self.header(user), timeout=60).json()
            self.rows[path] = answer.get("results", [])
        return self.random.choice(self.rows[path]) if self.rows[path] else {}

    def fill_in(self, case: Case) -> None:
        """Makes a request, where it is valid, mostly one that can be granted."""
        if meta(case).phase.name.value == "stateful" or self.random.random() < 0.2:
            return
        valid = is_valid(case, ParameterLocation.BODY)
        body = case.body if valid and isinstance(case.body, dict) else {}
        name = next((n for n, path in self.facts["tokens"].items() if path == case.path), None)
        if name is None:
            row = self.row(list_of(case))
            if row and case.path_parameters and is_valid(case, ParameterLocation.PATH):
                case.path_parameters["id"] = str(row["id"])
            body |= {key: row[key] for key in body if is_relation(row.get(key))}
        elif name == "obtain":
            body |= self.facts["logins"]["other"] if body else {}
        else:
            response = self.log_in("other")
            case.cookies.update(response.cookies.get_dict())
            good = {"token": response.json().get("access"), **response.json()}
            body |= {key: good[key] for key in body if key in good}

    def notice(self, case: Case, response: schemathesis.Response) -> None:
        """Reads the rows again when one may have been deleted."""
        if response.request.method == "DELETE" or response.status_code == 404:
            self.rows.pop(list_of(case), None)


def meta(case: Case) -> CaseMetadata:
    assert case.meta
    return case.meta


def is_valid(case: Case, location: ParameterLocation) -> bool:
    component = meta(case).components.get(location)
    return component is None or component.mode.is_positive


def list_of(case: Case) -> str:
    """The path of the list that holds what a request is about."""
    return case.path.partition("{")[0]


def is_relation(value: Any) -> bool:
    """Whether it may stand for rows: by number or by address."""
    if isinstance(value, list):
        return bool(value) and is_relation(value[0])
    return isinstance(value, int) or str(value).startswith("http://127.0.0.1")


def main(facts: dict[str, Any], seed: int, folder: Path) -> None:
    users = Users(facts, seed)
    answers: dict[str, Counter[int]] = defaultdict(Counter)

    @schemathesis.auth(refresh_interval=None)
    class Login:
        def get(self, case: Case, context: Any) -> dict[str, str]:
            return users.header(users.who(case))

        def set(self, case: Case, data: dict[str, str], context: Any) -> None:
            case.headers.update(data)

    @schemathesis.hook
    def before_call(context: Any, case: Case, kwargs: dict[str, Any]) -> None:
        users.fill_in(case)

    @schemathesis.hook
    def after_call(context: Any, case: Case, response: schemathesis.Response) -> None:
        if meta(case).generation.mode.is_positive:
            answers[case.operation.label][response.status_code] += 1
        users.notice(case, response)

    schema = facts["url"] + facts["schema"]
    description = requests.get(schema, {"format": "json"}, timeout=60).json()
    methods = [method for path in description["paths"].values() for method in path.values()]
    operations = [method["operationId"] for method in methods]
    not_covered = users.random.sample(operations, max(0, len(operations) - facts["covered"]))
    config = folder / "schemathesis.toml"
    config.write_text(CONFIG.format(not_covered=json.dumps(not_covered)), encoding="utf-8")
    try:
        schemathesis_command(
            [
                f"--config-file={config}",
                "run",
                schema,
                f"--checks={','.join(CHECKS)}",
                "--continue-on-failure",
                "--generation-database=none",
                f"--max-examples={max(2, facts['examples'] // len(operations))}",
                "--no-color",
                "--output-sanitize=false",
                f"--seed={seed}",
                "--warnings=off",
            ]
        )
    except SystemExit as end:
        if end.code:
            raise
    print("Answers to what is valid:")
    for label, found in sorted(answers.items()):
        print(f"{label}: {', '.join(f'{n} x {status}' for status, n in sorted(found.items()))}")
    # What other rows need is not deleted (409): the request was a good one.
    reached = [
        label
        for label, found in answers.items()
        if any(status < 300 or status == 409 for status in found)
    ]
    print(f"Of {len(reached)} of {len(operations)} operations at least one succeeded.")
    if len(reached) < len(operations) / 2:
        sys.exit("That tells little of the API: refusals are easy to document.")


if __name__ == "__main__":
    main(json.loads(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
