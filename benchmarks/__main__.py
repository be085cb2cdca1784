"""Measures the template and its projects, beside what users would have instead.

    python -m benchmarks [--full] [SECTION …]

The short form prints the results. With --full, they are stored in benchmarks/results/, and
docs/performance.md is written. TEST_DATABASE_URL sets the PostgreSQL server.
"""

from __future__ import annotations

import argparse
import os
import platform
import time
from datetime import date
from importlib import import_module
from pathlib import Path

from . import page

SERVER = "postgres://postgres@127.0.0.1:5432/postgres"


def describe_machine() -> str:
    """Returns the processor and its cores, the system, and the date."""
    processor = platform.machine()
    cpu = Path("/proc/cpuinfo")
    if cpu.exists():
        lines = cpu.read_text("utf-8").splitlines()
        processor = next(
            (line.partition(":")[2].strip() for line in lines if line.startswith("model name")),
            processor,
        )
    parts = [f"{processor}, {os.cpu_count()} cores", platform.system()]
    return ", ".join([*parts, f"Python {platform.python_version()}", str(date.today())])


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=", ".join(page.SECTIONS))
    parser.add_argument("--full", action="store_true", help="measure all, and write the page")
    options = parser.parse_args()
    if unknown := set(options.sections) - set(page.SECTIONS):
        parser.error(f"{', '.join(unknown)}: choose from {', '.join(page.SECTIONS)}")
    os.environ.setdefault("TEST_DATABASE_URL", SERVER)
    results = {}
    for name in options.sections or page.SECTIONS:
        start = time.monotonic()
        found = import_module(f"benchmarks.{name}").run(options.full)
        if found is None:
            # Not a part of the short form.
            continue
        print(f"{name}: measured in {time.monotonic() - start:.0f} s", flush=True)
        results[name] = {"machine": describe_machine(), "found": found}
        if options.full:
            page.write_result(name, results[name])
    if options.full:
        for file, text in page.render(page.read_results()).items():
            file.parent.mkdir(exist_ok=True)
            file.write_text(text, "utf-8")
            print(f"{file} is written")
    else:
        print(page.render(results)[page.PAGE])


if __name__ == "__main__":
    main()
