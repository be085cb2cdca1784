"""The WSGI application."""

import os
from io import StringIO
from typing import Any

from django.core.exceptions import BadRequest
from django.core.handlers.wsgi import WSGIRequest
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


class Request(WSGIRequest):
    """Ignores a Content-Type that Django cannot parse, such as one with the parameter `a*=x''b`.

    The error would occur outside of Django's error handling.
    """

    def __init__(self, environ: dict[str, Any]) -> None:
        try:
            super().__init__(environ)
        except (BadRequest, ValueError):
            super().__init__(environ | {"CONTENT_TYPE": ""})


application = get_wsgi_application()
application.request_class = Request
# WSGI servers do not run system checks; an invalid signing key must stop the start.
call_command("check", tags=["tokens"], stdout=StringIO())
