"""All pages of a project in a browser: none violates the Content Security Policy."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, expect, sync_playwright
from pytest_cookies.plugin import Cookies

from .baking import bake, run, run_server, wait_for_minute
from .test_browser import FORM, OPTIONS, PASSWORD, find_chromium, set_up

pytestmark = [pytest.mark.costly, pytest.mark.slow]

RESOURCES = "Tag(name: str); Item(name: str, seen: datetime, flag: bool, tags: many Tag)"
# In milliseconds: browsers are slow while other tests run.
TIMEOUT = 30_000
PRODUCTION = {"DEBUG": "False", "HTTPS": "False", "ALLOWED_HOSTS": "127.0.0.1"}
REPORT = """
document.addEventListener("securitypolicyviolation", event =>
    console.error(`Content Security Policy: ${event.effectiveDirective} ${event.blockedURI}`))
"""
# An image at the end of ReDoc's menu. Whoever reads the documentation stays unknown to that site.
LOGO = "https://cdn.redoc.ly/redoc/logo-mini.svg"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = find_chromium()
    expect.set_options(timeout=TIMEOUT)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=OPTIONS)
        yield browser
        browser.close()


class Tab:
    """A tab of a new browser, and the violations of its pages."""

    def __init__(self, browser: Browser, site: str) -> None:
        self.site = site
        self.context = browser.new_context()
        self.context.set_default_timeout(TIMEOUT)
        self.context.add_init_script(REPORT)
        self.context.on("console", self.receive)
        self.context.on("weberror", lambda error: self.violations.append(str(error.error)))
        self.violations: list[str] = []
        self.page: Page = self.context.new_page()

    def receive(self, message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text and LOGO not in message.text:
            self.violations.append(message.text)

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
    page = tab.page
    tab.open("/api/docs/")
    for method, status in (("get", "200"), ("post", "201")):
        operation = page.locator(f".opblock-{method}", has=page.locator("[data-path='/api/tags/']"))
        operation.locator(".opblock-summary-control").click()
        operation.locator(".try-out__btn").click()
        operation.locator(".execute").click()
        shown = operation.locator(".live-responses-table .response-col_status").last
        expect(shown).to_contain_text(status)
    page.locator(".authorize").first.click()
    expect(page.locator(".modal-ux")).to_be_visible()


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
            for use in (use_admin, use_swagger, use_redoc, use_browsable_api, fail_to_log_in):
                try:
                    use(tab)
                except (AssertionError, Error) as error:
                    raise AssertionError(f"{use.__name__}: {tab.violations}") from error
                assert tab.violations == [], use.__name__
            tab.open("/unknown/")
            assert tab.violations == []
            tab.context.close()
