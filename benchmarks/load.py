"""Sends requests of one kind over several connections, and counts the responses."""

from __future__ import annotations

import selectors
import socket
import time
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field

# Yields requests, and is sent the body of the response to each.
Dialogue = Generator[bytes, bytes, None]

HEAD_END = b"\r\n\r\n"


class UnexpectedResponseError(Exception):
    """The server is not what is measured: its first line or its length is not the expected one."""


@dataclass
class Client:
    """Sends the requests of a dialogue, one at a time."""

    dialogue: Dialogue
    request: bytes = b""
    # The number of responses by their status.
    statuses: Counter[int] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.request = next(self.dialogue)


@dataclass
class Connection:
    """A connection of a client."""

    client: Client
    socket: socket.socket
    # The only status that is expected; with None, all are.
    status: int | None
    received: bytearray = field(default_factory=bytearray)

    def send(self) -> None:
        self.socket.sendall(self.client.request)

    def read_response(self) -> bool:
        """Reads what has arrived; returns whether the response is complete."""
        part = self.socket.recv(262_144)
        if not part:
            raise UnexpectedResponseError("the server closed a connection")
        self.received += part
        end = self.received.find(HEAD_END)
        if end < 0:
            return False
        head = bytes(self.received[:end]).lower()
        status = int(head.split(maxsplit=2)[1])
        if self.status not in (None, status):
            raise UnexpectedResponseError(bytes(self.received[:500]).decode(errors="replace"))
        _, found, rest = head.partition(b"\r\ncontent-length:")
        if not found:
            raise UnexpectedResponseError("the response has no Content-Length")
        start = end + len(HEAD_END)
        if len(self.received) < start + int(rest.split(b"\r\n")[0]):
            return False
        self.client.statuses[status] += 1
        self.client.request = self.client.dialogue.send(bytes(self.received[start:]))
        self.received.clear()
        return True


def write_request(
    method: str,
    path: str,
    body: bytes = b"",
    token: str = "",
    kind: str = "application/json",
    forwarded_for: str = "",
) -> bytes:
    """Returns the bytes of a request."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Accept: application/json"]
    if token:
        lines.append(f"Authorization: Bearer {token}")
    if forwarded_for:
        lines.append(f"X-Forwarded-For: {forwarded_for}")
    if body:
        lines += [f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


@contextmanager
def connect(
    port: int, clients: Sequence[Client], status: int | None
) -> Iterator[selectors.BaseSelector]:
    """Yields a selector of a connection for each client. All have sent their first request."""
    with ExitStack() as stack:
        selector = stack.enter_context(selectors.DefaultSelector())
        for client in clients:
            opened = socket.create_connection(("127.0.0.1", port), timeout=60)
            stack.enter_context(closing(opened))
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection = Connection(client, opened, status)
            connection.send()
            selector.register(opened, selectors.EVENT_READ, connection)
        yield selector


def measure(port: int, clients: Sequence[Client], status: int, seconds: float) -> float:
    """Returns the responses per second, with a connection for each client.

    The first responses, as many as connections, do not count, and at least as many others do. No
    request is left without its response: a client can go on in a later call.
    """
    with connect(port, clients, status) as selector:
        done, waiting, start = -len(clients), len(clients), time.perf_counter()
        rate = 0.0
        while waiting:
            ready = selector.select(60)
            if not ready:
                raise UnexpectedResponseError("no response for a minute")
            for key, _ in ready:
                connection: Connection = key.data
                if not connection.read_response():
                    continue
                done += 1
                if done == 0:
                    start = time.perf_counter()
                spent = time.perf_counter() - start
                if not rate and done >= len(clients) and spent >= seconds:
                    rate = done / spent
                if rate:
                    # The server may close it while others wait.
                    selector.unregister(key.fileobj)
                    waiting -= 1
                else:
                    connection.send()
    return rate
