"""Pages in a real browser.

A page with the script from a project's README: the refresh token is in a cookie that the page cannot
read, and that pages of other sites cannot use. The forms of the browsable API: they keep, set and clear
the values of an object.
"""

from __future__ import annotations

import functools
import http.server
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from pytest_cookies.plugin import Cookies

from .baking import bake, prepare_project, run, run_server, skip_unavailable

pytestmark = pytest.mark.costly

OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PASSWORD = "correct horse battery staple"  # noqa: S105
LOGIN = f"logIn('admin', '{PASSWORD}')"
RESOURCES = """
Tag(name: str);
Item(flag: bool, shown: bool = true, done: bool optional, new: bool = true optional, tags: many Tag optional,
     size: int = 3 optional, day: date = 2026-01-31 optional, seen: datetime = 2026-01-31T12:00:00Z optional,
     hour: time = 12:30 optional, span: duration = 1h30m optional, state: choice(a|b) = b, data: json optional,
     extra: json = {}, name: str = new optional)
"""
DEFAULTS: dict[str, Any] = {
    "flag": False,
    "shown": True,
    "done": None,
    "new": True,
    "tags": [],
    "size": 3,
    "day": "2026-01-31",
    "seen": "2026-01-31T12:00:00Z",
    "hour": "12:30:00",
    "span": "01:30:00",
    "state": "b",
    "data": None,
    "extra": {},
    "name": "new",
}
FORM = "form[enctype='multipart/form-data']"
ME = "call('/api/users/me/').then(async a => [a.status, (await a.json()).username])"


def find_chromium() -> str:
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "chrome"))), None)
    if not found:
        skip_unavailable("no Chromium on the PATH")
    return str(found)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = find_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=OPTIONS)
        yield browser
        browser.close()


def set_up(project: Path, environment: Callable[[str], Path], django: str = "django-5.2") -> Path:
    commands = prepare_project(project, environment(django))
    password = {"DJANGO_SUPERUSER_PASSWORD": PASSWORD}
    run(commands / "python", "-m", "scripts.prepare", cwd=project, **password)
    return project


@pytest.fixture(params=["sessions", "blacklist"])
def project(
    request: pytest.FixtureRequest, cookies: Cookies, environment: Callable[[str], Path]
) -> Path:
    answers = {"token_flow": "pair-with-refresh-cookie", "revocation": request.param}
    return set_up(bake(cookies, answers), environment)


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
    # The script is for the pages of a client, not for those of the project.
    context = browser.new_context(bypass_csp=True)

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


def submit(page: Page, url: str) -> Any:
    """Submits the HTML form of a page of the browsable API, and returns the object at the URL."""
    with page.expect_response(lambda response: response.request.method in ("POST", "PUT")) as sent:
        page.locator(f"{FORM} button").last.click()
    assert sent.value.ok
    page.goto(url)
    read = "fetch('', {headers: {Accept: 'application/json'}}).then(a => a.json())"
    return {name: value for name, value in page.evaluate(read).items() if name != "updated_at"}


def test_forms_of_browsable_api(
    browser: Browser, cookies: Cookies, environment: Callable[[str], Path]
) -> None:
    project = set_up(bake(cookies, {"resources": RESOURCES}), environment)
    with run_server(project) as port, browser.new_context() as context:
        api = f"http://127.0.0.1:{port}/api/"
        page = context.new_page()
        page.goto(f"{api[:-1]}-auth/login/?next=/api/tags/")
        page.fill("[name=username]", "admin")
        page.fill("[name=password]", PASSWORD)
        page.click("[type=submit]")
        page.fill(f"{FORM} [name=name]", "first")
        submit(page, f"{api}tags/1/")

        # A form that nobody has filled in contains the defaults.
        page.goto(f"{api}items/")
        url = f"{api}items/1/"
        page.select_option("[name=flag]", "false")
        item = submit(page, url)
        assert item == item | DEFAULTS
        assert submit(page, url) == item

        page.select_option("[name=flag]", "true")
        page.select_option("[name=shown]", "false")
        page.select_option("[name=done]", "true")
        page.select_option("[name=new]", "false")
        page.select_option("select[name=tags]", "1")
        changed = {"flag": True, "shown": False, "done": True, "new": False, "tags": [1]}
        assert submit(page, url) == item | changed
        assert submit(page, url) == item | changed

        # A form with an error shows what was entered.
        page.select_option("[name=flag]", "false")
        page.select_option("[name=done]", "false")
        page.select_option("[name=new]", "")
        page.select_option("select[name=tags]", [])
        page.fill("[name=span]", "soon")
        with page.expect_response(lambda response: response.status == 400):
            page.locator(f"{FORM} button").last.click()
        page.locator(".has-error, .help-block").first.wait_for()
        page.fill("[name=span]", "1:30:00")
        cleared: dict[str, Any] = {
            "flag": False,
            "shown": False,
            "done": False,
            "new": None,
            "tags": [],
        }
        assert submit(page, url) == item | cleared
