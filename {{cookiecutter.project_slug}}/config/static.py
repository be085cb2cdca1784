"""Static files in production."""

from contextlib import closing
from typing import Any

from django.http import HttpRequest, HttpResponse
from whitenoise import middleware, storage


class WhiteNoiseMiddleware(middleware.WhiteNoiseMiddleware):
    """Returns whole files: ASGI has no way to send an open file, and Django would warn."""

    @staticmethod
    def serve(static_file: Any, request: HttpRequest) -> HttpResponse:
        found = static_file.get_response(request.method, request.META)
        content = b""
        if found.file:
            with closing(found.file):
                content = found.file.read()
        response = HttpResponse(content, status=int(found.status))
        del response["Content-Type"]
        for name, value in found.headers:
            response[name] = value
        return response


class StaticFilesStorage(storage.CompressedManifestStaticFilesStorage):
    """Refers to a file that `collectstatic` has not collected by its plain name.

    Otherwise, the pages that need it would be server errors.
    """

    def stored_name(self, name: str) -> str:
        try:
            return str(super().stored_name(name))
        except ValueError:
            return name
