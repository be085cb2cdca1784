"""The ASGI application."""

import os
from io import StringIO

from django.core.asgi import get_asgi_application
from django.core.management import call_command

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_asgi_application()
# ASGI servers do not run system checks; an invalid signing key must stop the start.
call_command("check", tags=["tokens"], stdout=StringIO())
