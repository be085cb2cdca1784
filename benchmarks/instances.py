"""Measures what clients notice if servers behind nginx fail or are restarted.

    python -m benchmarks.instances [--threads 16] [--seconds 3]

Three instances with two processes each, behind nginx, share one PostgreSQL and one Redis, which this
command starts. Threads read and write through nginx. Every created row must be in the database.
"""

from __future__ import annotations

import argparse

from tests.deployment import instances

ANSWERS = {
    "database": "postgresql",
    "resources": "Student(name: str unique, roll: int, city: str)",
}
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


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=3)
    options = parser.parse_args()
    print("| fault | duration | requests | failed | last failure after | slowest | lost writes |")
    print("|---|---|---|---|---|---|---|")
    with instances.run_deployment(ANSWERS) as deployment:
        for name, fault in FAULTS.items():
            found = instances.observe(
                deployment, fault, options.threads, before=1, after=options.seconds
            )
            recovery = f"{found.recovery:.1f} s" if found.failed else ""
            print(
                f"| {name} | {found.duration:.1f} s | {found.requests} | {len(found.failed)}"
                f" | {recovery} | {found.slowest:.1f} s | {len(found.lost)} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
