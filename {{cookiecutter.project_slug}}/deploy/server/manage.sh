#!/bin/sh
# Runs manage.py as the services run, with their user and settings:
#     sudo sh deploy/server/manage.sh migrate
set -eu
# Export what the file sets.
set -a
. /etc/{{ project.slug }}/environment
set +a
cd /srv/{{ project.slug }}
exec runuser -u {{ project.slug }} -- .venv/bin/python manage.py "$@"
