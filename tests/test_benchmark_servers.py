from __future__ import annotations

import os
from pathlib import Path

from benchmarks import failed_logins, memory, servers
from benchmarks.peers import Peer
from benchmarks.processes import find_processes, read_memory, read_seconds

PEER = Peer("Peer", Path("peer"), "", [])


def test_half_of_failed_logins_are_of_users() -> None:
    requests = failed_logins.write_logins(PEER)
    unknown, known = next(requests), next(requests)
    assert b'"unknown0"' in unknown
    assert b"X-Forwarded-For: 10.0.0.0\r\n" in unknown
    assert b'"user0"' in known
    assert b"X-Forwarded-For: 10.0.0.1\r\n" in known


def test_failed_logins_are_described() -> None:
    turns = {"without": [400, 200, 100], "beside": [100, 100, 100], "logins": {"401": 2, "429": 9}}
    text = failed_logins.describe({"cases": {"one": {"16": turns}}})
    row = "| 16 | 100 | 0.50 (0.38 to 0.75) | 2.0 with 401, 9.0 with 429 |"
    assert row in text.splitlines()[-1]


def test_memory_is_described() -> None:
    packages = {f"small{number}": 0.5 for number in range(10)}
    imports = {"before": 9, "after": 1, "packages": {"large": 20, **packages}}
    sizes = [{"pss": size, "rss": size + 20, "all": 2 * size} for size in (50, 60, 90)]
    found = {"memory": {"fastapi": sizes}, "imports": [imports]}
    lines = memory.describe(found).splitlines()
    assert "| FastAPI | 60 | 80 | 120 |" in lines
    assert "| `large` | 20.0 |" in lines
    assert "| 1 others | 0.5 |" in lines


def test_servers_are_compared_with_first() -> None:
    seconds = {"Gunicorn": [0.01, 0.02], "Granian": [0.01, 0.02], "Uvicorn": [0.02, 0.04]}
    found = {
        "rounds": 2,
        "seconds": dict.fromkeys(servers.OPERATIONS, seconds),
        "connections": dict.fromkeys(servers.COMMANDS, 8),
        "memory": dict.fromkeys(servers.COMMANDS, 300.4),
        "versions": "Python 3.13.0",
    }
    lines = servers.describe(found).splitlines()
    times = "15.0 (12.5 to 17.5) ms | 1.00 (1.00 to 1.00) | 2.00 (2.00 to 2.00)"
    assert f"| login | {times} |" in lines
    assert "| memory | 300 MB | 300 MB | 300 MB |" in lines


def test_own_process_is_found_and_read() -> None:
    pid = os.getpid()
    assert pid in find_processes(Path.cwd())
    found = read_memory(pid)
    assert 1 < found.pss <= found.rss
    assert read_seconds(pid) > 0
