"""Logs security events: user, action and address, but never a token or a password."""

import ipaddress
import logging
from contextlib import suppress
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

logger = logging.getLogger("tokens")


def log_event(
    event: str, request: Request | HttpRequest | None, level: int = logging.INFO, **facts: Any
) -> None:
    """Logs `event name=value …`; structured formatters find the facts as record attributes."""
    if request is not None:
        facts["address"] = get_address(request)
    text = " ".join(f"{name}={value}" for name, value in facts.items())
    logger.log(level, "%s %s", event, text, extra={"event": event, **facts})


def get_address(request: Request | HttpRequest) -> str | None:
    """Returns the client's IP address, or None; NUM_PROXIES is the number of trusted proxies."""
    ident = BaseThrottle().get_ident(request)  # type: ignore[arg-type]
    try:
        address = ipaddress.ip_address(ident)
    except ValueError:
        return None
    # A socket for both versions of IP has IPv4 clients at ::ffff:a.b.c.d.
    return str(getattr(address, "ipv4_mapped", None) or address)


def hash_login(login: object) -> str:
    """Returns a hash of the login: users sometimes type a password there.

    The hash depends on SECRET_KEY: guesses cannot be compared with a log.
    """
    model = get_user_model()
    field: Any = model._meta.get_field(model.USERNAME_FIELD)
    # No account has a login that is invalid.
    with suppress(ValidationError):
        login = field.to_python(login)
    name = str(login).encode(errors="backslashreplace")
    return salted_hmac("tokens.events.hash_login", name, algorithm="sha256").hexdigest()[:16]


def log_failed_login(sender: Any, request: HttpRequest | None = None, **kwargs: Any) -> None:
    """Receives user_login_failed, which every login with a password sends."""
    credentials = kwargs.get("credentials", {})
    login = credentials.get("username") or credentials.get(get_user_model().USERNAME_FIELD)
    log_event("login_failed", request, logging.WARNING, account=hash_login(login))
