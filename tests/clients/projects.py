"""The projects that the generated clients use, and their servers as in production."""

from __future__ import annotations

import functools
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tools.demo import find_free_port, wait_for_server
from tools.rendering import write

from ..baking import clean_environment, environment_for, prepare_project
from ..usual import Renderer

PASSWORD = "correct horse battery staple"  # noqa: S105
PROJECTS: dict[str, dict[str, str]] = {
    "default": {},
    "cookie": {
        "accounts": "invited",
        "token_flow": "pair-with-refresh-cookie",
        "also_accept": "session",
        "resources": """
            Author(name: str unique); Tag(name: str);
            Note(title: str(120), body: text optional, stars: int = 3, author: Author,
                 editor: Author optional, tags: many Tag, writer: owner)
        """,
    },
    "sliding": {
        "token_flow": "sliding",
        "login_field": "email",
        "accounts": "open",
        "also_accept": "basic",
        "token_obtain_path": "auth/login/",
    },
    "links": {
        "resource_links": "url",
        "api_prefix": "api/v1/",
        "token_obtain_path": "auth/token/",
        "revocation": "blacklist",
        "resources": """
            Paradigm(name: str); Language(name: str, paradigm: Paradigm optional);
            Programmer(name: str, languages: many Language)
        """,
    },
    "types": {
        "algorithm": "ES256",
        "django_version": "django-6.1",
        "revocation": "none",
        "resources": """
            Everything(
                a_str: str, a_code: str(8) optional unique, a_text: text optional,
                an_int: int = 5, a_count: int optional, a_float: float, a_decimal: decimal(8,2),
                a_bool: bool = true, a_flag: bool optional, a_date: date optional,
                a_datetime: datetime, a_time: time, a_duration: duration, a_uuid: uuid,
                an_email: email unique, a_url: url, a_slug: slug, a_json: json,
                an_object: json = {}, a_choice: choice(small|large) = small,
                a_maybe: choice(x|y) optional, an_id: uuid optional,
                a_price: decimal(6,2) = 1.50, a_bigint: bigint = 9007199254740993,
                a_rating: int(1..5) optional, a_share: float(0..1) = 0.5,
                a_cost: decimal(6,2,0..) optional, a_user: User optional,
                users: many User optional, unique(a_date, a_choice)
            );
            Code(code: str(2), detail: str optional)
        """,
    },
}
# Runs in the project: creates the database and schema.yaml, and starts the server.
SERVER = """
import sys
from django.core.management import call_command
from scripts import prepare

prepare.main()
call_command("runserver", sys.argv[1], use_reloader=False)
"""
RENDERER = functools.cache(Renderer)


@dataclass(frozen=True)
class Site:
    """A project whose server runs."""

    name: str
    url: str
    schema: Path
    login: str

    def facts(self, address: str) -> dict[str, str]:
        """Returns what a client needs to know; throttles count each address separately."""
        login = {"login": self.login, "password": PASSWORD}
        return {"url": self.url, "address": address, **login}


@contextmanager
def serve(name: str, folder: Path) -> Iterator[Site]:
    """Renders a project and runs its server."""
    answers = PROJECTS[name]
    write(RENDERER().render(answers), folder)
    environment = environment_for(answers.get("django_version", "django-5.2"))
    python = prepare_project(folder, environment) / "python"
    production = {
        "ALLOWED_HOSTS": "127.0.0.1",
        "DATABASE_URL": f"sqlite:///{folder / 'db.sqlite3'}",
        "DEBUG": "False",
        "DJANGO_SUPERUSER_PASSWORD": PASSWORD,
        "EMAIL_URL": "dummymail://",
        "FRONTEND_URL": "https://app.example.com",
        # The server has no certificate.
        "HTTPS": "False",
        # Each client has the address that it sends, as behind a proxy.
        "NUM_PROXIES": "1",
    }
    port = find_free_port()
    server = subprocess.Popen(
        [python, "-c", SERVER, str(port)],
        cwd=folder,
        env=clean_environment(**production),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    login = "admin@example.com" if answers.get("login_field") == "email" else "admin"
    try:
        wait_for_server(port, server)
        yield Site(name, f"http://127.0.0.1:{port}", folder / "schema.yaml", login)
    finally:
        server.terminate()
        server.wait()
