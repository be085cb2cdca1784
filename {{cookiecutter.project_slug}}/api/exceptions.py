from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.db import DataError
from django.db.models import ProtectedError, RestrictedError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import status
from rest_framework.exceptions import APIException, ErrorDetail, ParseError, ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import exception_handler as rest_framework_handler

from .conflicts import is_conflict, log_conflict

# In a response with the errors of fields: their codes, by the names of the fields.
CODES_KEY = "error_codes"


class Conflict(APIException):
    """Other objects or a concurrent request prevent the operation."""

    status_code = status.HTTP_409_CONFLICT
    default_detail = gettext_lazy("Another request has changed the same objects. Try again.")
    default_code = "conflict"


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Returns a response for each error that a client can cause.

    Adds the codes of errors, and replaces formats that have no form for errors by JSON.
    """
    error = convert_error(error)
    response = rest_framework_handler(error, context)
    if response is None:
        return None
    detail = response.data.get("detail") if isinstance(response.data, dict) else None
    if isinstance(detail, ErrorDetail):
        response.data.setdefault("code", detail.code)
    elif isinstance(error, ValidationError) and isinstance(response.data, dict):
        response.data[CODES_KEY] = error.get_codes()
    request = context["request"]
    renderer = getattr(request, "accepted_renderer", None)
    if getattr(renderer, "format", "html") not in ("api", "json"):
        request.accepted_renderer = JSONRenderer()
        request.accepted_media_type = JSONRenderer.media_type
    return response


def convert_error(error: Exception) -> Exception:
    """Returns an error of REST framework for an error of Django that a client can cause."""
    if isinstance(error, ProtectedError):
        return Conflict(describe_dependents(error.protected_objects), "protected")
    if isinstance(error, RestrictedError):
        return Conflict(describe_dependents(error.restricted_objects), "protected")
    if is_conflict(error):
        log_conflict(error)
        return Conflict()
    if isinstance(error, DataError):
        return ParseError(_("The database cannot store a value. Change it."))
    if isinstance(error, SuspiciousOperation):
        # Django limits the size of a body and the number of its fields.
        return ParseError(_("The request is too large or malformed. Send less at once."))
    if isinstance(error, ValidationError) and is_text_list(error.detail):
        return ValidationError({api_settings.NON_FIELD_ERRORS_KEY: error.detail})
    return error


def is_text_list(detail: object) -> bool:
    return isinstance(detail, list) and all(isinstance(item, str) for item in detail)


def describe_dependents(rows: set[Any]) -> str:
    names = sorted({str(row._meta.verbose_name_plural) for row in rows})
    text = _("This object is required by %(names)s. Change or delete them first.")
    return text % {"names": ", ".join(names)}
