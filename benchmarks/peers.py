"""What a user would have instead of a project of the template, built from packages.

Each peer has the same table, with 20,000 rows, and the same user, in a PostgreSQL database of its
own. Its code is what the documentation of its packages shows.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from tests.baking import BIN, environment_for, find_python, prepare_project, run, run_uv
from tests.deployment.servers import Server
from tests.usual import Renderer
from tools.demo import find_free_port
from tools.rendering import write

from .peer_sources import (
    DJOSER_URLS,
    FASTAPI,
    FASTAPI_SETUP,
    FILL,
    MODELS,
    NINJA_SETTINGS,
    NINJA_URLS,
    SETTINGS,
    URLS,
    VIEWS,
)

# The packages whose releases are stated.
PACKAGES = (
    *("django", "djangorestframework", "djangorestframework-simplejwt", "djoser", "django-ninja"),
    *("django-ninja-jwt", "gunicorn", "psycopg", "fastapi", "sqlalchemy", "asyncpg", "uvicorn"),
)
LIST_VERSIONS = """
import platform, sys
from importlib.metadata import PackageNotFoundError, version

found = [f"Python {platform.python_version()}"]
for name in sys.argv[1:]:
    try:
        found.append(f"{name} {version(name)}")
    except PackageNotFoundError:
        pass
print(", ".join(found))
"""
WORKERS = 2
THREADS = 4
ROWS = 20_000
# Logins with tokens to refresh: so many that none is refreshed twice within seconds, as in reality.
# Otherwise, a project would keep the ids of hundreds of tokens of one session: JWT_REPEAT_WINDOW.
LOGINS = 2000
ISSUE_TOKENS = """
import sys
import django
django.setup()
from django.contrib.auth import get_user_model
from django.utils.module_loading import import_string
from rest_framework_simplejwt.settings import api_settings

get_token = import_string(api_settings.TOKEN_OBTAIN_SERIALIZER).get_token
user = get_user_model().objects.get(username="ada")
for _ in range(int(sys.argv[1])):
    print(get_token(user))
"""
LOGIN = "/api/token/"
PASSWORD = "correct horse battery staple"  # noqa: S105


@dataclass
class Peer:
    """A server, and how its clients log in and read."""

    name: str
    folder: Path
    url: str
    command: list[str]
    variables: dict[str, str] = field(default_factory=dict)
    login: str = LOGIN
    login_body: bytes = json.dumps({"username": "ada", "password": PASSWORD}).encode()
    login_kind: str = "application/json"
    access: str = "access"
    students: str = "/api/students/"
    # The endpoint that rotates refresh tokens; empty if the documentation has none.
    refresh: str = "/api/token/refresh/"

    @property
    def python(self) -> Path:
        return self.folder / ".venv" / BIN / "python"

    def run(self, *arguments: str | Path, **variables: str) -> str:
        return run(self.python, *arguments, cwd=self.folder, **self.variables, **variables)

    def list_versions(self) -> str:
        return self.run("-c", LIST_VERSIONS, *PACKAGES).strip()

    def issue_tokens(self, number: int) -> list[str]:
        """Returns the refresh tokens of as many logins. The peer must use Simple JWT."""
        return self.run("-c", ISSUE_TOKENS, str(number)).split()

    def fill(self) -> None:
        self.run("-c", FILL, self.url, str(ROWS))

    @contextmanager
    def start(self) -> Iterator[int]:
        """Starts the server, and yields its port."""
        port = find_free_port()
        command = [part.format(port=port) for part in self.command]
        variables = {name: text.format(port=port) for name, text in self.variables.items()}
        server = Server("server", [self.python, *command], self.folder, port, variables)
        server.start()
        try:
            yield port
        finally:
            server.stop()


def build_project(folder: Path, url: str, revocation: str = "sessions") -> Peer:
    """Builds the template's own project."""
    write(Renderer().render({"revocation": revocation, "database": "postgresql"}), folder)
    prepare_project(folder, environment_for("django-5.2", "newest"))
    peer = Peer(
        name=f"project, `{revocation}`",
        folder=folder,
        url=url,
        command=["-m", "gunicorn"],
        variables={
            "ALLOWED_HOSTS": "127.0.0.1",
            "DATABASE_URL": url,
            "DEBUG": "False",
            "DJANGO_SETTINGS_MODULE": "config.bench",
            "HTTPS": "False",
            "PORT": "{port}",
            "WEB_CONCURRENCY": str(WORKERS),
            "WEB_THREADS": str(THREADS),
        },
    )
    limits = (
        "from .settings import *\n\n"
        'for scope in REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"]:\n'
        '    REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"][scope] = "1000000/min"\n'
    )
    (folder / "config" / "bench.py").write_text(limits, "utf-8")
    peer.run("-m", "scripts.prepare", DJANGO_SUPERUSER_PASSWORD=PASSWORD)
    create = f"get_user_model().objects.create_user('ada', 'ada@example.com', {PASSWORD!r})"
    peer.run("-c", f"{SETUP_DJANGO}{create}")
    return peer


def install_own(project: Peer, environment: Path, *packages: str) -> None:
    """Replaces the environment of the tests by one with the project's dependencies and packages."""
    own = {"UV_PROJECT_ENVIRONMENT": str(environment)}
    options = ("--quiet", "--no-dev", "--python", find_python("django-5.2"))
    run_uv("sync", *options, cwd=project.folder, **own)
    python = environment / BIN / "python"
    if packages:
        run_uv("pip", "install", "--quiet", "--python", python, *packages)
    run(python, "-m", "compileall", "-q", environment, cwd=project.folder)
    (project.folder / ".venv").unlink()
    (project.folder / ".venv").symlink_to(environment, target_is_directory=True)


SETUP_DJANGO = "import django; django.setup()\nfrom django.contrib.auth import get_user_model\n"
DJANGO = ("django>=5.2,<5.3", "gunicorn", "psycopg[binary]", "djangorestframework-simplejwt")


def install(folder: Path, *packages: str) -> Path:
    """Creates an environment with the packages."""
    folder.mkdir(parents=True)
    python = environment_for("django-5.2", "newest") / BIN / "python"
    run_uv("venv", "--quiet", "--python", python, folder / ".venv")
    python = folder / ".venv" / BIN / "python"
    run_uv("pip", "install", "--quiet", "--compile-bytecode", "--python", python, *packages)
    return python


def build_django(
    folder: Path,
    url: str,
    name: str,
    packages: tuple[str, ...],
    settings: str,
    urls: str,
    **attributes: str,
) -> Peer:
    """Builds a project with Django's own commands, and the code of the packages' documents."""
    python = install(folder, *DJANGO, *packages)
    run(python, "-m", "django", "startproject", "config", ".", cwd=folder)
    run(python, "manage.py", "startapp", "school", cwd=folder)
    parts = urlsplit(url)
    database = {
        "name": parts.path[1:],
        "user": parts.username,
        "host": parts.hostname,
        "port": str(parts.port or 5432),
    }
    file = folder / "config" / "settings.py"
    file.write_text(file.read_text("utf-8") + SETTINGS % database + settings, "utf-8")
    (folder / "config" / "urls.py").write_text(urls, "utf-8")
    (folder / "school" / "models.py").write_text(MODELS, "utf-8")
    (folder / "school" / "views.py").write_text(VIEWS, "utf-8")
    peer = Peer(
        name=name,
        folder=folder,
        url=url,
        command=[
            *("-m", "gunicorn", "--bind", "127.0.0.1:{port}", "--workers", str(WORKERS)),
            *("--threads", str(THREADS), "config.wsgi"),
        ],
        variables={"DJANGO_SETTINGS_MODULE": "config.settings"},
        **attributes,  # type: ignore[arg-type]
    )
    peer.run("manage.py", "makemigrations", "school")
    peer.run("manage.py", "migrate", "-v0")
    create = f"get_user_model().objects.create_user('ada', 'ada@example.com', {PASSWORD!r})"
    peer.run("-c", f"{SETUP_DJANGO}{create}")
    return peer


def build_simplejwt(folder: Path, url: str) -> Peer:
    return build_django(folder, url, "Simple JWT's documentation", (), "", URLS)


def build_simplejwt_60(folder: Path, url: str) -> Peer:
    settings = 'DATABASES["default"]["CONN_MAX_AGE"] = 60\n'
    return build_django(folder, url, "the same with `CONN_MAX_AGE=60`", (), settings, URLS)


def build_djoser(folder: Path, url: str) -> Peer:
    settings = 'INSTALLED_APPS += ["djoser"]\nDATABASES["default"]["CONN_MAX_AGE"] = 60\n'
    paths = {"login": "/auth/jwt/create/", "refresh": "/auth/jwt/refresh/"}
    return build_django(folder, url, "djoser", ("djoser",), settings, DJOSER_URLS, **paths)


def build_ninja(folder: Path, url: str) -> Peer:
    settings = NINJA_SETTINGS + 'DATABASES["default"]["CONN_MAX_AGE"] = 60\n'
    packages = ("django-ninja", "django-ninja-jwt")
    paths = {"login": "/api/token/pair", "refresh": ""}
    return build_django(folder, url, "django-ninja", packages, settings, NINJA_URLS, **paths)


def build_fastapi(folder: Path, url: str) -> Peer:
    packages = ("fastapi", "sqlalchemy[asyncio]", "asyncpg", "pyjwt", "pwdlib[argon2]")
    install(folder, *packages, "uvicorn[standard]", "python-multipart", "psycopg[binary]")
    text = FASTAPI % {"url": re.sub("^postgres(ql)?:", "postgresql+asyncpg:", url)}
    (folder / "main.py").write_text(text, "utf-8")
    peer = Peer(
        name="FastAPI",
        folder=folder,
        url=url,
        command=[
            *("-m", "uvicorn", "main:app", "--port", "{port}", "--workers", str(WORKERS)),
            *("--no-access-log", "--log-level", "warning"),
        ],
        login="/token",
        login_body=urlencode({"username": "ada", "password": PASSWORD}).encode(),
        login_kind="application/x-www-form-urlencoded",
        access="access_token",
        students="/students/",
        refresh="",
    )
    peer.run("-c", FASTAPI_SETUP % {"password": PASSWORD})
    return peer


def build_blacklist_project(folder: Path, url: str) -> Peer:
    return build_project(folder, url, "blacklist")


BUILDERS = {
    "project": build_project,
    "blacklist": build_blacklist_project,
    "simplejwt": build_simplejwt,
    "simplejwt-60": build_simplejwt_60,
    "djoser": build_djoser,
    "ninja": build_ninja,
    "fastapi": build_fastapi,
}
