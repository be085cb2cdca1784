"""Prepares the database: `python -m scripts.prepare`, which `make setup` runs.

Creates a missing PostgreSQL database and the first migration of each app that has none, applies all
migrations, creates the superuser from the variables DJANGO_SUPERUSER_* in `.env`, and writes
schema.yaml if it is missing.
"""

import importlib
import os
import secrets
import shlex
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import chain
from pathlib import Path
from typing import Any

import django
from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.commands import makemigrations
from django.db import Error, OperationalError, ProgrammingError, connection, transaction
from django.db.migrations import AddConstraint, AddField, AddIndex, CreateModel, Migration
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.operations.base import Operation
from django.urls import reverse

from config.env import BASE_DIR

DRAFT = ".new"


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    # In seconds. Read by PostgreSQL's client.
    os.environ.setdefault("PGCONNECT_TIMEOUT", "10")
    django.setup()
    with create_file():
        connect()
        create_first_migrations()
        call_command("migrate", verbosity=0)
        note = create_superuser()
    write_schema()
    print(f"migrated {describe_database()}\n{note}")


@contextmanager
def create_file() -> Iterator[None]:
    """Gives a new SQLite database its name when it is complete.

    Django records a migration after it has created the tables. After an interruption in between, it
    could never apply that migration.
    """
    settings = connection.settings_dict
    name = settings["NAME"]
    file = Path(name)
    if connection.vendor != "sqlite" or file.exists():
        yield
        return
    draft = file.with_name(f"{file.name}{DRAFT}")
    for old in file.parent.glob(f"{draft.name}*"):
        old.unlink()
    settings["NAME"] = str(draft)
    yield
    connection.close()
    draft.rename(file)
    settings["NAME"] = name


def describe_database() -> str:
    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        return str(settings["NAME"]).removeprefix(f"{BASE_DIR}{os.sep}").removesuffix(DRAFT)
    return f"{settings['NAME']} at {settings['HOST'] or 'localhost'}:{settings['PORT'] or 5432}"


def connect() -> None:
    """Connects to the database. Creates it if the PostgreSQL server does not have it.

    Exits with the reason and a remedy if that fails.
    """
    try:
        connection.ensure_connection()
    except OperationalError as error:
        reason = str(error).splitlines()[0].removeprefix("connection failed: ")
        example = "DATABASE_URL=postgres://USER:PASSWORD@HOST:5432/NAME"
        remedy = f"set DATABASE_URL in .env, such as:\n{example}"
        if connection.vendor == "postgresql":
            try:
                create_database()
                return
            except ProgrammingError:
                remedy = f"create it as a user who may: {describe_createdb()}"
            except Error:
                # The server is unavailable or does not know the user.
                remedy = f"start the server, or {remedy}"
        problem = f"cannot use the database {describe_database()}:\n{reason}"
        sys.exit(f"error: {problem}\nTo solve this, {remedy}")


def describe_createdb() -> str:
    settings = connection.settings_dict
    options = {"--host": "HOST", "--port": "PORT", "--owner": "USER"}
    given = [f"{option} {settings[name]}" for option, name in options.items() if settings[name]]
    return " ".join(["createdb", *given, settings["NAME"]])


def create_database() -> None:
    server = connection.copy()
    # Each PostgreSQL server has this database.
    server.settings_dict["NAME"] = "postgres"
    name = server.ops.quote_name(connection.settings_dict["NAME"])
    with closing(server), server.cursor() as cursor:
        # Django itself creates databases only for tests.
        cursor.execute(f"CREATE DATABASE {name}")


class Autodetector(MigrationAutodetector):
    """Creates models with their indexes and constraints.

    Django adds them one by one to a model that others refer to, and loads all related models after
    each. The time would grow with the square of the number of models, also in each run of the tests.
    """

    def changes(self, *args: Any, **kwargs: Any) -> dict[str, list[Migration]]:
        changes = super().changes(*args, **kwargs)
        for migration in chain.from_iterable(changes.values()):
            merged = list(merge_operations(migration.operations))
            migration.operations = merged  # type: ignore[misc]
        return changes


class Command(makemigrations.Command):
    autodetector = Autodetector


def merge_operations(operations: Sequence[Operation]) -> Iterator[Operation]:
    """Yields the operations; those that create models include their indexes and constraints.

    What may contain a field that is added later remains an operation of its own.
    """
    models = {op.name_lower: op for op in operations if isinstance(op, CreateModel)}
    added = [op for op in operations if isinstance(op, AddField)]
    item: Any
    for operation in operations:
        if isinstance(operation, AddIndex):
            option, item = "indexes", operation.index
        elif isinstance(operation, AddConstraint):
            option, item = "constraints", operation.constraint
        else:
            yield operation
            continue
        name = operation.model_name_lower
        later = (op.name for op in added if op.model_name_lower == name)
        if name not in models or any(field in repr(item) for field in later):
            yield operation
        else:
            models[name].options.setdefault(option, []).append(item)


def create_first_migrations() -> None:
    """Creates the first migration of each of the project's apps that has models and none yet.

    A mark in each app shows the next run that this one was interrupted and left incomplete files.
    """
    folders = {
        app.label: Path(app.path)
        for app in apps.get_app_configs()
        if Path(app.path).parent == BASE_DIR and any(app.get_models())
    }
    marks = {label: folder / "migrations.new" for label, folder in folders.items()}
    for label, mark in marks.items():
        if mark.exists():
            for file in folders[label].glob("migrations/[0-9]*_initial.py"):
                file.unlink()
    labels = [
        label for label, folder in folders.items() if not any(folder.glob("migrations/[0-9]*.py"))
    ]
    if labels:
        for label in labels:
            marks[label].touch()
        call_command(Command(), *labels, verbosity=0)
        importlib.invalidate_caches()
    for mark in marks.values():
        mark.unlink(missing_ok=True)


def create_superuser() -> str:
    """Creates the superuser unless the account exists; returns a message with the next command.

    The password is DJANGO_SUPERUSER_PASSWORD, or a random one, which only this message contains.
    Raises CommandError if a variable is missing or invalid.
    """
    User = get_user_model()  # noqa: N806
    login = os.environ.get(f"DJANGO_SUPERUSER_{User.USERNAME_FIELD.upper()}", "")
    users = User.objects.filter(**{User.USERNAME_FIELD: login})
    if users.exists():
        python = r".venv\Scripts\python" if os.name == "nt" else ".venv/bin/python"
        note = (
            f"The superuser {login} exists. If its password is lost, this sets a new one:\n"
            f"  {python} manage.py changepassword {shlex.quote(login)}"
        )
        shown = "YOUR_PASSWORD"
    else:
        shown = '"$DJANGO_SUPERUSER_PASSWORD"'
        note = f"The superuser {login} has the password in DJANGO_SUPERUSER_PASSWORD."
        with transaction.atomic():
            call_command("createsuperuser", interactive=False, verbosity=0)
            if "DJANGO_SUPERUSER_PASSWORD" not in os.environ:
                shown = secrets.token_urlsafe(15)
                note = f"The superuser {login} has this password, shown only once:\n  {shown}"
                user = users.get()
                user.set_password(shown)
                user.save()
    # The shells of Windows have different characters for a continued line.
    line_end = " " if os.name == "nt" else " \\\n    "
    curl = (
        f"curl http://127.0.0.1:8000{reverse('{{ project.paths.obtain_name }}')}",
        f"--data-urlencode {shlex.quote(f'{User.USERNAME_FIELD}={login}')}",
        f"--data-urlencode password={shown}",
    )
    return f"{note}\nWith the server running, this returns its tokens:\n  {line_end.join(curl)}"


def write_schema() -> None:
    """Writes the first OpenAPI description. Later, `make schema` does, after a change of the API."""
    file = BASE_DIR / "schema.yaml"
    if not file.exists():
        draft = file.with_name(f"{file.name}{DRAFT}")
        call_command("spectacular", file=draft)
        draft.rename(file)


if __name__ == "__main__":
    try:
        main()
    except ImproperlyConfigured as invalid:
        sys.exit(f"error: The settings are invalid: {invalid}")
