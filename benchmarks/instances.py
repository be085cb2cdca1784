"""Measures what clients notice if servers behind nginx fail or are restarted."""

from __future__ import annotations

import shutil
from typing import Any

from tests.deployment import instances

ANSWERS = {
    "database": "postgresql",
    "resources": "Student(name: str unique, roll: int, city: str)",
}
THREADS = 16
FAULTS = {
    "`kill -9` of one process": instances.kill_worker,
    "`kill -9` of one instance": instances.kill_instance,
    "PostgreSQL restarts": instances.restart_postgresql,
    "`kill -9` of PostgreSQL": instances.crash_postgresql,
    "PostgreSQL hangs for 2 s": instances.freeze_postgresql,
    "`kill -9` of Redis": instances.restart_redis,
    "Redis hangs for 2 s": instances.freeze_redis,
    "all instances restart in turn": instances.restart_instances,
    "an instance reloads (`SIGHUP`)": instances.reload_instance,
}


def run(full: bool) -> dict[str, Any] | None:
    if not full:
        return None
    if not shutil.which("nginx"):
        print("instances: not measured, nginx is not installed")
        return None
    found = {}
    with instances.run_deployment(ANSWERS) as deployment:
        for name, fault in FAULTS.items():
            outcome = instances.observe(deployment, fault, THREADS, before=1, after=3)
            found[name] = {
                "seconds": outcome.duration,
                "requests": outcome.requests,
                "failed": len(outcome.failed),
                "recovery": outcome.recovery,
                "slowest": outcome.slowest,
                "lost": len(outcome.lost),
            }
    return found


def describe(found: dict[str, Any]) -> str:
    lines = [
        "## Several instances",
        "",
        f"{instances.INSTANCES} instances with two processes each, behind nginx, share one PostgreSQL and one Redis. {THREADS} threads send",
        "requests one after the other: half of them create a row, the others read or verify a token. A failed request is one",
        "without a response, or with a status of 400 or more. A lost write is a row whose creation a client saw confirmed,",
        "and that is not in the database.",
        "",
        "| fault | duration | requests | failed | last failure after | slowest request | lost writes |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, one in found.items():
        recovery = f"{one['recovery']:.1f} s" if one["failed"] else ""
        cells = [
            name,
            f"{one['seconds']:.1f} s",
            f"{one['requests']:,}",
            str(one["failed"]),
            recovery,
            f"{one['slowest']:.1f} s",
            str(one["lost"]),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    lines += [
        "",
        "While PostgreSQL starts, each request that needs it fails. The first request after that succeeds in each thread,",
        "because Django checks its connection first. While an instance starts, its port is open, and requests wait until the",
        "project is loaded. nginx has `max_fails=0`: by default, it avoids an instance for 10 seconds after it has refused a",
        "connection, and so may have none left while they restart in turn.",
    ]
    return "\n".join(lines)
