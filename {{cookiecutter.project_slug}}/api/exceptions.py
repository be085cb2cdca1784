from typing import Any

from django.db.models import ProtectedError, RestrictedError
from rest_framework import status
from rest_framework.response import Response
from rest_framework.views import exception_handler as rest_framework_handler


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Returns 409 if other objects prevent a deletion; leaves other errors to REST framework."""
    if isinstance(error, ProtectedError):
        dependents = error.protected_objects
    elif isinstance(error, RestrictedError):
        dependents = error.restricted_objects
    else:
        return rest_framework_handler(error, context)
    names = sorted({str(row._meta.verbose_name_plural) for row in dependents})
    return Response(
        {"detail": f"This object is required by {', '.join(names)}.", "code": "protected"},
        status=status.HTTP_409_CONFLICT,
    )
