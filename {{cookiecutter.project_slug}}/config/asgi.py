"""The ASGI application."""

import os
from io import StringIO
from typing import IO, Any

from django.core.asgi import get_asgi_application
from django.core.exceptions import BadRequest
from django.core.handlers.asgi import ASGIRequest
from django.core.management import call_command

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


class Request(ASGIRequest):
    """Ignores a Content-Type that Django cannot parse, such as one with the parameter `a*=x''b`.

    The error would occur outside of Django's error handling.
    """

    def __init__(self, scope: Any, body_file: IO[bytes]) -> None:
        try:
            super().__init__(scope, body_file)
        except (BadRequest, ValueError):
            headers = [pair for pair in scope["headers"] if pair[0] != b"content-type"]
            super().__init__(scope | {"headers": headers}, body_file)


application = get_asgi_application()
application.request_class = Request
# ASGI servers do not run system checks; an invalid signing key must stop the start.
call_command("check", tags=["tokens"], stdout=StringIO())
