"""The WSGI application, for a server."""

import os
from io import StringIO

from django.core.management import call_command
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()
# A server runs no system checks by itself; with a key that cannot sign, it must not start.
call_command("check", tags=["tokens"], stdout=StringIO())
