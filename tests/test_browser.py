"""A page in a real browser, with the script from a project's README.

The refresh token is in a cookie that the page cannot read, and that pages of other sites cannot use.
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

from .baking import bake, prepare_project, run, run_server, skip_unavailable

pytestmark = pytest.mark.costly

PASSWORD = "correct horse battery staple"  # noqa: S105
LOGIN = f"logIn('admin', '{PASSWORD}')"
ME = "call('/api/users/me/').then(async a => [a.status, (await a.json()).username])"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "chrome"))), None)
    if not found:
        skip_unavailable("no Chromium on the PATH")
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
    commands = prepare_project(project, environment("django-5.2"))
    password = {"DJANGO_SUPERUSER_PASSWORD": PASSWORD}
    run(commands / "python", "-m", "scripts.prepare", cwd=project, **password)
    return project


@pytest.fixture
def site(project: Path) -> Iterator[str]:
    """The address of the project's server."""
    with run_server(project) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def other_site(tmp_path: Path) -> Iterator[str]:
    """The address of a page on another site."""
    (tmp_path / "index.html").write_text("<title>Other site</title>", "utf-8")
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(tmp_path))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def open_tab(browser: Browser, site: str, project: Path) -> Iterator[Callable[[], Page]]:
    """A function that opens the API's documentation, with the script from the README."""
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


def record_refreshes(page: Page) -> list[str]:
    """Returns a list to which each further refresh request of the page adds its URL."""
    seen: list[str] = []
    page.on(
        "request",
        lambda request: seen.append(request.url) if "refresh" in request.url else None,
    )
    return seen


def test_page_from_login_to_logout(
    open_tab: Callable[[], Page], site: str, other_site: str, project: Path
) -> None:
    page = open_tab()
    assert page.evaluate(LOGIN) is None
    assert page.evaluate(ME) == [200, "admin"]

    # The cookie exists, and no script can read it.
    (cookie,) = cookies_of(page, site)
    assert cookie["httpOnly"] is True
    assert cookie["sameSite"] == "Strict"
    assert cookie["value"] not in page.evaluate("document.cookie")
    assert cookie["value"] not in page.evaluate("JSON.stringify([localStorage, sessionStorage])")

    # The page refreshes a lost or invalid access token, once for concurrent requests.
    page = open_tab()
    refreshes = record_refreshes(page)
    assert page.evaluate(f"Promise.all([{ME}, {ME}, {ME}])") == [[200, "admin"]] * 3
    assert len(refreshes) == 1
    page.evaluate("access = 'expired'")
    assert page.evaluate(ME) == [200, "admin"]
    assert len(refreshes) == 2

    # Two tabs can refresh concurrently.
    tabs = [page, open_tab()]
    for tab in tabs:
        tab.evaluate("void refresh()")
    for tab in tabs:
        assert tab.evaluate(ME) == [200, "admin"]

    # A page of another site gets no token, and ends no session.
    other = page.context.new_page()
    other.goto(other_site)
    for header in ({}, {"X-Requested-With": "fetch"}):
        request = (
            f"fetch('{site}/api/token/refresh/', {{method: 'POST', credentials: 'include',"
            f" headers: {header}}}).then(a => a.status, () => 'refused')"
        )
        assert other.evaluate(request) == "refused"
    other.set_content(
        f"<form method=post action='{site}/api/token/'><input name=username value=admin>"
        f"<input name=password value='{PASSWORD}'></form>"
    )
    before = cookies_of(page, site)
    with other.expect_navigation() as navigation:
        other.evaluate("document.forms[0].submit()")
    response = navigation.value
    assert response is not None
    assert response.status == 403
    assert cookies_of(page, site) == before
    assert page.evaluate(ME) == [200, "admin"]

    # The logout deletes the cookie and both tokens.
    old = page.evaluate("access")
    page.evaluate("logOut()")
    assert cookies_of(page, site) == []
    assert page.evaluate("refresh().then(() => access === undefined)")
    page.evaluate(f"access = '{old}'")
    sessions = (project / "tokens" / "models.py").exists()
    request = "fetch('/api/users/me/', {headers: {Authorization: `Bearer ${access}`}})"
    assert page.evaluate(f"{request}.then(a => a.status)") == (401 if sessions else 200)
