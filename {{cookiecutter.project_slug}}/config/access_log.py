"""A record for each request, and an ID for all that is logged during it."""

import logging
import re
import time
from contextvars import ContextVar
from typing import Any
from uuid import uuid4

from django.contrib.auth import SESSION_KEY, get_user_model
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.deprecation import MiddlewareMixin
from django.utils.functional import SimpleLazyObject
from rest_framework.settings import api_settings

from tokens.events import get_address

from .logging import request_id

logger = logging.getLogger("access")
started_at: ContextVar[float] = ContextVar("started_at")

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")
# Longer parts of a path may be tokens that a client has put there.
MAX_PART = 64


class AccessLogMiddleware(MiddlewareMixin):
    """Logs requests without their query string, headers and body, which may contain secrets."""

    def process_request(self, request: HttpRequest) -> None:
        request_id.set(get_request_id(request))
        started_at.set(time.perf_counter())

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        response["X-Request-ID"] = request_id.get()
        path = shorten_path(request.path)
        facts = {
            "method": request.method,
            "path": path,
            "status": response.status_code,
            "duration_ms": round((time.perf_counter() - started_at.get()) * 1000, 1),
            "user": get_user_id(request, response.status_code),
            "address": get_address(request),
        }
        logger.info("%s %s %s", request.method, path, response.status_code, extra=facts)
        # Not with the token of set(): an ASGI server may be in another context here.
        request_id.set("")
        return response


def get_request_id(request: HttpRequest) -> str:
    """Returns the ID of a trusted proxy, or a new one."""
    given = request.META.get("HTTP_X_REQUEST_ID", "")
    if api_settings.NUM_PROXIES and REQUEST_ID.fullmatch(given):
        return str(given)
    return uuid4().hex


def shorten_path(path: str) -> str:
    if len(path) <= MAX_PART:
        return path
    return "/".join(part if len(part) <= MAX_PART else "..." for part in path.split("/"))


def get_user_id(request: HttpRequest, status: int) -> Any:
    """Returns the primary key of the user whom the request has authenticated, without a query."""
    user: Any = getattr(request, "user", None)
    if not isinstance(user, SimpleLazyObject):
        # REST framework has replaced Django's.
        return user and user.pk
    # After a server error, the session may be what could not be read.
    if status < 500 and request.session.accessed and SESSION_KEY in request.session:
        return get_user_model()._meta.pk.to_python(request.session[SESSION_KEY])
    return None
