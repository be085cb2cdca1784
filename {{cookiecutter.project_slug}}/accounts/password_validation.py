"""Refuses passwords that have appeared in data breaches, if BREACHED_PASSWORDS_URL is set.

The service receives the first five digits of the password's SHA-1 hash, and returns all known hashes
that begin with them. It learns neither the password nor whether it is one of them.
"""

import hashlib
import logging
import re
import time
from http.client import HTTPException, HTTPResponse
from urllib.request import HTTPErrorProcessor, Request, build_opener

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from tokens.events import log_event

from .models import User

# In seconds: how long the user waits at most before the password is accepted without a check.
TIMEOUT = 1
# The service refuses requests without one.
USER_AGENT = "{{ project.slug }}"
# An answer of the service has about 40 KB.
MAX_BYTES = 200_000


class StatusProcessor(HTTPErrorProcessor):
    """Returns a response with any status, so that no redirect is followed."""

    def http_response(self, request: Request, response: HTTPResponse) -> HTTPResponse:
        return response

    https_response = http_response


class BreachedPasswordValidator:
    """Accepts every password while the service is unavailable."""

    def validate(self, password: str, user: User | None = None) -> None:
        encoded = password.encode(errors="surrogatepass")
        digest = hashlib.sha1(encoded, usedforsecurity=False).hexdigest().upper()
        try:
            is_breached = digest[5:] in fetch_suffixes(digest[:5])
        except (OSError, ValueError, HTTPException) as error:
            name = type(error).__name__
            log_event("breach_check_failed", None, logging.WARNING, error=name)
            return
        if is_breached:
            raise ValidationError(
                _("This password has appeared in a data breach. Choose a different one."),
                code="password_breached",
            )

    def get_help_text(self) -> str:
        return _("Your password must not have appeared in a data breach.")


def fetch_suffixes(prefix: str) -> set[str]:
    """Returns the rest of each known hash that begins with these digits.

    Raises OSError, ValueError or HTTPException if there is no valid answer in time.
    """
    deadline = time.monotonic() + TIMEOUT
    # The service pads its answers to the same length, so that eavesdroppers cannot tell them apart.
    headers = {"Add-Padding": "true", "User-Agent": USER_AGENT}
    url = f"{settings.BREACHED_PASSWORDS_URL.rstrip('/')}/{prefix}"
    # The settings require https.
    request = Request(url, headers=headers)  # noqa: S310
    with build_opener(StatusProcessor).open(request, timeout=TIMEOUT) as response:
        if response.status != 200:
            raise ValueError("The service has refused the request.")
        body = b""
        while part := response.read1(MAX_BYTES):
            body += part
            if len(body) > MAX_BYTES or time.monotonic() > deadline:
                raise ValueError("The answer is too long or too slow.")
    return {suffix for suffix, count in map(parse_line, body.splitlines()) if count}


def parse_line(line: bytes) -> tuple[str, int]:
    """Returns the rest of a hash, and in how many breaches it is: none, if it is padding."""
    match = re.fullmatch(r"([0-9A-F]{35}):([0-9]{1,15})", line.decode().upper())
    if match is None:
        raise ValueError("The answer has another format.")
    return match[1], int(match[2])
