from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from rest_framework_simplejwt import state
from rest_framework_simplejwt.settings import api_settings

from tokens.events import log_event


class Command(BaseCommand):
    help = (
        "Makes a new key in the file of JWT_SIGNING_KEY_FILE. It signs in a few minutes, when those"
        " who keep the public keys have fetched it; running processes notice. Older keys verify"
        " until the last token that they signed has expired; after that, this command drops them."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--drop-old",
            action="store_true",
            help="drop all older keys at once, because one is known to others: users log in again",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        ring = settings.JWT_KEYS
        if ring.file is None:
            raise CommandError(
                "The keys are in the environment: put JWT_SIGNING_KEY first into"
                " JWT_SIGNING_KEY_FALLBACKS, give it a new key (python -m tokens.keys FILE makes"
                " one), and restart."
            )
        try:
            longest = timedelta(0) if options["drop_old"] else self.get_longest_lifetime()
            start, dropped = ring.rotate(longest)
        except FileExistsError as error:
            raise CommandError(
                f"{error.filename} is there: another rotation is under way, or broke off. If it"
                " broke off, remove that file."
            ) from error
        except (OSError, ValueError) as error:
            raise CommandError(f"No key was made: {error}") from error
        kept = len(ring.keys) - 1
        log_event("key_rotated", None, kept=kept, dropped=dropped)
        self.stdout.write(
            f"A new key signs from {start:%H:%M:%S} UTC on."
            f" Older ones: {kept} still verify, {dropped} dropped."
        )

    def get_longest_lifetime(self) -> timedelta:
        """How long after it was signed a token can still be accepted."""
        # % if project.tokens.sliding
        lifetimes = (api_settings.SLIDING_TOKEN_LIFETIME,)
        # % else
        lifetimes = (api_settings.ACCESS_TOKEN_LIFETIME, api_settings.REFRESH_TOKEN_LIFETIME)
        # % endif
        longest: timedelta = max(lifetimes) + state.token_backend.get_leeway()
        return longest
