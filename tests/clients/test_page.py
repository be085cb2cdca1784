"""A page with a generated client, in a browser: it stays logged in, in all its tabs.

The page is of another origin than the API. Moving the server's clock ends access tokens. The project
accepts no refresh token twice, so that two tabs that use the same one are logged out.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Route

from ..baking import BIN, run, skip_unavailable
from ..test_browser import OPTIONS, browser, find_chromium
from ..test_documents import Shell, shell
from ..test_front_ends import template
from ..test_recipes import RECIPES, Follower
from .node import find_npm
from .serving import PASSWORD, Server, create_project, run_wsgi
from .tabs import Tabs, build_page, expect_login, expect_result, press, serve

__all__ = ["browser", "shell", "template"]

pytestmark = pytest.mark.clients

PROJECTS = {"cookie": {"token_flow": "pair-with-refresh-cookie"}, "pair": {}}
# Longer than the lifetime of an access token.
LATER = 600
CHANGE_PASSWORD = f"""
from accounts.models import User
user = User.objects.get()
user.set_password({PASSWORD!r})
user.save()
"""


@dataclass
class Site:
    """The project's server and the address of the page."""

    project: Path
    server: Server
    address: str

    def execute(self, code: str) -> None:
        run(
            self.project / ".venv" / BIN / "python",
            "manage.py",
            "shell",
            "-c",
            code,
            cwd=self.project,
        )


@pytest.fixture(scope="module", params=PROJECTS)
def project(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that does not accept a used refresh token, not even for a short time."""
    project = create_project(tmp_path_factory.mktemp("project"), PROJECTS[request.param])
    policy = project / "config" / "jwt.py"
    text = policy.read_text(encoding="utf-8")
    window = "JWT_REPEAT_WINDOW = timedelta(seconds=10)"
    assert window in text
    policy.write_text(text.replace(window, window.replace("seconds=10", "0")), encoding="utf-8")
    return project


@pytest.fixture(scope="module")
def site(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The page and the API at two ports of one host: two origins of the same site."""
    folder = tmp_path_factory.mktemp("page")
    with serve(folder) as address, run_wsgi(project, CORS_ALLOWED_ORIGINS=address) as server:
        build_page(project, f"http://localhost:{server.port}", folder)
        yield Site(project, server, address)


@pytest.fixture
def tabs(browser: Browser, site: Site) -> Iterator[Tabs]:
    with browser.new_context() as context:
        yield Tabs(context, site.address)


LOADED = re.compile(r"^admin \d+ \d+$")
LOADING = ["GET students/", "GET students/", "GET users/me/"]
REFRESH = "POST token/refresh/"


def test_concurrent_requests_share_refresh(site: Site, tabs: Tabs) -> None:
    page = tabs.open()
    tabs.log_in(page)
    press(page, "load", LOADED)
    tabs.take()
    press(page, "load", LOADED)
    assert tabs.take() == LOADING

    site.server.move_clock(LATER)
    press(page, "load", LOADED)
    assert tabs.take().count(REFRESH) == 1

    # A body is sent again, too.
    count = int((page.text_content("#result") or "").split()[1])
    site.server.move_clock(LATER)
    press(page, "add", "Ada")
    assert tabs.take().count(REFRESH) == 1
    press(page, "load", f"admin {count + 1} {count + 1}")


def test_tabs_use_no_refresh_token_twice(site: Site, tabs: Tabs) -> None:
    pages = [tabs.open() for _ in range(3)]
    tabs.log_in(pages[0])
    expect_login(*pages)
    for _ in range(5):
        site.server.move_clock(LATER)
        tabs.take()
        for page in pages:
            page.evaluate("document.getElementById('load').click()")
        for page in pages:
            expect_result(page, LOADED)
        assert 1 <= tabs.take().count(REFRESH) <= len(pages)
    expect_login(*pages)


def test_logout_in_one_tab(site: Site, tabs: Tabs) -> None:
    pages = [tabs.open() for _ in range(2)]
    tabs.log_in(pages[0])
    expect_login(*pages)
    press(pages[1], "end", "done")
    expect_login(*pages, ended=True)
    tabs.take()
    for page in pages:
        press(page, "load", "401 401 401")
        assert tabs.take() == LOADING
        page.reload()
        press(page, "load", "401 401 401")
        expect_login(page, ended=True)
        tabs.take()


def test_reload_keeps_login(site: Site, tabs: Tabs) -> None:
    page = tabs.open()
    tabs.log_in(page)
    tabs.take()
    page.reload()
    press(page, "load", LOADED)
    assert tabs.take().count(REFRESH) == 1
    stored = page.evaluate("[document.cookie, JSON.stringify({...localStorage})].join()")
    refresh_is_stored = not (site.project / "tokens" / "cookies.py").exists()
    assert stored.count('"eyJ') == refresh_is_stored


def test_tab_wakes_after_end_of_token(site: Site, tabs: Tabs) -> None:
    sleeping, page = tabs.open(), tabs.open()
    tabs.log_in(page)
    expect_login(sleeping)
    session = tabs.context.new_cdp_session(sleeping)
    session.send("Page.setWebLifecycleState", {"state": "frozen"})
    for _ in range(2):
        site.server.move_clock(LATER)
        press(page, "load", LOADED)
    session.send("Page.setWebLifecycleState", {"state": "active"})
    press(sleeping, "load", LOADED)
    expect_login(sleeping, page)


def refuse_connection(route: Route) -> None:
    route.abort("connectionrefused")


def respond(status: int) -> Callable[[Route], None]:
    headers = {"Access-Control-Allow-Origin": "*"}
    return lambda route: route.fulfill(status=status, headers=headers)


@pytest.mark.parametrize(
    "failure", [refuse_connection, respond(429), respond(503)], ids=["down", "429", "503"]
)
def test_failed_refresh_ends_no_login(
    site: Site, tabs: Tabs, failure: Callable[[Route], None]
) -> None:
    pages = [tabs.open() for _ in range(2)]
    tabs.log_in(pages[0])
    expect_login(*pages)
    site.server.move_clock(LATER)
    tabs.context.route("**/refresh/", failure)
    for page in pages:
        tabs.take()
        press(page, "load", "failed failed failed")
        # A request that gets its 401 after the failure tries again, once.
        assert 1 <= tabs.take().count(REFRESH) <= len(LOADING)
    expect_login(*pages)
    pages.append(tabs.open())
    press(pages[-1], "load", "failed failed failed")
    tabs.context.unroute_all()
    for page in pages:
        press(page, "load", LOADED)
    expect_login(*pages)


def test_login_ended_by_server(site: Site, tabs: Tabs) -> None:
    pages = [tabs.open() for _ in range(2)]
    tabs.log_in(pages[0])
    expect_login(*pages)
    site.execute(CHANGE_PASSWORD)
    site.server.move_clock(LATER)
    tabs.take()
    press(pages[0], "load", "401 401 401")
    assert tabs.take() == [*LOADING, REFRESH]
    expect_login(*pages, ended=True)
    for page in pages:
        press(page, "load", "401 401 401")
        assert tabs.take() == LOADING
    tabs.log_in(pages[1])
    expect_login(*pages)
    press(pages[0], "load", LOADED)


@pytest.mark.parametrize("project", ["cookie"], indirect=True)
@pytest.mark.parametrize(
    ("same_site", "third_party_cookies", "kept"),
    [("None", True, True), ("None", False, False), ("Strict", True, False)],
)
def test_page_of_other_site(
    browser: Browser,
    project: Path,
    tmp_path: Path,
    same_site: str,
    third_party_cookies: bool,
    kept: bool,
) -> None:
    if not shutil.which("openssl"):
        skip_unavailable("openssl is not installed")
    files = (tmp_path / "certificate.pem", tmp_path / "key.pem")
    options = ("-x509", "-nodes", "-newkey", "rsa:2048", "-subj", "/CN=127.0.0.1")
    run("openssl", "req", *options, "-out", files[0], "-keyout", files[1], cwd=tmp_path)
    profile = tmp_path / "profile" / "Default"
    profile.mkdir(parents=True)
    preferences = {"profile": {"cookie_controls_mode": 0 if third_party_cookies else 1}}
    (profile / "Preferences").write_text(json.dumps(preferences), encoding="utf-8")
    with serve(tmp_path) as address:
        variables = {"CORS_ALLOWED_ORIGINS": address, "REFRESH_COOKIE_SAMESITE": same_site}
        with (
            run_wsgi(project, *files, HTTPS="True", **variables) as server,
            browser.browser_type.launch_persistent_context(
                profile.parent,
                executable_path=find_chromium(),
                args=OPTIONS,
                ignore_https_errors=True,
            ) as context,
        ):
            build_page(project, f"https://127.0.0.1:{server.port}", tmp_path)
            tabs = Tabs(context, address)
            page = tabs.open()
            tabs.log_in(page)
            page.reload()
            press(page, "load", LOADED if kept else "401 401 401")


def test_recipe_leads_to_page(browser: Browser, shell: Shell) -> None:
    find_npm()
    follower = Follower(shell)
    try:
        follower.follow((RECIPES / "browser-client.md").read_text(encoding="utf-8"))
        with browser.new_context() as context:
            tabs = Tabs(context, f"http://localhost:{follower.ports['8001']}")
            page = tabs.open()
            tabs.log_in(page)
            press(page, "load", "admin 0 0")
            page.reload()
            press(page, "load", "admin 0 0")
    finally:
        follower.stop_all()
