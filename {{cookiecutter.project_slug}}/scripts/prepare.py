"""Prepares the database: `python -m scripts.prepare`, which `make setup` runs.

Creates the first migration of each app that has none, applies all migrations, and creates the
superuser from the variables DJANGO_SUPERUSER_* in `.env`.
"""

import importlib
import os
import secrets
import shlex
from pathlib import Path

import django
from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.urls import reverse

from config.env import BASE_DIR


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    create_first_migrations()
    call_command("migrate", verbosity=0)
    print(create_superuser())


def create_first_migrations() -> None:
    """Creates the first migration of each of the project's apps that has models and none yet."""
    labels = [
        app.label
        for app in apps.get_app_configs()
        if Path(app.path).parent == BASE_DIR and any(app.get_models())
        if not any(Path(app.path, "migrations").glob("[0-9]*.py"))
    ]
    if labels:
        call_command("makemigrations", *labels, verbosity=0)
        importlib.invalidate_caches()


def create_superuser() -> str:
    """Creates the superuser unless the account exists; returns a message with the next command.

    The password is DJANGO_SUPERUSER_PASSWORD, or a random one, which only this message contains.
    Raises CommandError if a variable is missing or invalid.
    """
    User = get_user_model()  # noqa: N806
    login = os.environ.get(f"DJANGO_SUPERUSER_{User.USERNAME_FIELD.upper()}")
    shown = "YOUR_PASSWORD"
    try:
        User.objects.get_by_natural_key(login)
        note = "already exists"
    except User.DoesNotExist:
        call_command("createsuperuser", interactive=False, verbosity=0)
        if "DJANGO_SUPERUSER_PASSWORD" in os.environ:
            shown = '"$DJANGO_SUPERUSER_PASSWORD"'
            note = "has the password in DJANGO_SUPERUSER_PASSWORD"
        else:
            shown = secrets.token_urlsafe(15)
            user = User.objects.get_by_natural_key(login)
            user.set_password(shown)
            user.save()
            note = f"has the password {shown} (shown only once)"
    return (
        f"the account {login} {note}\n"
        "With the server running, this command returns its tokens:\n"
        f"  curl http://127.0.0.1:8000{reverse('{{ project.paths.obtain_name }}')}"
        f" --data-urlencode {shlex.quote(f'{User.USERNAME_FIELD}={login}')}"
        f" --data-urlencode password={shown}"
    )


if __name__ == "__main__":
    main()
