"""The limit of logins that the document of production adds to nginx during an attack."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tools.demo import find_free_port

from ..baking import skip_unavailable
from ..nginx import NGINX
from ..proving import renderer
from .servers import Server

pytestmark = [
    pytest.mark.deployment,
    pytest.mark.skipif(os.name == "nt", reason="nginx is not installed"),
]

LOGIN = "/v1/login/"
SERVER = """
    {above}
    server {{
        listen 127.0.0.1:{port};
        location / {{
            {inside}
            proxy_pass http://127.0.0.1:{upstream};
        }}
    }}
"""


class Handler(BaseHTTPRequestHandler):
    """Answers logins after all requests of the test have been sent."""

    finished: threading.Event

    def do_GET(self) -> None:
        if f"{self.path.partition('?')[0]}/".startswith(LOGIN):
            assert self.finished.wait(30)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture(params=[LOGIN[1:], LOGIN[1:-1]])
def port(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[int]:
    if not shutil.which("nginx"):
        skip_unavailable("nginx is not installed")
    answers = {"api_prefix": "v1", "token_obtain_path": request.param}
    document = renderer.render(answers)["docs/production.md"]
    above, inside = re.findall(r"```nginx\n(.*?)```", document, re.DOTALL)
    upstream = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=upstream.serve_forever).start()
    port = find_free_port()
    block = SERVER.format(
        above=above, inside=inside, port=port, upstream=upstream.server_address[1]
    )
    configuration = tmp_path / "nginx.conf"
    configuration.write_text(NGINX.format(folder=tmp_path, blocks=block), encoding="utf-8")
    nginx = Server("nginx", ["nginx", "-c", configuration], tmp_path, port)
    nginx.start()
    yield port
    nginx.stop()
    upstream.shutdown()
    upstream.server_close()


def get_status(port: int, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path)
    status = connection.getresponse().status
    connection.close()
    return status


def test_only_two_concurrent_logins_are_passed_on(port: int) -> None:
    Handler.finished = threading.Event()
    # Without the final slash, the project logs in as well.
    paths = [LOGIN, f"{LOGIN}?a=b", LOGIN[:-1], f"{LOGIN[:-1]}?c", LOGIN]
    with ThreadPoolExecutor(len(paths)) as pool:
        logins = [pool.submit(get_status, port, path) for path in paths]
        try:
            while sum(login.done() for login in logins) < len(paths) - 2:
                assert get_status(port, "/v1/students/") == 200
        finally:
            Handler.finished.set()
    assert sorted(login.result() for login in logins) == [200, 200, 429, 429, 429]
    assert get_status(port, LOGIN) == 200
