"""The repository, the first commit and the commit hook of a project, which its setup creates."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from .baking import BIN, run
from .test_bootstrap import setup_of
from .test_windows import EXE, TOOLS

__all__ = ["setup_of"]

AUTHOR = "[user]\nname = Ada\nemail = ada@example.com\n"


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's empty configuration of git."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home))
    monkeypatch.setenv("PRE_COMMIT_HOME", str(home / "pre-commit"))
    for name in [name for name in os.environ if name.startswith("GIT_") or name == "EMAIL"]:
        monkeypatch.delenv(name)
    return home / ".gitconfig"


@pytest.fixture
def setup(config: Path, setup_of: Callable[..., ModuleType]) -> ModuleType:
    """The setup of a project that has the commands for its commit hook."""
    setup = setup_of()
    commands: Path = setup.VENV / BIN
    commands.mkdir(parents=True)
    (commands / f"pre-commit{EXE}").symlink_to(TOOLS / f"pre-commit{EXE}")
    return setup


def find_commits(project: Path) -> list[str]:
    process = subprocess.run(
        ["git", "log", "--format=%an %G? %s"], cwd=project, capture_output=True, text=True
    )
    return process.stdout.splitlines()


def test_first_commit_contains_all_files(setup: ModuleType, config: Path) -> None:
    config.write_text(AUTHOR, "utf-8")
    note = setup.prepare_git(first_commit=True)
    assert note == "repository created with a first commit; commit hook installed"
    assert find_commits(setup.ROOT) == ["Ada N Create the project"]
    assert run("git", "status", "--porcelain", cwd=setup.ROOT) == ""
    assert (setup.ROOT / ".git" / "hooks" / "pre-commit").exists()
    assert not list(setup.ROOT.glob("*.new"))
    # A second run changes nothing.
    assert setup.prepare_git(first_commit=True) == "commit hook installed"
    assert len(find_commits(setup.ROOT)) == 1


@pytest.mark.parametrize("author", ["", AUTHOR], ids=["unknown author", "cruft"])
def test_repository_without_first_commit(setup: ModuleType, config: Path, author: str) -> None:
    config.write_text(author, "utf-8")
    note = setup.prepare_git(first_commit=not author)
    assert note == "repository created; commit hook installed"
    assert find_commits(setup.ROOT) == []
    assert "?? manage.py" in run("git", "status", "--porcelain", cwd=setup.ROOT)


def test_configuration_of_user_blocks_no_commit(
    setup: ModuleType, config: Path, tmp_path: Path
) -> None:
    hooks = tmp_path / "template" / "hooks"
    hooks.mkdir(parents=True)
    for name in ("pre-commit", "prepare-commit-msg", "commit-msg"):
        (hooks / name).write_text("#!/bin/sh\nexit 1\n", "utf-8")
        (hooks / name).chmod(0o755)
    config.write_text(
        f"{AUTHOR}[commit]\ngpgSign = true\n[gpg]\nprogram = no-such-program\n"
        f"[init]\ntemplateDir = {hooks.parent.as_posix()}\n",
        "utf-8",
    )
    assert "with a first commit" in setup.prepare_git(first_commit=True)
    assert find_commits(setup.ROOT) == ["Ada N Create the project"]


def test_hooks_path_of_user_is_reported(setup: ModuleType, config: Path, tmp_path: Path) -> None:
    hooks = tmp_path / "hooks"
    config.write_text(f"{AUTHOR}[core]\nhooksPath = {hooks.as_posix()}\n", "utf-8")
    note = setup.prepare_git(first_commit=True)
    assert note.startswith("repository created with a first commit; no commit hook: ")
    assert "core.hooksPath" in note
    assert not hooks.exists()


def test_other_repository_is_unchanged(
    setup: ModuleType, config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config.write_text(AUTHOR, "utf-8")
    other = tmp_path / "other"
    run("git", "init", "--quiet", other, cwd=tmp_path)
    before = {path: path.stat().st_mtime_ns for path in other.rglob("*")}
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / ".git" / "index"))
    setup.prepare_git(first_commit=True)
    monkeypatch.undo()
    assert {path: path.stat().st_mtime_ns for path in other.rglob("*")} == before
    assert find_commits(setup.ROOT) == ["Ada N Create the project"]


def test_project_in_repository_gets_none(setup: ModuleType) -> None:
    outer = setup.ROOT.parent
    run("git", "init", "--quiet", cwd=outer)
    note = setup.prepare_git(first_commit=True)
    assert note == f"skipped: the project is part of the repository {outer}"
    assert not (setup.ROOT / ".git").exists()


def test_broken_git_is_reported(
    setup: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "git").write_text("#!/bin/sh\necho 'fatal: broken' >&2\nexit 1\n", "utf-8")
    (tmp_path / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    assert setup.prepare_git(first_commit=True) == "no commit hook: fatal: broken"
    monkeypatch.setenv("PATH", "")
    assert setup.prepare_git(first_commit=True) == "skipped: git is not installed"
