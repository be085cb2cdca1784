"""A person creates an account and resets the password, with a browser and a mailbox.

The page is of another origin than the API; the links in mails lead to it. A worker sends the mails to an
SMTP server.
"""

from __future__ import annotations

import http.server
import queue
import re
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from playwright.sync_api import Browser, Page, expect

from tools.demo import find_free_port

from ..baking import BIN, clean_environment
from ..test_browser import browser
from .serving import create_project, run_wsgi
from .tabs import serve_with

__all__ = ["browser"]

pytestmark = pytest.mark.clients

PAGE = Path(__file__).with_name("accounts")
EMAIL = "ada@example.com"
FIRST, SECOND = "correct horse battery staple", "another horse, another staple"


class Mailbox:
    """The mails that an SMTP server has received."""

    def __init__(self) -> None:
        self.mails: queue.Queue[EmailMessage] = queue.Queue()

    async def handle_DATA(self, server: object, session: object, envelope: Any) -> str:  # noqa: N802
        self.mails.put(message_from_bytes(envelope.content, policy=default))
        return "250 OK"

    def read_link(self) -> str:
        """Waits for the next mail, and returns its link."""
        mail = self.mails.get(timeout=30)
        assert mail["To"] == EMAIL
        body = mail.get_body(("plain",))
        assert body
        found = re.search(r"^http\S+", body.get_content(), re.M)
        assert found
        return found[0]


@contextmanager
def receive_mails() -> Iterator[tuple[Mailbox, str]]:
    mailbox = Mailbox()
    controller = Controller(mailbox, "127.0.0.1", find_free_port())
    controller.start()
    try:
        yield mailbox, f"smtp://127.0.0.1:{controller.port}"
    finally:
        controller.stop()


class Handler(http.server.BaseHTTPRequestHandler):
    """Serves the page at every path, with its script."""

    api = ""

    def do_GET(self) -> None:  # noqa: N802
        is_script = self.path == "/main.js"
        text = (PAGE / ("main.js" if is_script else "index.html")).read_text(encoding="utf-8")
        self.send_response(200)
        self.send_header("Content-Type", "text/javascript" if is_script else "text/html")
        self.end_headers()
        self.wfile.write(text.replace("${API_URL}", self.api).encode())

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def run_worker(project: Path, **variables: str) -> Iterator[None]:
    process = subprocess.Popen(
        [project / ".venv" / BIN / "python", "manage.py", "worker"],
        cwd=project,
        env=clean_environment(**variables),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        assert process.wait(timeout=30) == 0


@dataclass
class Site:
    address: str
    mailbox: Mailbox


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    project = create_project(tmp_path / "project", {"accounts": "open", "login_field": "email"})
    with ExitStack() as stack:
        mailbox, url = stack.enter_context(receive_mails())
        address = stack.enter_context(serve_with(Handler))
        variables = {
            "BACKGROUND_TASKS": "True",
            "CORS_ALLOWED_ORIGINS": address,
            "EMAIL_URL": url,
            "FRONTEND_URL": address,
        }
        stack.enter_context(run_worker(project, **variables))
        server = stack.enter_context(run_wsgi(project, **variables))
        Handler.api = f"http://localhost:{server.port}"
        yield Site(address, mailbox)


def submit(page: Page, button: str, result: str, **fields: str) -> None:
    for name, value in fields.items():
        page.fill(f"#{name}", value)
    page.click(f"#{button}")
    expect(page.locator("#result")).to_have_text(result)


def test_account_from_mail_to_first_token(site: Site, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(site.address)
    submit(page, "login", "401 no_active_account", email=EMAIL, password=FIRST)
    submit(page, "register", "202", email=EMAIL)
    link = site.mailbox.read_link()
    assert link.startswith(f"{site.address}/users/confirm#")
    page.goto(link)
    submit(page, "save", f"201 {EMAIL}", password=FIRST)
    # The token is neither in the address bar nor in the history.
    assert page.url == f"{site.address}/users/confirm"
    submit(page, "login", f"200 {EMAIL}", email=EMAIL, password=FIRST)
    assert "new" in site.mailbox.mails.get(timeout=30)["Subject"].lower()

    page.goto(site.address)
    submit(page, "forget", "202", email=EMAIL)
    link = site.mailbox.read_link()
    assert link.startswith(f"{site.address}/password/reset#")
    page.goto(link)
    submit(page, "save", "204", password=SECOND)
    submit(page, "login", "401 no_active_account", email=EMAIL, password=FIRST)
    submit(page, "login", f"200 {EMAIL}", email=EMAIL, password=SECOND)
    page.goto(link)
    submit(page, "save", "400", password=FIRST)
    page.close()
