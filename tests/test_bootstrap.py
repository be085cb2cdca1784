"""The parts of the setup: the project's `scripts/setup.py`, and the progress that the hook shows."""

from __future__ import annotations

import ast
import io
import json
import os
import re
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from pytest_cookies.plugin import Cookies
from rich.console import Console

from drf_jwt_template import bootstrap
from drf_jwt_template.answers.reading import read
from drf_jwt_template.rendering import command

from .baking import bake


@pytest.fixture
def setup_of(cookies: Cookies) -> Callable[..., ModuleType]:
    """A function that returns the setup script of a project with these answers."""

    def load(**answers: Any) -> ModuleType:
        return bootstrap._load_script(bake(cookies, answers) / "scripts" / "setup.py")

    return load


class Recorder:
    def __init__(self) -> None:
        self.lines: list[str] = []

    def started(self, step: str) -> None:
        self.lines.append(f"{step} started")

    def done(self, step: str, seconds: float, note: str) -> None:
        assert seconds >= 0
        self.lines.append(f"{step} done: {note}")

    def failed(self, step: str, seconds: float, reason: str) -> None:
        assert seconds >= 0
        self.lines.append(f"{step} failed: {reason}")


def secrets_of(setup: ModuleType) -> dict[str, str]:
    rows = (setup.ROOT / ".env").read_text("utf-8").splitlines()
    pairs = (row.partition("=") for row in rows if "=" in row and not row.startswith("#"))
    return {name: value for name, _, value in pairs}


def replace_keys_command(setup: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """Creates an empty signing key, without the Python of the project."""

    def make_key(*command: object) -> str:
        assert command[1:3] == ("-m", "tokens.keys")
        key = setup.ROOT / str(command[3])
        key.parent.mkdir()
        key.touch()
        return ""

    monkeypatch.setattr(setup, "run", make_key)


@pytest.mark.parametrize(("algorithm", "key"), [("HS256", "jwt.txt"), ("ES256", "jwt.pem")])
def test_secrets_are_written_once(
    setup_of: Callable[..., ModuleType], monkeypatch: pytest.MonkeyPatch, algorithm: str, key: str
) -> None:
    setup = setup_of(algorithm=algorithm)
    replace_keys_command(setup, monkeypatch)
    assert setup.write_secrets() == f"wrote .env and keys/{key}"
    found = secrets_of(setup)
    assert found.pop("JWT_SIGNING_KEY_FILE") == f"keys/{key}"
    assert len(found["SECRET_KEY"]) >= 50
    for value in found.values():
        assert re.fullmatch(r"[\w.@+-]+", value)
    if os.name == "posix":
        assert stat.S_IMODE((setup.ROOT / ".env").stat().st_mode) == 0o600
    # A second run changes nothing.
    assert setup.write_secrets() == "unchanged"
    assert secrets_of(setup)["SECRET_KEY"] == found["SECRET_KEY"]


def test_two_projects_have_different_secrets(
    setup_of: Callable[..., ModuleType], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = setup_of(project_slug="one"), setup_of(project_slug="other")
    for setup in (one, other):
        replace_keys_command(setup, monkeypatch)
        setup.write_secrets()
    assert secrets_of(one)["SECRET_KEY"] != secrets_of(other)["SECRET_KEY"]


def test_empty_secret_is_filled_in(
    setup_of: Callable[..., ModuleType],
) -> None:
    setup = setup_of()
    (setup.ROOT / ".env").write_text(
        "# mine\nDEBUG=False\nJWT_SIGNING_KEY=mine\nSECRET_KEY=\n", "utf-8"
    )
    assert setup.write_secrets() == "wrote .env"
    lines = (setup.ROOT / ".env").read_text("utf-8").splitlines()
    assert lines[:3] == ["# mine", "DEBUG=False", "JWT_SIGNING_KEY=mine"]
    assert len(lines[3]) > len("SECRET_KEY=") + 40


def test_configured_key_file_is_kept(setup_of: Callable[..., ModuleType]) -> None:
    setup = setup_of(algorithm="ES256")
    (setup.ROOT / ".env").write_text(
        "SECRET_KEY=mine\nJWT_SIGNING_KEY_FILE=/run/secrets/key\n", "utf-8"
    )
    assert setup.write_secrets() == "unchanged"
    assert not (setup.ROOT / "keys").exists()


@pytest.mark.parametrize("name", [".env", ".python-version"])
def test_file_in_other_encoding_is_named(setup_of: Callable[..., ModuleType], name: str) -> None:
    setup = setup_of()
    (setup.ROOT / name).write_bytes("SECRET_KEY=\n".encode("utf-16"))
    read = setup.write_secrets if name == ".env" else setup.find_python
    with pytest.raises(setup.StepError, match=f"{name} must be encoded as UTF-8"):
        read()


def test_undeletable_environment_is_named(
    setup_of: Callable[..., ModuleType], monkeypatch: pytest.MonkeyPatch
) -> None:
    setup = setup_of()
    setup.VENV.mkdir()
    monkeypatch.setattr(setup.shutil, "rmtree", lambda *_, **__: None)
    monkeypatch.setattr(setup.time, "sleep", lambda _: None)
    with pytest.raises(setup.StepError, match="cannot be replaced; delete it"):
        setup.create_environment("uv")


def test_failed_step_ends_setup(
    setup_of: Callable[..., ModuleType], monkeypatch: pytest.MonkeyPatch
) -> None:
    setup = setup_of()

    def fail() -> str:
        raise setup.StepError("out of luck")

    def refuse() -> str:
        raise PermissionError(13, "Permission denied", ".env")

    report = Recorder()
    monkeypatch.setattr(setup, "prepare_git", lambda first_commit: "skipped")
    monkeypatch.setattr(setup, "STEPS", (("One", lambda: "fine"), ("Two", fail), ("Three", fail)))
    assert setup.run_steps(report) is False
    expected = ["One started", "One done: fine", "Two started", "Two failed: out of luck"]
    assert report.lines == expected
    report = Recorder()
    monkeypatch.setattr(setup, "STEPS", (("One", refuse),))
    assert setup.run_steps(report) is False
    assert report.lines[-1] == "One failed: [Errno 13] Permission denied: '.env'"
    monkeypatch.setattr(setup, "STEPS", (("One", lambda: "fine"),))
    assert setup.run_steps(Recorder()) is True


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        (
            "error: no such host\n  Caused by: gone\n  Caused by: no route\n",
            "error: no such host\nCaused by: no route",
        ),
        ("error: no file\ncause: gone\ncause: full\nhint: none\n", "error: no file\ncause: full"),
        ("Collecting uv\nERROR: no matching distribution\n", "ERROR: no matching distribution"),
        (
            "Traceback (most recent call last):\n  x = y\n  ~~^~~\nNameError: y\n",
            "x = y\nNameError: y",
        ),
        ("", "exited with 3"),
    ],
)
def test_failure_reason_is_short(
    setup_of: Callable[..., ModuleType], output: str, reason: str
) -> None:
    setup = setup_of()
    code = f"import sys; sys.stderr.write({output!r}); sys.exit(3)"
    with pytest.raises(setup.StepError) as caught:
        setup.run(sys.executable, "-c", code)
    assert str(caught.value).endswith(reason)


def test_missing_command_is_named(setup_of: Callable[..., ModuleType]) -> None:
    setup = setup_of()
    with pytest.raises(setup.StepError, match="no-such-command: .+"):
        setup.run("no-such-command")


@pytest.mark.parametrize("name", ["HOME", "HTTPS_PROXY", "UV_CACHE_DIR", "UV_INDEX_CORP_PASSWORD"])
def test_commands_get_variables_of_network(
    setup_of: Callable[..., ModuleType], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    setup = setup_of()
    monkeypatch.setenv(name, "value")
    assert setup.clean_environment()[name] == "value"


@pytest.mark.parametrize("name", ["DEBUG", "GIT_DIR", "PIP_TARGET", "PYTHONPATH", "UV_FROZEN"])
def test_commands_ignore_other_variables(
    setup_of: Callable[..., ModuleType], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    setup = setup_of()
    monkeypatch.setenv(name, "value")
    shown = setup.run(sys.executable, "-c", "import os; print(*sorted(os.environ))")
    assert name not in shown.split()


def test_older_python_can_run_setup(setup_of: Callable[..., ModuleType]) -> None:
    source = (setup_of().ROOT / "scripts" / "setup.py").read_text("utf-8")
    # Such as that of macOS.
    tree = ast.parse(source, feature_version=(3, 9))
    # Python 3.9 cannot evaluate annotations such as `str | None`.
    names = [node.names[0].name for node in tree.body if isinstance(node, ast.ImportFrom)]
    assert names[0] == "annotations"


@pytest.mark.skipif(os.name == "nt", reason="Windows ignores the first line of a script")
def test_python_is_found_on_path(
    setup_of: Callable[..., ModuleType], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    setup = setup_of()
    assert setup.find_python() == os.path.realpath(sys.executable)
    monkeypatch.setattr(setup, "OLDEST_PYTHON", (3, 90))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert setup.find_python() is None
    # A Python that does not start, such as that of a version manager, is ignored.
    for name, text in (("python3.92", "#!/bin/sh\nexit 127\n"), ("python3.91", "#!/bin/sh\n")):
        (tmp_path / name).write_text(text, "utf-8")
        (tmp_path / name).chmod(0o755)
    assert setup.find_python() == str(tmp_path / "python3.91")
    # The pinned version is used, or none.
    (setup.ROOT / ".python-version").write_text("3.92\n", "utf-8")
    assert setup.find_python() is None
    (setup.ROOT / ".python-version").write_text("3.91\n", "utf-8")
    assert setup.find_python() == str(tmp_path / "python3.91")


def test_terminal_shows_progress(
    setup_of: Callable[..., ModuleType], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    setup = setup_of()
    monkeypatch.setattr(
        setup, "STEPS", (("One", lambda: "fine [bold]\nsecond line"), ("Two", lambda: 1 / 0))
    )
    monkeypatch.setattr(bootstrap, "_load_script", lambda script: setup)
    terminal = Console(
        file=io.StringIO(), force_terminal=True, color_system=None, highlight=False, width=200
    )
    with pytest.raises(ZeroDivisionError):
        bootstrap.set_up(tmp_path, terminal, first_commit=True)
    shown = terminal.file.getvalue()  # type: ignore[attr-defined]
    assert "One ..." in shown
    assert re.search(r"✓ One \(\d\.\d s\): fine \[bold\]\n", shown)
    assert "  second line\n" in shown
    assert "Two ..." in shown


def test_dumb_terminal_shows_beginning_of_step(
    setup_of: Callable[..., ModuleType],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    setup = setup_of()
    monkeypatch.setattr(setup, "STEPS", (("One", lambda: "fine"),))
    monkeypatch.setattr(bootstrap, "_load_script", lambda script: setup)
    monkeypatch.setenv("TERM", "dumb")
    bootstrap.set_up(tmp_path, Console(force_terminal=True), first_commit=True)
    assert capsys.readouterr().out.startswith("One ...\nOne done (0.0 s): fine\n")


def test_setup_error_keeps_project(
    setup_of: Callable[..., ModuleType],
    monkeypatch: pytest.MonkeyPatch,
    default_answers: dict[str, object],
    capsys: pytest.CaptureFixture[str],
) -> None:
    setup = setup_of()
    monkeypatch.chdir(setup.ROOT)
    for error, shown in (
        (RuntimeError("odd"), "RuntimeError: odd"),
        (KeyboardInterrupt(), "Interrupted"),
    ):

        def fail(*_: object, error: BaseException = error, **__: object) -> bool:
            raise error

        monkeypatch.setattr(bootstrap, "set_up", fail)
        bootstrap.finish_project(json.dumps({**default_answers, "_template": "here"}), update=False)
        out = capsys.readouterr().out
        assert shown in out
        assert out.rstrip().endswith(command.setup_command(setup.ROOT))


def test_first_commit_is_left_to_users_of_cruft(
    setup_of: Callable[..., ModuleType],
    monkeypatch: pytest.MonkeyPatch,
    default_answers: dict[str, object],
) -> None:
    setup = setup_of()
    monkeypatch.chdir(setup.ROOT)
    commits = []

    def set_up(*_: object, first_commit: bool) -> bool:
        commits.append(first_commit)
        return True

    monkeypatch.setattr(bootstrap, "set_up", set_up)
    for variables in ({}, {"_commit": "1234567"}):
        bootstrap.finish_project(json.dumps({**default_answers, **variables}), update=False)
    assert commits == [True, False]


def test_update_runs_no_setup(
    setup_of: Callable[..., ModuleType],
    monkeypatch: pytest.MonkeyPatch,
    default_answers: dict[str, object],
    capsys: pytest.CaptureFixture[str],
) -> None:
    setup = setup_of()
    monkeypatch.chdir(setup.ROOT)
    before = sorted(os.walk(setup.ROOT))
    bootstrap.finish_project(json.dumps({**default_answers, "_template": "here"}), update=True)
    assert sorted(os.walk(setup.ROOT)) == before
    assert capsys.readouterr().out == ""


def test_empty_folders_are_removed(
    setup_of: Callable[..., ModuleType],
    monkeypatch: pytest.MonkeyPatch,
    default_answers: dict[str, object],
) -> None:
    project = setup_of().ROOT
    (project / "api" / "migrations" / "__init__.py").unlink()
    (project / "notes").mkdir()
    monkeypatch.chdir(project)
    bootstrap.finish_project(json.dumps({**default_answers, "run_setup": False}), update=False)
    assert not (project / "api" / "migrations").exists()
    # It is not one of the template's.
    assert (project / "notes").exists()
    assert (project / "api" / "urls.py").exists()


@pytest.mark.parametrize(
    ("changed", "policy"),
    [
        (
            {},
            "Tokens: pair (rotated), revocation sessions, access 5 minutes, refresh 1 day,\n"
            "        HS256\n"
            "Paths:  /api/token/ /api/token/refresh/ /api/token/verify/\n"
            "        /api/token/blacklist/",
        ),
        (
            {
                "token_flow": "sliding",
                "revocation": "none",
                "access_token_lifetime": "1h30m",
                "algorithm": "EdDSA",
                "token_verify_path": "none",
                "token_obtain_path": "login",
            },
            "Tokens: sliding, revocation none, access 1 hour 30 minutes, refresh 1 day,\n"
            "        EdDSA\n"
            "Paths:  /login /api/token/refresh/",
        ),
        (
            {"token_flow": "pair-with-refresh-cookie", "rotate_refresh_tokens": False},
            "Tokens: pair-with-refresh-cookie (not rotated), revocation sessions, access 5\n"
            "        minutes, refresh 1 day, HS256\n"
            "Paths:  /api/token/ /api/token/refresh/ /api/token/verify/\n"
            "        /api/token/blacklist/",
        ),
    ],
)
def test_policy_is_described(
    default_answers: dict[str, object], changed: dict[str, object], policy: str
) -> None:
    assert bootstrap.describe_policy(read({**default_answers, **changed})) == policy
