"""Measures the time from the command to a ready project, a first token and passed tests.

    python -m benchmarks.first_token [rounds]

For comparison, measures the manual steps with the same result: `uv venv`, `uv pip install` of the same
packages, `migrate`, `createsuperuser`. Both are measured alternately, in one run, with a warm package
cache. Compare the ratios of the medians.
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

from tools.demo import find_free_port, wait_for_server

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


def render_project(folder: Path, *answers: str) -> Path:
    options = ["--no-input", "--default-config", "--output-dir", str(folder)]
    run(TOOLS / "cookiecutter", ROOT, *options, *answers, cwd=ROOT)
    return folder / "my_api"


def fetch_token(project: Path) -> None:
    port = find_free_port()
    server = subprocess.Popen(
        [project / ".venv" / "bin" / "python", "manage.py", "runserver", "--noreload", str(port)],
        cwd=project,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for_server(port, server)
        connection = HTTPConnection("127.0.0.1", port, timeout=30)
        headers = {"Content-Type": "application/json"}
        connection.request("POST", "/api/token/", json.dumps(LOGIN), headers)
        if "access" not in json.loads(connection.getresponse().read()):
            sys.exit("The response contains no token.")
    finally:
        server.terminate()
        server.wait()


def measure_milestones(folder: Path, method: str, prepared: Path) -> dict[str, float]:
    """Returns the seconds from the start to each milestone."""
    if method == "template":
        start = time.perf_counter()
        project = render_project(folder)
    else:
        # The manual steps start with existing files: writing these is not measured.
        project = render_project(folder, "run_setup=no")
        copy_files(project, prepared)
        start = time.perf_counter()
        run_manual_steps(project)
    ready = time.perf_counter()
    fetch_token(project)
    token = time.perf_counter()
    found = {"ready": ready - start, "first token": token - start}
    if method == "template":
        run(project / ".venv" / "bin" / "pytest", "-q", cwd=project)
        found["tests passed"] = time.perf_counter() - start
    return found


def copy_files(project: Path, prepared: Path) -> None:
    """Copies the settings, the signing key and the first migrations, and lists the packages."""
    for name in ("accounts/migrations", "api/migrations", "keys", "tokens/migrations"):
        shutil.copytree(prepared / name, project / name, dirs_exist_ok=True)
    shutil.copy(prepared / ".env", project / ".env")
    frozen = subprocess.run(
        [UV, "pip", "freeze", "--python", prepared / ".venv"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    (project / "frozen.txt").write_text(frozen, encoding="utf-8")


def run_manual_steps(project: Path) -> None:
    python = project / ".venv" / "bin" / "python"
    run(UV, "venv", "--python", sys.executable, cwd=project)
    run(UV, "pip", "install", "--python", ".venv", "--requirement", "frozen.txt", cwd=project)
    run(python, "manage.py", "migrate", cwd=project)
    superuser = {
        "DJANGO_SUPERUSER_EMAIL": "admin@example.com",
        "DJANGO_SUPERUSER_USERNAME": LOGIN["username"],
    }
    run(python, "manage.py", "createsuperuser", "--noinput", cwd=project, **superuser)


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    results: dict[str, dict[str, list[float]]] = {"template": {}, "manual": {}}
    with tempfile.TemporaryDirectory() as name:
        prepared = render_project(Path(name) / "prepared")
        for number in range(rounds):
            for method, milestones in results.items():
                folder = Path(name) / f"{number}-{method}"
                for milestone, seconds in measure_milestones(folder, method, prepared).items():
                    milestones.setdefault(milestone, []).append(seconds)
    print(f"median of {rounds}, Python {sys.version.split()[0]}, {os.cpu_count()} cores")
    for milestone, times in results["template"].items():
        ratio = ""
        if manual := results["manual"].get(milestone):
            ratio = f"{median(manual):6.2f} s manual, ratio {median(times) / median(manual):.2f}"
        print(f"{milestone:14} {median(times):6.2f} s  {ratio}")


if __name__ == "__main__":
    main()
