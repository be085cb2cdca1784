"""How long it takes from the command to a ready project, a first token and passed tests.

    python -m benchmarks.first_token [rounds]

Beside it stand the bare steps that somebody would type for the same: `uv venv`, `uv pip install`
of the same packages, `migrate`, `createsuperuser`. Both are measured in turn, in one run, with a
warm package cache; what counts is the ratio of their medians.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from http.client import HTTPConnection
from pathlib import Path
from statistics import median

from tools.demo import free_port, wait_for

ROOT = Path(__file__).resolve().parent.parent
TOOLS = Path(sys.executable).parent
UV = TOOLS / "uv"
LOGIN = {"username": "admin", "password": "benchmark-only"}


def run(*command: str | Path, cwd: Path, **variables: str) -> None:
    environment = {
        **os.environ,
        "PATH": f"{TOOLS}{os.pathsep}{os.environ['PATH']}",
        "DJANGO_SUPERUSER_PASSWORD": LOGIN["password"],
        **variables,
    }
    environment.pop("VIRTUAL_ENV", None)
    subprocess.run(command, cwd=cwd, env=environment, check=True, capture_output=True)


def cookiecutter(folder: Path, *answers: str) -> Path:
    run(
        *(str(TOOLS / "cookiecutter"), str(ROOT), "--no-input", "--default-config"),
        *("--output-dir", str(folder), *answers),
        cwd=ROOT,
    )
    return folder / "my_api"


def first_token(project: Path) -> None:
    port = free_port()
    server = subprocess.Popen(
        [project / ".venv" / "bin" / "python", "manage.py", "runserver", "--noreload", str(port)],
        cwd=project,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(port, server)
        connection = HTTPConnection("127.0.0.1", port, timeout=30)
        headers = {"Content-Type": "application/json"}
        connection.request("POST", "/api/token/", json.dumps(LOGIN), headers)
        if "access" not in json.loads(connection.getresponse().read()):
            sys.exit("no token")
    finally:
        server.terminate()
        server.wait()


def measure(folder: Path, make: str, prepared: Path) -> dict[str, float]:
    """Seconds from the start to each milestone."""
    if make == "template":
        start = time.perf_counter()
        project = cookiecutter(folder)
    else:
        # What is measured is the typing of commands, not of files: those are there.
        project = cookiecutter(folder, "run_setup=no")
        prepare_files(project, prepared)
        start = time.perf_counter()
        bare_steps(project)
    ready = time.perf_counter()
    first_token(project)
    token = time.perf_counter()
    found = {"ready": ready - start, "first token": token - start}
    if make == "template":
        run(project / ".venv" / "bin" / "pytest", "-q", cwd=project)
        found["tests passed"] = time.perf_counter() - start
    return found


def prepare_files(project: Path, prepared: Path) -> None:
    """Settings and first migrations, which are no part of the bare steps."""
    shutil.copytree(
        prepared / "accounts" / "migrations",
        project / "accounts" / "migrations",
        dirs_exist_ok=True,
    )
    shutil.copytree(
        prepared / "api" / "migrations", project / "api" / "migrations", dirs_exist_ok=True
    )
    shutil.copy(prepared / ".env", project / ".env")
    frozen = subprocess.run(
        [UV, "pip", "freeze", "--python", prepared / ".venv"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    (project / "frozen.txt").write_text(frozen, encoding="utf-8")


def bare_steps(project: Path) -> None:
    python = project / ".venv" / "bin" / "python"
    run(UV, "venv", "--python", sys.executable, cwd=project)
    run(UV, "pip", "install", "--python", ".venv", "--requirement", "frozen.txt", cwd=project)
    run(python, "manage.py", "migrate", cwd=project)
    run(
        *(python, "manage.py", "createsuperuser", "--noinput"),
        cwd=project,
        DJANGO_SUPERUSER_USERNAME=LOGIN["username"],
        DJANGO_SUPERUSER_EMAIL="admin@example.com",
    )


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    results: dict[str, dict[str, list[float]]] = {"template": {}, "bare steps": {}}
    with tempfile.TemporaryDirectory() as name:
        prepared = cookiecutter(Path(name) / "prepared")
        for number in range(rounds):
            for make, milestones in results.items():
                folder = Path(name) / f"{number}-{make.split()[0]}"
                for milestone, seconds in measure(folder, make, prepared).items():
                    milestones.setdefault(milestone, []).append(seconds)
    print(f"median of {rounds}, Python {sys.version.split()[0]}, {os.cpu_count()} cores")
    for milestone, seconds_of in results["template"].items():
        bare = results["bare steps"].get(milestone)
        ratio = (
            f"{median(bare):6.2f} s bare, ratio {median(seconds_of) / median(bare):.2f}"
            if bare
            else ""
        )
        print(f"{milestone:14} {median(seconds_of):6.2f} s  {ratio}")


if __name__ == "__main__":
    main()
