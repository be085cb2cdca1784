"""The page in the folder `page`, and the tabs of a browser that show it."""

from __future__ import annotations

import functools
import http.server
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, Request, expect

from ..baking import run
from .node import install_packages
from .serving import PASSWORD

PAGE = Path(__file__).with_name("page")


class Handler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


def serve(folder: Path) -> AbstractContextManager[str]:
    """Serves the files of a folder, and yields their address."""
    return serve_with(functools.partial(Handler, directory=str(folder)))


@contextmanager
def serve_with(handler: Callable[..., http.server.BaseHTTPRequestHandler]) -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    server.server_close()


def build_page(project: Path, api: str, folder: Path) -> None:
    """Generates the client, checks the types of the page, and bundles it."""
    tools = install_packages() / "node_modules" / ".bin"
    sources = project / "page"
    if not sources.exists():
        shutil.copytree(PAGE, sources)
        flow = "cookie" if (project / "tokens" / "cookies.py").exists() else "pair"
        for name in ("cookie", "pair"):
            path = sources / f"{name}.ts"
            path.rename(sources / "tokens.ts") if name == flow else path.unlink()
        (project / "node_modules").symlink_to(tools.parent, target_is_directory=True)
        run("make", "client", cwd=project)
        shutil.copytree(project / "clients" / "typescript", sources / "client")
        run(tools / "tsc", "--project", ".", cwd=sources)
    shutil.copy(PAGE / "index.html", folder)
    options = ("--bundle", "--format=esm", "--log-level=warning", f"--define:API_URL='{api}'")
    run(tools / "esbuild", "main.ts", *options, f"--outfile={folder / 'main.js'}", cwd=sources)


class Tabs:
    """Tabs of one browser, and the requests that they have sent."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.context = context
        self.address = address
        self.requests: list[Request] = []
        context.on("request", lambda request: self.requests.append(request))

    def open(self) -> Page:
        page = self.context.new_page()
        page.goto(self.address)
        return page

    def log_in(self, page: Page) -> None:
        page.fill("#username", "admin")
        page.fill("#password", PASSWORD)
        page.click("#start")
        expect_result(page, "done")

    def take(self) -> list[str]:
        """Returns methods and paths of the requests to the API since the last call."""
        found = [
            re.sub(r"^http.*?/api/", f"{request.method} ", request.url)
            for request in self.requests
            if "/api/" in request.url and request.method != "OPTIONS"
        ]
        self.requests.clear()
        return sorted(found)


def press(page: Page, button: str, *results: str | re.Pattern[str]) -> None:
    page.click(f"#{button}")
    for result in results:
        expect_result(page, result)


def expect_result(page: Page, result: str | re.Pattern[str]) -> None:
    expect(page.locator("#result")).to_have_text(result)


def expect_login(*pages: Page, ended: bool = False) -> None:
    for page in pages:
        expect(page.locator("#login")).to_have_text("logged out" if ended else "logged in")
