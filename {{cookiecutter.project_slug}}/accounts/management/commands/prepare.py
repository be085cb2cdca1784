import importlib
import os
import secrets
import shlex
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.urls import reverse

from accounts.models import User

# % if project.sessions
PROJECT_APPS = ("accounts", "api", "tokens")
# % else
PROJECT_APPS = ("accounts", "api")
# % endif


class Command(BaseCommand):
    help = (
        "Makes the database ready: the first migration of each app that has none, all migrations,"
        " and a superuser if there is no account of that name."
        " Its password is DJANGO_SUPERUSER_PASSWORD, or a random one that is shown once."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--{{ project.login_field }}",
            # % if project.email_login
            default=os.environ.get("DJANGO_SUPERUSER_EMAIL", "{{ project.superuser_email }}"),
            # % else
            default=os.environ.get("DJANGO_SUPERUSER_USERNAME", "{{ project.superuser_username }}"),
            # % endif
            help="what the superuser logs in with (default: %(default)s)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        new = [label for label in PROJECT_APPS if not self.has_migrations(label)]
        if new:
            call_command("makemigrations", *new, verbosity=0)
            importlib.invalidate_caches()
        call_command("migrate", verbosity=0)
        self.create_superuser(options["{{ project.login_field }}"])

    def has_migrations(self, label: str) -> bool:
        return any(Path(apps.get_app_config(label).path, "migrations").glob("[0-9]*.py"))

    def create_superuser(self, login: str) -> None:
        given = os.environ.get("DJANGO_SUPERUSER_PASSWORD")
        password = given or secrets.token_urlsafe(15)
        # What the command below says for the password; a variable stands for itself.
        shown = '"$DJANGO_SUPERUSER_PASSWORD"' if given else password
        if User.objects.filter({{ project.login_field }}=login).exists():
            note, shown = "is there already", "YOUR_PASSWORD"
        else:
            # % if project.email_login
            User.objects.create_superuser(login, password)
            # % else
            email = os.environ.get("DJANGO_SUPERUSER_EMAIL", "{{ project.superuser_email }}")
            User.objects.create_superuser(login, email, password)
            # % endif
            note = "has the password "
            note += "in DJANGO_SUPERUSER_PASSWORD" if given else f"{password} (shown this once)"
        self.stdout.write(
            f"the account {login} {note}\n"
            "With the server running, this gives its token:\n"
            f"  curl http://127.0.0.1:8000{reverse('{{ project.obtain_name }}')}"
            f" --data-urlencode {shlex.quote(f'{{ project.login_field }}={login}')}"
            f" --data-urlencode password={shown}"
        )
