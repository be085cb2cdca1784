"""Reads the processor time and the memory of a server's processes on Linux."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from .load import Client, measure


@dataclass
class Memory:
    """In MB. PSS divides memory that several processes share among them."""

    pss: float
    rss: float


def find_processes(folder: Path) -> list[int]:
    """Returns the processes that run in a folder: a server and its children."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cwd"):
        # A process may have ended, or belong to another user.
        with suppress(OSError):
            if path.resolve() == folder.resolve():
                found.append(int(path.parent.name))
    return found


def read_memory(pid: int) -> Memory:
    text = Path(f"/proc/{pid}/smaps_rollup").read_text("utf-8")
    found = dict(re.findall(r"^(\w+): +(\d+) kB$", text, re.MULTILINE))
    return Memory(int(found["Pss"]) / 1024, int(found["Rss"]) / 1024)


def read_seconds(pid: int) -> float:
    """Returns the processor time of a process, and of its children that have ended."""
    # The second field, the name of the command, may contain spaces.
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def measure_seconds(
    folder: Path, port: int, clients: Sequence[Client], status: int, seconds: float
) -> float:
    """Returns the processor time of a server per response."""
    pids = find_processes(folder)
    start = sum(map(read_seconds, pids)), sum(client.statuses[status] for client in clients)
    measure(port, clients, status, seconds)
    end = sum(map(read_seconds, pids)), sum(client.statuses[status] for client in clients)
    return (end[0] - start[0]) / (end[1] - start[1])
