"""The ASGI application, for a server."""

import os
from io import StringIO

from django.core.asgi import get_asgi_application
from django.core.management import call_command

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_asgi_application()
# A server runs no system checks by itself; with a key that cannot sign, it must not start.
call_command("check", tags=["tokens"], stdout=StringIO())
