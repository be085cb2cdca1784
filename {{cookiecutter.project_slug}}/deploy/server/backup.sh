#!/bin/sh
# Writes the database to a file in /var/backups/{{ project.slug }}, and deletes files older than two weeks.
# {{ project.slug }}-backup.service runs this script.
set -eu
umask 077
file=/var/backups/{{ project.slug }}/$(date -u +%Y-%m-%dT%H-%M-%SZ).dump
# An interrupted backup does not look like a complete one.
pg_dump --format=custom --file="$file.new" "$DATABASE_URL"
mv "$file.new" "$file"
find /var/backups/{{ project.slug }} -name '*.dump*' -mtime +14 -delete
