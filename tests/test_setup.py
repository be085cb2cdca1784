"""The whole setup: the hook after rendering, and `make setup` in the project."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from .baking import (
    BIN,
    ROOT,
    create_database,
    environment_for,
    run,
    run_refused,
    run_server,
    run_unchecked,
)
from .test_front_ends import TEMPLATE, cookiecutter, home

__all__ = ["home"]

pytestmark = pytest.mark.costly

TOOLS = Path(sys.executable).parent
WINDOWS = os.name == "nt"
# The commands of a user: the setup in the project, and a shell to paste into.
SETUP = (sys.executable, r"scripts\setup.py") if WINDOWS else ("make", "setup")
SHELL = ("cmd", "/c") if WINDOWS else ("sh", "-c")
# An address without a server, in place of a network.
NOWHERE = "http://127.0.0.1:9"


@pytest.fixture
def path_with_uv() -> dict[str, str]:
    return {"PATH": f"{TOOLS}{os.pathsep}{os.environ['PATH']}"}


@pytest.fixture
def path_without_uv(tmp_path: Path) -> dict[str, str]:
    """A PATH with the tools of a new machine only."""
    if WINDOWS:
        pytest.skip("Windows cannot have a PATH of links")
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("awk", "git", "make", "sh"):
        (folder / name).symlink_to(shutil.which(name) or pytest.fail(f"{name} is missing"))
    (folder / "python3").symlink_to(sys.executable)
    return {"PATH": str(folder)}


@pytest.fixture
def no_network(tmp_path: Path) -> dict[str, str]:
    return {
        **dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), NOWHERE),
        "PIP_CACHE_DIR": str(tmp_path / "pip"),
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_FIND_LINKS": "",
        "PIP_RETRIES": "0",
        "UV_CACHE_DIR": str(tmp_path / "uv"),
        "UV_HTTP_RETRIES": "0",
    }


def fetch_token(shown: str, project: Path, **variables: str) -> str:
    """Runs the command that the setup has printed at its end, and returns the token."""
    commands = re.findall(r"^ *(curl (?:.*\\\n)*.*)$", shown, re.MULTILINE)
    assert len(commands) == 1, shown
    with run_server(project) as port:
        command = commands[0].replace(":8000/", f":{port}/")
        response = run(*SHELL, f"{command} --silent --fail", cwd=project, **variables)
    match = re.search(r'"(access|token)":"(\S+?)"', response)
    assert match, response
    return match.group(2)


def is_private(path: Path) -> bool:
    """Returns whether only its owner can read a file. On Windows, the folder decides that."""
    return WINDOWS or stat.S_IMODE(path.stat().st_mode) == 0o600


def resume_command(project: Path) -> str:
    """Returns the printed command that continues a setup."""
    if WINDOWS:
        return f"  cd {subprocess.list2cmdline([project])}\n  python scripts\\setup.py"
    return f"  cd {shlex.quote(str(project))} && make setup"


def test_setup_ends_with_first_token(
    tmp_path: Path, home: dict[str, str], path_with_uv: dict[str, str]
) -> None:
    # The path contains spaces, a quote and a dollar.
    output = tmp_path / "my projects $HOME's"
    shown = cookiecutter(output, "--no-input", home={**home, **path_with_uv})
    project = output / "my_api"
    steps = re.findall(r"^(\w+) done \(\d+\.\d s\): ", shown, re.MULTILINE)
    assert steps == ["Environment", "Secrets", "Database", "Git"], shown
    assert f"{project} is ready" in shown
    assert fetch_token(shown, project)

    assert is_private(project / ".env")
    assert run("git", "check-ignore", ".env", "db.sqlite3", ".venv", cwd=project)
    assert (project / ".git" / "hooks" / "pre-commit").exists()
    version = "{}.{}\n".format(*sys.version_info)
    assert (project / ".python-version").read_text("utf-8") == version
    assert (project / "api" / "migrations" / "0001_initial.py").exists()
    password = re.search(r"has this password, shown only once:\n  (\S+)\n", shown)
    assert password
    for folder in (project, tmp_path / "replay"):
        for path in folder.rglob("*"):
            if path.is_file() and ".venv" not in path.parts:
                assert password.group(1).encode() not in path.read_bytes(), path

    # A second run changes nothing.
    before = (project / ".env").read_bytes()
    shown = run(*SETUP, cwd=project, **path_with_uv)
    assert "The superuser admin exists." in shown
    assert (project / ".env").read_bytes() == before


def test_skipped_setup_can_run_later(
    tmp_path: Path, home: dict[str, str], path_with_uv: dict[str, str]
) -> None:
    answers = ("algorithm=EdDSA", "login_field=email", "project_slug=later")
    environment = {**home, **path_with_uv}
    shown = cookiecutter(tmp_path, "--no-input", "run_setup=no", *answers, home=environment)
    project = tmp_path / "later"
    for name in (".env", ".git", ".venv", "keys", "db.sqlite3", "api/migrations/0001_initial.py"):
        assert not (project / name).exists(), name
    assert shown.rstrip().endswith(resume_command(project))
    password = "given & 'quoted' $HOME"
    shown = run(*SETUP, cwd=project, DJANGO_SUPERUSER_PASSWORD=password, **path_with_uv)
    assert password not in shown
    assert is_private(project / "keys" / "jwt.pem")
    assert run("git", "check-ignore", "keys/jwt.pem", cwd=project)
    if not WINDOWS:
        # The shells of Windows have different syntaxes for variables.
        assert fetch_token(shown, project, DJANGO_SUPERUSER_PASSWORD=password)


def test_setup_without_uv(
    tmp_path: Path, home: dict[str, str], path_without_uv: dict[str, str]
) -> None:
    shown = cookiecutter(tmp_path / "out", "--no-input", home={**home, **path_without_uv})
    project = tmp_path / "out" / "my_api"
    assert "installed with uv inside .venv" in shown
    assert "is ready" in shown
    # A second run uses the existing environment, and does not remove uv.
    shown = run(*SETUP, cwd=project, **path_without_uv)
    assert "The superuser admin exists." in shown
    # The README's commands for dependencies.
    uv = project / ".venv" / BIN / "uv"
    run(uv, "add", "--quiet", "idna", cwd=project)
    run(uv, "sync", "--upgrade", "--quiet", cwd=project)
    assert run(uv, "--version", cwd=project)


@pytest.mark.slow
@pytest.mark.parametrize("uv", [True, False], ids=["with uv", "without uv"])
def test_setup_without_network(
    tmp_path: Path,
    home: dict[str, str],
    path_with_uv: dict[str, str],
    path_without_uv: dict[str, str],
    no_network: dict[str, str],
    uv: bool,
) -> None:
    path = path_with_uv if uv else path_without_uv
    output = tmp_path / "out"
    shown = cookiecutter(output, "--no-input", home={**home, **path, **no_network})
    project = output / "my_api"
    assert (project / "manage.py").exists()
    failed = re.search(r"^Environment failed \(\d+\.\d s\): (.*\n(  .*\n)?)", shown, re.MULTILINE)
    assert failed, shown
    assert re.search("connect|fetch|index|uv", failed.group(1), re.IGNORECASE)
    assert f"The project is kept in {project}." in shown
    assert shown.rstrip().endswith(resume_command(project))
    assert "password" not in shown

    # The printed command continues the setup when the network is available.
    command = " && ".join(map(str.strip, resume_command(project).splitlines()))
    shown = run(*SHELL, command, cwd=tmp_path, **path_with_uv)
    assert fetch_token(shown, project)


def test_failed_step_is_named_and_resumed(
    tmp_path: Path, home: dict[str, str], path_with_uv: dict[str, str]
) -> None:
    unreachable = {"DATABASE_URL": "postgres://nobody@127.0.0.1:9/none"}
    environment = {**home, **path_with_uv, **unreachable}
    shown = cookiecutter(tmp_path / "out", "--no-input", "database=postgresql", home=environment)
    project = tmp_path / "out" / "my_api"
    assert "Database failed" in shown
    assert "cannot use the database none at 127.0.0.1:9:" in shown
    assert "Connection refused\n" in shown
    assert "DATABASE_URL=postgres://USER:PASSWORD@HOST:5432/NAME" in shown
    secrets = (project / ".env").read_bytes()
    status, shown = run_unchecked(*SETUP, cwd=project, DATABASE_URL="none", **path_with_uv)
    assert status != 0
    assert "The settings are invalid: The environment variable DATABASE_URL must be a URL" in shown
    assert "ImproperlyConfigured" not in shown
    database = f"sqlite:///{project / 'db.sqlite3'}"
    shown = run(*SETUP, cwd=project, DATABASE_URL=database, **path_with_uv)
    assert "Ready" in shown
    assert (project / ".env").read_bytes() == secrets


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="this Python is new enough for Django 6.1")
@pytest.mark.parametrize("uv", [True, False], ids=["with uv", "without uv"])
def test_missing_python_is_named(
    tmp_path: Path,
    home: dict[str, str],
    path_without_uv: dict[str, str],
    no_network: dict[str, str],
    uv: bool,
) -> None:
    environment = {**home, **path_without_uv, **no_network}
    environment["UV_PYTHON_INSTALL_DIR"] = str(tmp_path / "none")
    if uv:
        (tmp_path / "bin" / "uv").symlink_to(TOOLS / "uv")
    answer = "django_version=django-6.1"
    shown = cookiecutter(tmp_path / "out", "--no-input", answer, home=environment)
    assert re.search(r"Environment failed .*: Python 3\.12 or newer is required", shown)
    assert ("uv could not download it: " in shown) == uv
    assert (tmp_path / "out" / "my_api" / "manage.py").exists()


def test_missing_database_is_created(
    tmp_path: Path, home: dict[str, str], path_with_uv: dict[str, str]
) -> None:
    python = environment_for("django-5.2") / BIN / "python"
    with create_database("postgresql", python, tmp_path) as url:
        server, _, name = url.rpartition("/")
        run("dropdb", "--maintenance-db", f"{server}/postgres", name, cwd=tmp_path)
        environment = {**home, **path_with_uv, "DATABASE_URL": url}
        shown = cookiecutter(tmp_path / "out", "--no-input", home=environment)
        assert f"migrated {name} at {urlsplit(url).hostname}:" in shown


def test_overwritten_project_keeps_secrets(
    tmp_path: Path, home: dict[str, str], path_with_uv: dict[str, str]
) -> None:
    environment = {**home, **path_with_uv}
    arguments = ["--no-input", "algorithm=ES256"]
    cookiecutter(tmp_path / "out", *arguments, home=environment)
    project = tmp_path / "out" / "my_api"
    kept = [(project / name).read_bytes() for name in (".env", "keys/jwt.pem", "db.sqlite3")]
    (project / "Makefile").write_text("gone", "utf-8")
    cookiecutter(tmp_path / "out", *arguments, "--overwrite-if-exists", home=environment)
    assert [(project / n).read_bytes() for n in (".env", "keys/jwt.pem", "db.sqlite3")] == kept
    assert (project / "Makefile").read_text("utf-8") != "gone"


@pytest.fixture
def author() -> dict[str, str]:
    """The variables with which git knows the author of a commit."""
    return {
        f"GIT_{role}_{name}": value
        for role in ("AUTHOR", "COMMITTER")
        for name, value in (("NAME", "Ada"), ("EMAIL", "ada@example.com"))
    }


def test_clone_is_set_up(
    tmp_path: Path, home: dict[str, str], path_with_uv: dict[str, str], author: dict[str, str]
) -> None:
    cookiecutter(tmp_path / "out", "--no-input", home={**home, **path_with_uv, **author})
    project = tmp_path / "out" / "my_api"
    run("git", "clone", "--quiet", str(project), str(tmp_path / "clone"), cwd=tmp_path)
    shown = run(*SETUP, cwd=tmp_path / "clone", **path_with_uv)
    assert fetch_token(shown, tmp_path / "clone")
    assert (tmp_path / "clone" / ".env").read_bytes() != (project / ".env").read_bytes()
    assert run("git", "status", "--porcelain", cwd=tmp_path / "clone") == ""


def test_unprintable_output_keeps_project(tmp_path: Path, home: dict[str, str]) -> None:
    output = tmp_path / "ünï ☕"
    options = ("--no-input", "run_setup=no")
    shown = cookiecutter(output, *options, home={**home, "PYTHONIOENCODING": "ascii"})
    assert "n? ?" in shown
    assert (output / "my_api" / "manage.py").exists()


@pytest.mark.skipif(WINDOWS, reason="Windows reports a closed pipe differently")
def test_closed_output_keeps_project(tmp_path: Path, home: dict[str, str]) -> None:
    command = shlex.join([str(TOOLS / "cookiecutter"), str(TEMPLATE), "--no-input", "run_setup=no"])
    run("sh", "-c", f"{command} | true", cwd=tmp_path, **home)
    assert (tmp_path / "my_api" / "manage.py").exists()


# Variables that change what git, uv, pip, Python, Django, pytest, mypy and ruff do.
HOSTILE = {
    "DEBUG": "False",
    "DJANGO_SETTINGS_MODULE": "other.settings",
    "GIT_DIR": "/nonexistent",
    "GIT_WORK_TREE": "/nonexistent",
    "JWT_SIGNING_KEY": "short",
    "MYPYPATH": "/nonexistent",
    "NUM_PROXIES": "many",
    "PIP_NO_DEPS": "1",
    "PIP_TARGET": "/nonexistent",
    "PYTEST_ADDOPTS": "--nonsense",
    "PYTHON": "/nonexistent",
    "PYTHONHOME": "/nonexistent",
    "PYTHONOPTIMIZE": "2",
    "PYTHONSAFEPATH": "1",
    "RUFF_OUTPUT_FORMAT": "json",
    "SECRET_KEY": "short",
    "UV_FROZEN": "1",
    "UV_NO_DEV": "1",
    "UV_PROJECT_ENVIRONMENT": "/nonexistent",
    "VIRTUAL_ENV": "/nonexistent",
}


@pytest.mark.slow
@pytest.mark.skipif(WINDOWS, reason="Windows has no make")
def test_variables_of_caller_are_ignored(
    tmp_path: Path, home: dict[str, str], path_with_uv: dict[str, str]
) -> None:
    cookiecutter(tmp_path / "out", "--no-input", "run_setup=no", home=home)
    project = tmp_path / "out" / "my_api"
    hidden = tmp_path / "hidden"
    hidden.mkdir()
    for module in ("csv", "django", "pytest", "secrets"):
        (hidden / f"{module}.py").write_text("raise SystemExit('the wrong module')", "utf-8")
    variables = {**path_with_uv, **HOSTILE, "PYTHONPATH": str(hidden)}
    assert fetch_token(run("make", "setup", cwd=project, **variables), project)
    shown = run("make", "--eval", "show: ; @env", "show", cwd=project, **variables)
    # Only the setup uses pip and uv; it filters their variables itself.
    passed = {line.partition("=")[0] for line in shown.splitlines()} & set(HOSTILE)
    assert {name for name in passed if not name.startswith(("PIP_", "UV_"))} == set()
    for target in ("migrations", "schema", "test"):
        run("make", target, cwd=project, **variables)
    status = run_unchecked("make", "run", cwd=project, **variables, DATABASE_URL="x")
    assert "DATABASE_URL must be a URL" in status[1]


@pytest.mark.skipif(WINDOWS, reason="Windows has no make")
def test_variables_of_caller_do_not_reach_tests() -> None:
    hostile = {**HOSTILE, "DATABASE_URL": "postgres://127.0.0.1/other"}
    shown = run("make", "--eval", "show: ; @env", "show", cwd=ROOT, **hostile)
    assert {line.partition("=")[0] for line in shown.splitlines()}.isdisjoint(hostile)


@pytest.mark.skipif(WINDOWS, reason="Windows has no make")
def test_variables_of_network_are_kept(tmp_path: Path, home: dict[str, str]) -> None:
    cookiecutter(tmp_path / "out", "--no-input", "run_setup=no", home=home)
    kept = dict.fromkeys(("CACHE_URL", "HTTPS_PROXY", "UV_CACHE_DIR", "UV_INDEX_URL"), "value")
    show = ("make", "--eval", "show: ; @env", "show")
    shown = run(*show, cwd=tmp_path / "out" / "my_api", **kept).splitlines()
    assert {f"{name}=value" for name in kept} <= set(shown)


def test_missing_secret_is_named(tmp_path: Path, home: dict[str, str]) -> None:
    cookiecutter(tmp_path / "out", "--no-input", "run_setup=no", home=home)
    project = tmp_path / "out" / "my_api"
    (project / ".venv").symlink_to(environment_for("django-5.2"), target_is_directory=True)
    python = project / ".venv" / BIN / "python"
    for given, missing in (({}, "JWT_SIGNING_KEY"), ({"JWT_SIGNING_KEY": "x" * 40}, "SECRET_KEY")):
        shown = run_refused(python, "manage.py", "check", cwd=project, **given)
        assert missing in shown
    given = {"JWT_SIGNING_KEY": "x" * 40, "SECRET_KEY": "y" * 60}
    code = "from django.conf import settings as s; print(s.DEBUG, s.SECURE_SSL_REDIRECT)"
    assert "False True" in run(python, "manage.py", "shell", "-c", code, cwd=project, **given)
