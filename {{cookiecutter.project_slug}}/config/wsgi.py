"""The WSGI application."""

import os
from io import StringIO

from django.core.management import call_command
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()
# WSGI servers do not run system checks; an invalid signing key must stop the start.
call_command("check", tags=["tokens"], stdout=StringIO())
