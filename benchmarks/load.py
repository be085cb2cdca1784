"""Sends the same kind of request over several connections, and counts the responses."""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field

HEAD_END = b"\r\n\r\n"


class UnexpectedResponseError(Exception):
    """The server is not what is measured: its first line or its length is not the expected one."""


@dataclass
class Connection:
    """A connection, on which one request at a time waits for its response."""

    socket: socket.socket
    received: bytearray = field(default_factory=bytearray)

    def read_response(self, status: int) -> bool:
        """Reads what has arrived; returns whether the response is complete."""
        part = self.socket.recv(262_144)
        if not part:
            raise UnexpectedResponseError("the server closed a connection")
        self.received += part
        end = self.received.find(HEAD_END)
        if end < 0:
            return False
        head = bytes(self.received[:end]).lower()
        if head.split(maxsplit=2)[1] != str(status).encode():
            raise UnexpectedResponseError(bytes(self.received[:500]).decode(errors="replace"))
        _, found, rest = head.partition(b"\r\ncontent-length:")
        if not found:
            raise UnexpectedResponseError("the response has no Content-Length")
        length = int(rest.split(b"\r\n")[0])
        if len(self.received) < end + len(HEAD_END) + length:
            return False
        self.received.clear()
        return True


def write_request(
    method: str, path: str, body: bytes = b"", token: str = "", kind: str = "application/json"
) -> bytes:
    """Returns the bytes of a request."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Accept: application/json"]
    if token:
        lines.append(f"Authorization: Bearer {token}")
    if body:
        lines += [f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


def measure(
    port: int,
    requests: Iterator[bytes],
    status: int,
    connections: int,
    seconds: float,
) -> float:
    """Returns the responses per second. The iterator has no end."""
    done = 0
    with ExitStack() as stack:
        selector = stack.enter_context(selectors.DefaultSelector())
        for _ in range(connections):
            client = socket.create_connection(("127.0.0.1", port), timeout=60)
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            stack.enter_context(closing(client))
            selector.register(client, selectors.EVENT_READ, Connection(client))
            client.sendall(next(requests))
        start = time.perf_counter()
        while time.perf_counter() - start < seconds:
            for key, _ in selector.select(60):
                connection: Connection = key.data
                if connection.read_response(status):
                    done += 1
                    connection.socket.sendall(next(requests))
        return done / (time.perf_counter() - start)
