from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from rest_framework_simplejwt import state
from rest_framework_simplejwt.settings import api_settings

from tokens.events import log_event
from tokens.keys import DELAY, MAX_AGE


class Command(BaseCommand):
    help = (
        f"Adds a new key to the file JWT_SIGNING_KEY_FILE. It signs after {DELAY.seconds // 60}"
        " minutes, when all servers have the file and other services have fetched the public keys."
        " Older keys verify until the last token signed with"
        " them has expired; after that, this command deletes them."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--drop-old",
            action="store_true",
            help="delete all older keys now, because one has leaked: users must log in again",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        ring = settings.JWT_KEYS
        if ring.file is None:
            raise CommandError(
                "The keys are in the environment. Create a key with python -m tokens.keys FILE, add it"
                " to JWT_SIGNING_KEY_FALLBACKS and restart all servers. After"
                f" {MAX_AGE.seconds // 60} minutes, exchange it with JWT_SIGNING_KEY and restart again."
            )
        try:
            longest = timedelta(0) if options["drop_old"] else self.get_longest_lifetime()
            start, deleted = ring.rotate(longest)
        except FileExistsError as error:
            raise CommandError(
                f"{error.filename} exists: another rotation is running or was interrupted. If it"
                " was interrupted, delete that file."
            ) from error
        except (OSError, ValueError) as error:
            raise CommandError(f"No key was created: {error}") from error
        kept = len(ring.keys) - 1
        log_event("key_rotated", None, kept=kept, deleted=deleted)
        self.stdout.write(
            f"Added 1 key, which signs from {start:%H:%M:%S} UTC."
            f" Older keys: {kept} kept, {deleted} deleted."
        )

    def get_longest_lifetime(self) -> timedelta:
        """Returns the longest time for which a token can be valid after it was signed."""
        # % if project.tokens.sliding
        lifetimes = (api_settings.SLIDING_TOKEN_LIFETIME,)
        # % else
        lifetimes = (api_settings.ACCESS_TOKEN_LIFETIME, api_settings.REFRESH_TOKEN_LIFETIME)
        # % endif
        longest: timedelta = max(lifetimes) + state.token_backend.get_leeway()
        return longest
