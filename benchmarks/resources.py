"""Measures how rendering and starting a project scale with the number of resources.

    python -m benchmarks.resources

Uses the environment of the project that `make demo` creates.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
TOOLS = Path(sys.executable).parent
PYTHON = ROOT / "demo" / "my_api" / ".venv" / "bin" / "python"
FIELDS = "name: str, count: int, day: date optional, state: choice(a|b) = a"
ROUNDS = 3


def time_command(*command: str | Path, cwd: Path) -> float:
    """Runs a command and returns its time in seconds."""
    secrets = {"SECRET_KEY": "benchmark " * 6, "JWT_SIGNING_KEY": "benchmark " * 6}
    start = time.perf_counter()
    subprocess.run(command, cwd=cwd, env={**os.environ, **secrets}, check=True, capture_output=True)
    return time.perf_counter() - start


def main() -> None:
    if not PYTHON.exists():
        sys.exit("Run `make demo` first.")
    print("resources  render s  `manage.py check` s")
    for count in (1, 10, 50, 200):
        text = "; ".join(
            f"Thing{n}({FIELDS}" + (f", other: Thing{n - 1} optional)" if n else ")")
            for n in range(count)
        )
        with tempfile.TemporaryDirectory() as name:
            options = ["--no-input", "--default-config", "run_setup=no", f"resources={text}"]
            command = [str(TOOLS / "cookiecutter"), str(ROOT), *options, "--output-dir"]
            render = [time_command(*command, Path(name) / str(n), cwd=ROOT) for n in range(ROUNDS)]
            project = Path(name) / "0" / "my_api"
            # The first run also compiles the modules.
            check = [
                time_command(PYTHON, "manage.py", "check", cwd=project) for _ in range(ROUNDS + 1)
            ]
        print(f"{count:9}  {median(render):8.2f}  {median(check[1:]):19.2f}")


if __name__ == "__main__":
    main()
