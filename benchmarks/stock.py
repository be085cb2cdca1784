"""Projects, and the same with Simple JWT's own views, authentication and blacklist."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from tests.baking import BIN, clean_environment, create_database, environment_for

from .peers import Peer, build_project

SERVERS = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
NAMES = {"stock": "stock", "blacklist": "`blacklist`", "sessions": "`sessions`"}
SETTINGS = """
from django.conf import global_settings

from .bench import *

INSTALLED_APPS.remove("tokens")
ROOT_URLCONF = "config.stock_urls"
AUTHENTICATION_BACKENDS = global_settings.AUTHENTICATION_BACKENDS
PASSWORD_HASHERS = global_settings.PASSWORD_HASHERS
REST_FRAMEWORK["DEFAULT_AUTHENTICATION_CLASSES"] = [
    "rest_framework_simplejwt.authentication.JWTAuthentication"
]
SIMPLE_JWT = {
    "ROTATE_REFRESH_TOKENS": True,
    "BLACKLIST_AFTER_ROTATION": True,
    "SIGNING_KEY": "a sufficiently long secret for this benchmark only",
}
"""
URLS = """
from django.urls import include, path
from rest_framework_simplejwt import views

urlpatterns = [
    path("api/token/", views.TokenObtainPairView.as_view()),
    path("api/token/refresh/", views.TokenRefreshView.as_view()),
    path("api/", include("api.urls")),
]
"""


@contextmanager
def build_projects() -> Iterator[dict[str, dict[str, Peer]]]:
    """Yields the projects by the server of their database and their name.

    Stock is the project with `blacklist`, with other settings.
    """
    python = environment_for("django-5.2", "newest") / BIN / "python"
    found: dict[str, dict[str, Peer]] = {server: {} for server in SERVERS}
    with ExitStack() as stack:
        for server, peers in found.items():
            for revocation in ("blacklist", "sessions"):
                folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
                url = stack.enter_context(create_database(server, python, folder))
                peer = build_project(folder / "project", url, revocation)
                if revocation == "blacklist":
                    config = peer.folder / "config"
                    (config / "stock.py").write_text(SETTINGS, "utf-8")
                    (config / "stock_urls.py").write_text(URLS, "utf-8")
                    settings = {"DJANGO_SETTINGS_MODULE": "config.stock"}
                    peers["stock"] = replace(peer, variables=peer.variables | settings)
                peers[revocation] = peer
        yield found


def start_python(peer: Peer, *arguments: str) -> subprocess.Popen[str]:
    """Starts the Python of a project. Its standard input and output are pipes."""
    return subprocess.Popen(
        [peer.python, *arguments],
        cwd=peer.folder,
        env=clean_environment(**peer.variables),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        # The log.
        stderr=subprocess.DEVNULL,
        text=True,
    )


def read_line(process: subprocess.Popen[str]) -> str:
    """Returns the next line of the standard output. Exits if the process has ended."""
    line = process.stdout.readline() if process.stdout else ""
    if not line:
        raise SystemExit(f"{process.args!r} ended with {process.wait()}")
    return line
