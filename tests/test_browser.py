"""A page in a real browser, with the script of a project's own README.

The refresh token is in a cookie that the page cannot read, and pages of others cannot use.
"""

from __future__ import annotations

import functools
import http.server
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from pytest_cookies.plugin import Cookies

from .baking import adopt, bake, run, server_of, unavailable

pytestmark = pytest.mark.costly

PASSWORD = "correct horse battery staple"  # noqa: S105
LOGIN = f"logIn('admin', '{PASSWORD}')"
ME = "call('/api/users/me/').then(async a => [a.status, (await a.json()).username])"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "chrome"))), None)
    if not found:
        unavailable("no Chromium on the PATH")
    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=found, args=options)
        yield browser
        browser.close()


@pytest.fixture(params=["sessions", "blacklist"])
def project(
    request: pytest.FixtureRequest, cookies: Cookies, environment: Callable[[str], Path]
) -> Path:
    answers = {"token_flow": "pair-with-refresh-cookie", "revocation": request.param}
    project = bake(cookies, answers)
    commands = adopt(project, environment("django-5.2"))
    password = {"DJANGO_SUPERUSER_PASSWORD": PASSWORD}
    run(commands / "python", "-m", "scripts.prepare", cwd=project, **password)
    return project


@pytest.fixture
def site(project: Path) -> Iterator[str]:
    """The address of the project's server."""
    with server_of(project) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[str]:
    """The address of a page of somebody else."""
    (tmp_path / "index.html").write_text("<title>Elsewhere</title>", "utf-8")
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(tmp_path))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def open_tab(browser: Browser, site: str, project: Path) -> Iterator[Callable[[], Page]]:
    """Opens the API's documentation, with the script of the README."""
    readme = (project / "README.md").read_text(encoding="utf-8")
    (script,) = re.findall(r"^```js\n(.*?)^```", readme, re.M | re.S)
    context = browser.new_context()

    def new() -> Page:
        page = context.new_page()
        page.goto(f"{site}/api/docs/")
        page.add_script_tag(content=script)
        return page

    yield new
    context.close()


def cookies_of(page: Page, site: str) -> list[dict[str, object]]:
    found = [dict(cookie) for cookie in page.context.cookies(site)]
    return [cookie for cookie in found if "refresh" in str(cookie["name"])]


def refreshes_of(page: Page) -> list[str]:
    """The addresses of refreshes that the page asks for from now on."""
    seen: list[str] = []
    page.on(
        "request",
        lambda request: seen.append(request.url) if "refresh" in request.url else None,
    )
    return seen


def test_page_from_login_to_logout(
    open_tab: Callable[[], Page], site: str, elsewhere: str, project: Path
) -> None:
    page = open_tab()
    assert page.evaluate(LOGIN) is None
    assert page.evaluate(ME) == [200, "admin"]

    # The cookie is there, and no script sees it.
    (cookie,) = cookies_of(page, site)
    assert cookie["httpOnly"] is True
    assert cookie["sameSite"] == "Strict"
    assert cookie["value"] not in page.evaluate("document.cookie")
    assert cookie["value"] not in page.evaluate("JSON.stringify([localStorage, sessionStorage])")

    # What the page forgets, the cookie gives anew; once for all who ask.
    page = open_tab()
    refreshes = refreshes_of(page)
    assert page.evaluate(f"Promise.all([{ME}, {ME}, {ME}])") == [[200, "admin"]] * 3
    assert len(refreshes) == 1
    page.evaluate("access = 'expired'")
    assert page.evaluate(ME) == [200, "admin"]
    assert len(refreshes) == 2

    # Two tabs at once: both go on.
    tabs = [page, open_tab()]
    for tab in tabs:
        tab.evaluate("void refresh()")
    for tab in tabs:
        assert tab.evaluate(ME) == [200, "admin"]

    # A page of somebody else gets nothing, and ends nothing.
    other = page.context.new_page()
    other.goto(elsewhere)
    for header in ({}, {"X-Requested-With": "fetch"}):
        asked = (
            f"fetch('{site}/api/token/refresh/', {{method: 'POST', credentials: 'include',"
            f" headers: {header}}}).then(a => a.status, () => 'refused')"
        )
        assert other.evaluate(asked) == "refused"
    other.set_content(
        f"<form method=post action='{site}/api/token/'><input name=username value=admin>"
        f"<input name=password value='{PASSWORD}'></form>"
    )
    before = cookies_of(page, site)
    with other.expect_navigation() as navigation:
        other.evaluate("document.forms[0].submit()")
    answer = navigation.value
    assert answer is not None
    assert answer.status == 403
    assert cookies_of(page, site) == before
    assert page.evaluate(ME) == [200, "admin"]

    # After the logout, nothing is left.
    old = page.evaluate("access")
    page.evaluate("logOut()")
    assert cookies_of(page, site) == []
    assert page.evaluate("refresh().then(() => access === undefined)")
    page.evaluate(f"access = '{old}'")
    sessions = (project / "tokens" / "models.py").exists()
    asked = "fetch('/api/users/me/', {headers: {Authorization: `Bearer ${access}`}})"
    assert page.evaluate(f"{asked}.then(a => a.status)") == (401 if sessions else 200)
