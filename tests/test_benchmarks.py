"""The measurements themselves need a quiet machine: `make bench`."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from pathlib import Path
from xml.etree import ElementTree

import pytest

from benchmarks import page
from benchmarks.load import Client, Dialogue, UnexpectedResponseError, measure, write_request
from benchmarks.statistics import compare, spread
from benchmarks.throughput import OPERATIONS, SHORT, build_peers, take_turns

from .baking import ROOT


class Handler(BaseHTTPRequestHandler):
    """Returns the next number to a number, and refuses one that it has received before."""

    protocol_version = "HTTP/1.1"
    received: set[int]

    def do_POST(self) -> None:
        number = int(self.rfile.read(int(self.headers["Content-Length"])))
        status = 409 if number in self.received else 200
        self.received.add(number)
        body = str(number + 1).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def port() -> Iterator[int]:
    handler = type("Handler", (Handler,), {"received": set()})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever).start()
        yield server.server_address[1]
        server.shutdown()


def count_from(number: int) -> Dialogue:
    while True:
        number = int((yield write_request("POST", "/", str(number).encode())))


def test_responses_lead_to_next_requests(port: int) -> None:
    clients = [Client(count_from(0)), Client(count_from(1_000_000))]
    assert measure(port, clients, 200, 0.05) > 0
    # The clients go on with the numbers that they have received.
    assert measure(port, clients, 200, 0.05) > 0


def test_unexpected_responses_are_errors(port: int) -> None:
    with pytest.raises(UnexpectedResponseError, match="409"):
        measure(port, [Client(count_from(0)), Client(count_from(0))], 200, 0.05)


def test_spread_is_median_and_quartiles() -> None:
    assert spread([1, 2, 3, 4, 100]) == "3 (2 to 4)"
    # Each pair is one turn.
    assert compare([10, 1, 30], [10, 2, 10]) == "1.00 (0.75 to 2.00)"


def test_page_is_made_from_results() -> None:
    """If this fails: python -m benchmarks --full, or that with the sections that have changed."""
    files = page.render(page.read_results())
    for file, text in files.items():
        assert file.read_text(encoding="utf-8") == text, file
    assert set(page.PLOTS.glob("*")) == files.keys() - {page.PAGE}


@pytest.mark.parametrize("name", page.SECTIONS)
def test_each_section_has_results(name: str) -> None:
    result = page.read_results()[name]
    assert result["machine"]
    text = import_module(f"benchmarks.{name}").describe(result["found"])
    assert text.startswith("## ")
    assert "nan" not in text


PICTURES = sorted((ROOT / "docs").rglob("*.svg"))


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.stem)
def test_pictures_are_described(picture: Path) -> None:
    text = picture.read_text(encoding="utf-8")
    assert len(text) < 200_000
    assert "prefers-color-scheme:dark" in text
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "").replace(
        "http://127.0.0.1:8000", ""
    )
    names = {child.tag.rpartition("}")[2] for child in ElementTree.fromstring(text)}  # noqa: S314
    assert {"title", "desc"} <= names


@pytest.mark.slow
def test_peers_can_be_measured() -> None:
    with build_peers(SHORT) as peers:
        for operation in OPERATIONS:
            rates = take_turns(peers, operation, 1, 0.05)
            assert rates.keys() >= {"project", "simplejwt-60"}
            assert all(rate > 0 for (rate,) in rates.values())
