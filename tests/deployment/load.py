"""Requests to a project, one by one and as a load."""

from __future__ import annotations

import http.client
import json
import threading
import time
from base64 import urlsafe_b64decode
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

PASSWORD = "correct horse battery staple"
# Seconds that a request, or the start or end of a server, takes at most.
PATIENCE = 30.0


@dataclass
class Response:
    status: int
    text: str

    def json(self) -> Any:
        return json.loads(self.text)


class Client:
    """Sends requests to a port."""

    def __init__(self, port: int, address: str = "", *, keep: bool = False) -> None:
        self.keep = keep
        # Without nginx, which replaces the header, any address will do.
        self.headers = {"X-Forwarded-For": address or "127.0.0.1", "X-Forwarded-Proto": "https"}
        source = (address, 0) if address.startswith("127.") else None
        self.connection = http.client.HTTPConnection(
            "127.0.0.1", port, timeout=PATIENCE, source_address=source
        )

    def send(self, method: str, path: str, body: Any = None, token: str = "") -> Response:
        headers = {"Content-Type": "application/json", **self.headers}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        try:
            content = json.dumps(body) if body is not None else None
            self.connection.request(method, path, content, headers)
            response = self.connection.getresponse()
            result = Response(response.status, response.read().decode(errors="replace"))
        except Exception:
            self.connection.close()
            raise
        if not self.keep:
            self.connection.close()
        return result

    def log_in(self, password: str = PASSWORD) -> Response:
        return self.send("POST", "/api/token/", {"username": "admin", "password": password})

    def refresh(self, token: str) -> Response:
        return self.send("POST", "/api/token/refresh/", {"refresh": token})

    def is_ready(self) -> bool:
        return self.send("GET", "/readyz").status == 200

    def read_user(self, token: str) -> int:
        return self.send("GET", "/api/users/me/", token=token).status


def read_part(token: str, number: int) -> dict[str, Any]:
    """Returns the header (0) or the claims (1) of a token, without verifying it."""
    part = token.split(".")[number]
    content: dict[str, Any] = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return content


@dataclass
class Sample:
    """A request under load."""

    start: float
    end: float
    status: int
    """0 if there was no response."""
    created: str = ""
    error: str = ""

    @property
    def has_failed(self) -> bool:
        return not 200 <= self.status < 300


class Load:
    """Threads that read and write through nginx, each with a connection of its own."""

    def __init__(self, port: int, token: str, threads: int) -> None:
        self.port = port
        self.token = token
        self.samples: list[Sample] = []
        self.ended = threading.Event()
        # Each has its own limits for requests.
        addresses = [f"127.0.0.{number + 2}" for number in range(threads)]
        self.threads = [threading.Thread(target=self.run, args=[one]) for one in addresses]

    def __enter__(self) -> Load:
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.ended.set()
        for thread in self.threads:
            thread.join()

    def run(self, address: str) -> None:
        client = Client(self.port, address, keep=True)
        number = 0
        while not self.ended.is_set():
            number += 1
            name = str(uuid4()) if number % 2 else ""
            start = time.monotonic()
            status, error = 0, ""
            try:
                if name:
                    body = {"name": name, "roll": number, "city": "Rome"}
                    response = client.send("POST", "/api/students/", body, self.token)
                elif number % 20:
                    response = client.send("GET", "/api/users/me/", token=self.token)
                else:
                    # Uses the cache.
                    response = client.send("POST", "/api/token/verify/", {"token": self.token})
                status = response.status
                error = "" if 200 <= status < 300 else response.text[:200]
            except (OSError, http.client.HTTPException) as failure:
                error = repr(failure)
            created = name if status == 201 else ""
            self.samples.append(Sample(start, time.monotonic(), status, created, error))
            if status == 0 or status >= 500:
                # A client that fails waits before it tries again.
                self.ended.wait(0.05)
        client.connection.close()
