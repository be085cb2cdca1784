"""All pages of a project in a browser.

None reports an error, violates the Content Security Policy or sends a request to another host.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Error,
    Locator,
    Page,
    Request,
    expect,
    sync_playwright,
)
from pytest_cookies.plugin import Cookies

from .baking import bake, run, run_server, wait_for_minute
from .test_browser import FORM, OPTIONS, PASSWORD, find_chromium, set_up

pytestmark = [pytest.mark.costly, pytest.mark.slow]

RESOURCES = "Tag(name: str); Item(name: str, seen: datetime, flag: bool, tags: many Tag)"
# In milliseconds: browsers are slow while other tests run.
TIMEOUT = 30_000
UNKNOWN = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"
PRODUCTION = {"DEBUG": "False", "HTTPS": "False", "ALLOWED_HOSTS": "127.0.0.1"}
REPORT = """
document.addEventListener("securitypolicyviolation", event =>
    console.error(`Content Security Policy: ${event.effectiveDirective} ${event.blockedURI}`))
"""
# An image at the end of ReDoc's menu. Whoever reads the documentation stays unknown to that site.
LOGO = "https://cdn.redoc.ly/redoc/logo-mini.svg"
# The policy refuses the image, and some requests of these tests are answered with 4xx.
EXPECTED = re.compile(f"{re.escape(LOGO)}|the server responded with a status of 4")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = find_chromium()
    expect.set_options(timeout=TIMEOUT)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=OPTIONS)
        yield browser
        browser.close()


class Tab:
    """A tab of a new browser, and what its pages must not do."""

    def __init__(self, browser: Browser, site: str) -> None:
        self.site = site
        self.context = browser.new_context()
        self.context.set_default_timeout(TIMEOUT)
        self.context.add_init_script(REPORT)
        self.context.on("console", self.receive)
        self.context.on("request", self.check)
        self.context.on("weberror", lambda error: self.violations.append(str(error.error)))
        self.violations: list[str] = []
        self.page: Page = self.context.new_page()

    def receive(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not EXPECTED.search(message.text):
            self.violations.append(message.text)

    def check(self, request: Request) -> None:
        if not request.url.startswith((self.site, "blob:", "data:")) and request.url != LOGO:
            self.violations.append(request.url)

    def open(self, path: str) -> None:
        self.page.goto(f"{self.site}{path}")


def use_admin(tab: Tab) -> None:
    page = tab.page
    tab.open("/admin/")
    page.fill("[name=username]", "admin")
    page.fill("[name=password]", PASSWORD)
    page.click("[type=submit]")
    page.locator(".theme-toggle").first.click()

    # The object gets a related object and a time from the widgets of the form.
    tab.open("/admin/api/item/add/")
    page.fill("#id_name", "first")
    with page.expect_popup() as opened:
        page.click("#add_id_tags")
    opened.value.fill("#id_name", "related")
    opened.value.click("[name=_save]")
    expect(page.locator("#id_tags option", has_text="related")).to_be_attached()
    page.locator(".datetimeshortcuts a").first.click()
    page.locator(":is(a, button):has(.date-icon)").first.click()
    page.locator(".calendarbox .calendar td :is(a, button)").first.click()
    page.locator(".datetimeshortcuts").nth(1).locator("a").first.click()
    page.click("[name=_save]")
    expect(page.locator(".success")).to_be_visible()

    # The list: its filters, its search, and an action that is confirmed.
    tab.open("/admin/accounts/user/")
    page.locator("#changelist-filter a").nth(1).click()
    tab.open("/admin/api/item/?q=first")
    page.check("#action-toggle")
    page.select_option("[name=action]", "delete_selected")
    page.click("[name=index]")
    page.click("[type=submit][value]")
    expect(page.locator(".success")).to_be_visible()
    tab.open("/admin/unknown/")


def use_swagger(tab: Tab) -> None:
    """Logs in, and authorizes with the pasted token."""
    page = tab.page
    tab.open("/api/docs/")
    credentials = {"username": "admin", "password": PASSWORD}
    tokens = try_operation(find_operation(page, "post", "/api/token/"), json.dumps(credentials))
    me = find_operation(page, "get", "/api/users/me/")
    assert try_operation(me)["code"] == "not_authenticated"
    page.locator(".authorize").first.click()
    scheme = page.locator(".auth-container", has_text="Bearer")
    scheme.locator("input").fill(tokens["access"])
    scheme.locator("button.authorize").click()
    scheme.locator(".btn-done").click()
    assert try_operation(me)["username"] == "admin"


def find_operation(page: Page, method: str, path: str) -> Locator:
    return page.locator(f".opblock-{method}", has=page.locator(f"[data-path='{path}']"))


def try_operation(operation: Locator, body: str = "") -> Any:
    """Executes an operation, and returns the JSON of its response, which is no 5xx."""
    operation.locator(".opblock-summary-control").click()
    if not operation.locator(".execute").count():
        operation.locator(".try-out__btn").click()
    for parameter in operation.locator("[data-param-in=path]").all():
        key = UNKNOWN if "uuid" in parameter.inner_text() else "1"
        parameter.locator("input").fill(key)
    if body:
        operation.locator("textarea").fill(body)
    page = operation.page
    with page.expect_response(lambda response: "/api/schema/" not in response.url) as received:
        operation.locator(".execute").click()
    status = str(received.value.status)
    shown = operation.locator(".live-responses-table .response-col_status").last
    expect(shown).to_contain_text(status)
    assert status < "500"
    # The page is slow while many operations are open.
    operation.locator(".opblock-summary-control").click()
    return received.value.json() if status != "204" else None


def use_redoc(tab: Tab) -> None:
    page = tab.page
    tab.open("/api/redoc/")
    page.locator("[role=menuitem]").first.click()
    page.locator("[role=search] input").fill("token")
    expect(page.locator("[data-role='search:results'] [role=menuitem]").first).to_be_visible()
    page.locator("button", has_text="200").first.click()


def use_browsable_api(tab: Tab) -> None:
    page = tab.page
    tab.open("/api/tags/")
    page.fill(f"{FORM} [name=name]", "form")
    page.locator(f"{FORM} button").last.click()
    response = page.locator(".response-info")
    expect(response).to_contain_text("201 Created")
    (number,) = re.findall(r'"id": (\d+)', response.inner_text())
    tab.open("/api/tags/")
    page.locator("[data-target='#filtersModal']").click()
    expect(page.locator("#filtersModal")).to_be_visible()
    tab.open(f"/api/tags/{number}/")
    page.locator("[name=raw-tab]").click()
    expect(page.locator("[name=_content]").first).to_be_visible()
    page.locator("[data-target='#deleteModal']").click()
    page.locator("#deleteModal [data-method=DELETE] button").click()
    expect(response).to_contain_text("204 No Content")
    page.locator(".navbar button", has_text="Log out").click()
    expect(page.locator(".navbar", has_text="Log in")).to_be_visible()


FAIL = """() => {
    const body = new URLSearchParams(new FormData(document.querySelector("#login-form")));
    return Promise.all(Array.from({length: 11}, () => fetch("", {method: "POST", body})));
}"""


def fail_to_log_in(tab: Tab) -> None:
    page = tab.page
    tab.open("/admin/login/")
    page.fill("[name=username]", "admin")
    page.fill("[name=password]", "wrong")
    wait_for_minute(30)
    # At once: a slow machine would need longer than the minute in which failures count.
    page.evaluate(FAIL)
    page.click("[type=submit]")
    expect(page.locator("h1")).to_have_text("Too many failed logins")


def test_swagger_tries_all_operations(
    browser: Browser, cookies: Cookies, environment: Callable[[str], Path]
) -> None:
    project = set_up(bake(cookies, {"also_accept": "basic"}), environment)
    with run_server(project) as port:
        tab = Tab(browser, f"http://127.0.0.1:{port}")
        tab.open("/api/docs/")
        tab.page.locator(".authorize").first.click()
        scheme = tab.page.locator(".auth-container", has_text="basicAuth")
        scheme.locator("[name=username]").fill("admin")
        scheme.locator("[name=password]").fill(PASSWORD)
        scheme.locator("button.authorize").click()
        scheme.locator(".btn-done").click()
        me = find_operation(tab.page, "get", "/api/users/me/")
        assert try_operation(me)["username"] == "admin"
        for operation in tab.page.locator(".opblock").all():
            try_operation(operation)
        assert tab.violations == []
        tab.context.close()


@pytest.mark.parametrize("django", ["django-5.2", "django-6.1"])
def test_pages_comply_with_policy(
    browser: Browser, cookies: Cookies, environment: Callable[[str], Path], django: str
) -> None:
    answers = {"resources": RESOURCES, "django_version": django}
    project = set_up(bake(cookies, answers), environment, django)
    run(project / ".venv" / "bin" / "python", "manage.py", "collectstatic", "-v0", cwd=project)
    for variables in ({}, PRODUCTION):
        with run_server(project, **variables) as port:
            tab = Tab(browser, f"http://127.0.0.1:{port}")
            for use in (use_admin, use_browsable_api, use_swagger, use_redoc, fail_to_log_in):
                try:
                    use(tab)
                except (AssertionError, Error) as error:
                    raise AssertionError(f"{use.__name__}: {tab.violations}") from error
                assert tab.violations == [], use.__name__
            tab.open("/unknown/")
            assert tab.violations == []
            tab.context.close()
