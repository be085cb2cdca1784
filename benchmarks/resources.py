"""How rendering and the start of a project grow with the number of its resources.

    python -m benchmarks.resources

Needs a project's environment: `make demo` leaves one in demo/.
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


def seconds(*command: str | Path, cwd: Path) -> float:
    secrets = {"SECRET_KEY": "benchmark " * 6, "JWT_SIGNING_KEY": "benchmark " * 6}
    start = time.perf_counter()
    subprocess.run(command, cwd=cwd, env={**os.environ, **secrets}, check=True, capture_output=True)
    return time.perf_counter() - start


def main() -> None:
    if not PYTHON.exists():
        sys.exit("`make demo` first")
    print("resources  render s  `manage.py check` s")
    for count in (1, 10, 50, 200):
        text = "; ".join(
            f"Thing{n}({FIELDS}" + (f", other: Thing{n - 1} optional)" if n else ")")
            for n in range(count)
        )
        with tempfile.TemporaryDirectory() as name:
            render = [
                seconds(
                    *(TOOLS / "cookiecutter", ROOT, "--no-input", "--default-config"),
                    *("--output-dir", Path(name) / str(n), "run_setup=no", f"resources={text}"),
                    cwd=ROOT,
                )
                for n in range(ROUNDS)
            ]
            project = Path(name) / "0" / "my_api"
            check = [seconds(PYTHON, "manage.py", "check", cwd=project) for _ in range(ROUNDS + 1)]
        print(f"{count:9}  {median(render):8.2f}  {median(check[1:]):19.2f}")


if __name__ == "__main__":
    main()
