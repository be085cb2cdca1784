"""Compares reading an object with REST framework, which filters the rows for each object.

    python -m benchmarks.details [--rounds 40]

Both take turns in one process, with Django's test client. The times are those of the processor, without
the database's server: they depend less on other work of the machine. The resource has filters, an owner
and two relations. TEST_DATABASE_URL sets the PostgreSQL server.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from statistics import median, quantiles

from tests.baking import create_database, environment_for, prepare_project, run
from tools.rendering import Renderer, write

RESOURCES = """
Room(name: str);
Tag(name: str);
Note(title: str(120), body: text optional, count: int, day: date optional, done: bool, room: Room,
     tags: many Tag, writer: owner)
"""
# Runs in the project. Prints the times of a request in milliseconds, and the number of its queries.
WORK = """
import json, sys, time
from statistics import median
import django
django.setup()
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from api import models, viewsets
from api.filtering import FilterBackend
from django_filters.rest_framework import DjangoFilterBackend

client, user = Client(), get_user_model().objects.get()
body = {"username": user.get_username(), "password": "benchmark-only"}
tokens = client.post("/api/token/", body, content_type="application/json").json()
note = models.Note.objects.create(
    title="n", count=1, done=True, room=models.Room.objects.create(name="r"), writer=user
)
note.tags.add(models.Tag.objects.create(name="t"))

def read():
    headers = {"Authorization": f"Bearer {tokens['access']}"}
    assert client.get(f"/api/notes/{note.pk}/", headers=headers).status_code == 200

def measure():
    start = time.process_time()
    read()
    return (time.process_time() - start) * 1000

view = viewsets.ModelViewSet
own = view.restricts_objects, FilterBackend.filter_queryset
stock = lambda self, backend: True, DjangoFilterBackend.filter_queryset
times, queries = [], []
for round in range(int(sys.argv[1])):
    for view.restricts_objects, FilterBackend.filter_queryset in (stock, own):
        with CaptureQueriesContext(connection) as captured:
            read()
        queries.append(len(captured))
        times.append(median(measure() for _ in range(20)))
print(json.dumps([times[::2], times[1::2], queries[:2]]))
"""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=40)
    rounds = parser.parse_args().rounds
    print(
        "| database | REST framework | project | ratio | quartiles | queries |\n|---|---|---|---|---|---|"
    )
    for kind in ("sqlite", "postgresql"):
        with tempfile.TemporaryDirectory() as name:
            project = write(Renderer().render({"resources": RESOURCES}), Path(name) / "project")
            python = prepare_project(project, environment_for("django-5.2")) / "python"
            with create_database(kind, python, project) as url:
                variables = {
                    "ALLOWED_HOSTS": "testserver",
                    "DATABASE_URL": url,
                    "DEBUG": "False",
                    "DJANGO_SETTINGS_MODULE": "config.settings",
                    "DJANGO_SUPERUSER_PASSWORD": "benchmark-only",
                    "HTTPS": "False",
                }
                run(python, "-m", "scripts.prepare", cwd=project, **variables)
                output = run(python, "-c", WORK, str(rounds), cwd=project, **variables)
        stock, own, queries = json.loads(output.splitlines()[-1])
        ratios = [one / other for one, other in zip(own, stock, strict=True)]
        low, middle, high = quantiles(ratios, n=4)
        print(
            f"| {kind} | {median(stock):.2f} ms | {median(own):.2f} ms | {middle:.2f} |"
            f" {low:.2f} to {high:.2f} | {queries[1]} instead of {queries[0]} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
