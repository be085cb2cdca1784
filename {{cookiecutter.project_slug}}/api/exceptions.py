from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.db import DataError
from django.db.models import ProtectedError, RestrictedError
from django.utils.translation import gettext as _
from rest_framework import status
from rest_framework.exceptions import ErrorDetail, ParseError
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.views import exception_handler as rest_framework_handler
from rest_framework.views import set_rollback

from .conflicts import is_conflict, log_conflict


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Returns a response for each error that a client can cause; 409 is a conflict.

    Adds the code to the detail, and replaces formats that have no form for errors by JSON.
    """
    response = respond(error, context)
    if response is None:
        return None
    detail = response.data.get("detail") if isinstance(response.data, dict) else None
    if isinstance(detail, ErrorDetail):
        response.data.setdefault("code", detail.code)
    request = context["request"]
    renderer = getattr(request, "accepted_renderer", None)
    if getattr(renderer, "format", "html") not in ("api", "json"):
        request.accepted_renderer = JSONRenderer()
        request.accepted_media_type = JSONRenderer.media_type
    return response


def respond(error: Exception, context: dict[str, Any]) -> Response | None:
    if isinstance(error, ProtectedError):
        return respond_conflict(describe_dependents(error.protected_objects), "protected")
    if isinstance(error, RestrictedError):
        return respond_conflict(describe_dependents(error.restricted_objects), "protected")
    if is_conflict(error):
        log_conflict(error)
        return respond_conflict(_("Another request has changed the same objects."), "conflict")
    if isinstance(error, DataError):
        error = ParseError(_("The database cannot store a value."))
    if isinstance(error, SuspiciousOperation):
        # Django limits the size of a body and the number of its fields.
        error = ParseError(_("The request is too large or malformed."))
    return rest_framework_handler(error, context)


def describe_dependents(rows: set[Any]) -> str:
    names = sorted({str(row._meta.verbose_name_plural) for row in rows})
    return _("This object is required by %(names)s.") % {"names": ", ".join(names)}


def respond_conflict(detail: str, code: str) -> Response:
    set_rollback()
    return Response({"detail": detail, "code": code}, status=status.HTTP_409_CONFLICT)
