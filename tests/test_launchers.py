"""The command that a refusal prints: by the program that started Cookiecutter or cruft."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from .baking import BIN, run, run_refused, run_uv
from .files import files_of
from .test_front_ends import (
    TEMPLATE,
    TOOLS,
    command_in,
    home,
    oldest_cookiecutter,
    only_folder,
    template,
)

__all__ = ["home", "template"]

pytestmark = [
    pytest.mark.costly,
    pytest.mark.skipif(os.name == "nt", reason="the environments are those of POSIX systems"),
]


@pytest.fixture
def variables(home: dict[str, str]) -> dict[str, str]:
    """Environment variables of a shell that finds the tools."""
    return {**home, "PATH": f"{TOOLS}{os.pathsep}{os.environ['PATH']}"}


@pytest.mark.parametrize(
    "launcher",
    [["cookiecutter"], ["uvx", "cookiecutter"], [sys.executable, "-m", "cookiecutter"]],
    ids=" ".join,
)
def test_command_has_launcher_of_cookiecutter(
    tmp_path: Path, variables: dict[str, str], launcher: list[str]
) -> None:
    options = [str(TEMPLATE), "--output-dir=out", "--no-input"]
    answers = ["access_token_lifetime=soon", "algorithm=ES256", "run_setup=False"]
    shown = run_refused(*launcher, *options, *answers, cwd=tmp_path, **variables)
    command = command_in(shown)
    assert command == [*launcher, *options, *answers[1:]]
    run(*command, cwd=tmp_path, **variables)
    assert "config/jwt.py" in files_of(only_folder(tmp_path / "out"))


@pytest.mark.parametrize(
    "launcher", [["cruft"], ["uvx", "cruft"], [sys.executable, "-m", "cruft"]], ids=" ".join
)
def test_command_has_launcher_of_cruft(
    tmp_path: Path, variables: dict[str, str], template: Path, launcher: list[str]
) -> None:
    options = ["create", str(template), "--output-dir=out", "-y"]
    answers = json.dumps({"algorithm": "ES256", "run_setup": False, "api_prefix": "a b"})
    file = tmp_path / "answers.json"
    file.write_text(answers, encoding="utf-8")
    for given in (["--extra-context", answers], [f"--extra-context-file={file}"]):
        shown = run_refused(*launcher, *options, *given, cwd=tmp_path, **variables)
        command = command_in(shown)
        assert command[:-1] == [*launcher, *options, "--extra-context"]
        assert json.loads(command[-1]) == {"algorithm": "ES256", "run_setup": False}


def test_command_has_path_unless_shell_finds_tool(tmp_path: Path, home: dict[str, str]) -> None:
    program = str(oldest_cookiecutter())
    shown = run_refused(program, str(TEMPLATE), "--no-input", "superuser=x", cwd=tmp_path, **home)
    assert command_in(shown) == [program, str(TEMPLATE), "--no-input"]


@pytest.mark.parametrize(
    ("folder", "receipt", "by_link", "launcher"),
    [
        ("pipx/312", "pipx_metadata.json", False, ["pipx", "run", "cookiecutter"]),
        ("pipx/venvs/cookiecutter", "pipx_metadata.json", True, ["cookiecutter"]),
        ("uv/tools/cookiecutter", "uv-receipt.toml", True, ["cookiecutter"]),
        # `uvx` runs an installed tool.
        ("uv/tools/cookiecutter", "uv-receipt.toml", False, ["uvx", "cookiecutter"]),
    ],
)
def test_command_has_launcher_of_installed_tool(
    tmp_path: Path,
    home: dict[str, str],
    folder: str,
    receipt: str,
    by_link: bool,
    launcher: list[str],
) -> None:
    # An environment like those of pipx, which itself is not installed, and of uv.
    environment = tmp_path / folder
    run_uv("venv", "--quiet", "--python", sys.executable, environment)
    run_uv("pip", "install", "--quiet", "--python", environment, "cookiecutter")
    (environment / receipt).touch()
    program = environment / BIN / "cookiecutter"
    if by_link:
        link = tmp_path / "bin" / "cookiecutter"
        link.parent.mkdir()
        link.symlink_to(program)
        program = link
    path = {"PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}"}
    arguments = [str(TEMPLATE), "--no-input"]
    shown = run_refused(program, *arguments, "superuser=x", cwd=tmp_path, **path, **home)
    assert command_in(shown) == [*launcher, *arguments]


def test_command_omits_replay(tmp_path: Path, home: dict[str, str]) -> None:
    program = TOOLS / "cookiecutter"
    # Cookiecutter saves the answers before it renders.
    run_refused(program, str(TEMPLATE), "--no-input", "superuser=x", cwd=tmp_path, **home)
    shown = run_refused(program, str(TEMPLATE), "--replay", cwd=tmp_path, **home)
    assert command_in(shown) == [str(program), str(TEMPLATE)]
    file = next((tmp_path / "replay").glob("*.json"))
    options = [str(TEMPLATE), "--replay-file", str(file), "-f"]
    shown = run_refused(program, *options, cwd=tmp_path, **home)
    assert command_in(shown) == [str(program), str(TEMPLATE), "-f"]
