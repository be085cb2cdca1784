"""The pictures of the README: pages of a project in a browser.

`pytest tests/test_pictures.py --pictures` stores them in docs/pictures.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from pytest_cookies.plugin import Cookies

from .baking import BIN, ROOT, bake, run, run_server
from .test_browser import PASSWORD, set_up
from .test_pages import Tab, browser

__all__ = ["browser"]

pytestmark = [pytest.mark.costly, pytest.mark.slow]

PICTURES = ROOT / "docs" / "pictures"
SIZE = (1200, 800)


def test_pictures_show_pages(
    browser: Browser,
    cookies: Cookies,
    environment: Callable[[str], Path],
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    project = set_up(bake(cookies, {}), environment)
    run(project / ".venv" / BIN / "python", "-m", "scripts.seed", "--count", "20", cwd=project)
    folder = PICTURES if request.config.option.pictures else tmp_path
    with run_server(project) as port:
        tab = Tab(browser, f"http://127.0.0.1:{port}")
        page = tab.page
        page.set_viewport_size({"width": SIZE[0], "height": SIZE[1]})

        tab.open("/api/docs/")
        expect(page.locator(".opblock")).not_to_have_count(0)
        page.screenshot(path=folder / "swagger.png")

        tab.open("/admin/")
        page.fill("[name=username]", "admin")
        page.fill("[name=password]", PASSWORD)
        page.click("[type=submit]")
        tab.open("/admin/api/student/")
        expect(page.locator("#result_list tbody tr")).to_have_count(20)
        page.screenshot(path=folder / "admin.png")

        tab.open("/api/students/?page_size=2")
        expect(page.locator(".response-info")).to_contain_text("200 OK")
        page.screenshot(path=folder / "browsable-api.png")
        tab.context.close()
    for picture in folder.glob("*.png"):
        stored = (PICTURES / picture.name).read_bytes()
        assert struct.unpack(">II", stored[16:24]) == SIZE
        assert len(stored) < 200_000
