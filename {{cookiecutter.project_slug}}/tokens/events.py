"""Logs security events: user, action and address, but never a token or a password."""

import hashlib
import ipaddress
import logging
from typing import Any

from django.http import HttpRequest
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
    try:
        return str(ipaddress.ip_address(BaseThrottle().get_ident(request)))  # type: ignore[arg-type]
    except ValueError:
        return None


def hash_login(login: object) -> str:
    """Returns a hash of the login: users sometimes type a password there."""
    return hashlib.sha256(str(login).strip().casefold().encode(errors="replace")).hexdigest()[:16]


def log_failed_login(sender: Any, request: HttpRequest | None = None, **kwargs: Any) -> None:
    """Receives user_login_failed, which the login of the admin sends as well."""
    login = next(iter(kwargs.get("credentials", {}).values()), "")
    log_event("login_failed", request, logging.WARNING, account=hash_login(login))
