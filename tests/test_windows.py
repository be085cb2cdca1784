r"""Compatibility with Windows, as far as other systems can test it.

File names, line ends, commands in `.venv\Scripts`, modules that Python does not have on Windows.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from drf_jwt_template import bootstrap
from drf_jwt_template.answers.slug import MAX_SLUG
from tools.rendering import SOURCES, write

from .baking import CACHE, ROOT, run, run_unchecked
from .usual import Renderer

TOOLS = Path(sys.executable).parent
EXE = ".exe" if os.name == "nt" else ""
# Answers of projects that differ in many files.
ANSWERS: dict[str, Mapping[str, Any]] = {
    "default": {},
    "small": {
        "project_name": "Ünï C:\\con?",
        "project_slug": "Shop_1",
        "resources": "Aux(n: int)",
        "revocation": "none",
        "login_field": "email",
    },
    "large": {
        "project_slug": "s" * MAX_SLUG,
        "resources": f"{'R' + 'r' * 29}(n: int, owner: owner); Con(a: float, b: Aux); Aux(c: json)",
        "revocation": "sessions",
        "token_flow": "pair-with-refresh-cookie",
        "algorithm": "ES256",
        "also_accept": "session",
    },
}
ILLEGAL = re.compile(r'[<>:"|?*\\\x00-\x1f]|[. ]$|^(CON|PRN|AUX|NUL|COM\d|LPT\d)(\.|$)', re.I)


@pytest.fixture(scope="module")
def rendered() -> dict[str, dict[str, str]]:
    renderer = Renderer()
    return {name: renderer.render(answers) for name, answers in ANSWERS.items()}


@pytest.fixture
def project(tmp_path: Path, rendered: dict[str, dict[str, str]]) -> Path:
    return write(rendered["default"], tmp_path / "my_api")


@pytest.fixture
def setup(project: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The project's setup, loaded as on Windows."""
    windows = ModuleType("os")
    windows.__dict__.update({**os.__dict__, "name": "nt"})
    with monkeypatch.context() as patch:
        # Changing os.name itself would break pathlib.
        patch.setitem(sys.modules, "os", windows)
        return bootstrap._load_script(project / "scripts" / "setup.py")


@pytest.fixture
def commands(setup: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The commands of the setup, which are recorded and not run."""
    calls: list[list[str]] = []

    def record(*command: str | Path) -> str:
        inside = [p.relative_to(setup.ROOT) if isinstance(p, Path) else p for p in command]
        words = [p.as_posix() if isinstance(p, Path) else p for p in inside]
        if isinstance(command[0], Path) and {"-c", "--version"} & set(words):
            if not command[0].exists():
                raise setup.StepError("not installed")
            return "3.11\n"
        calls.append(words)
        created = {"venv": "python", "pip": "uv"}
        for name in [created[word] for word in words if word in created]:
            setup.tool(name).parent.mkdir(parents=True, exist_ok=True)
            setup.tool(name).touch()
        return ""

    monkeypatch.setattr(setup, "run", record)
    return calls


def find_illegal_names(paths: list[str]) -> list[str]:
    """Returns paths that are invalid on Windows, too long, or equal regardless of case."""
    illegal = [path for path in paths if any(map(ILLEGAL.search, path.split("/")))]
    folded = [path.casefold() for path in paths]
    equal = [path for path in paths if folded.count(path.casefold()) > 1]
    # Windows accepts 260 characters, including the folder of the project.
    return illegal + equal + [path for path in paths if len(path) > 200]


def test_illegal_names_are_found() -> None:
    bad = ["a:b", "a/b?", "a/nul.py/b", "Con", "a./b", "a /b", "x\\y", "d/" + "l" * 199, "Up", "uP"]
    assert sorted(set(find_illegal_names([*bad, "fine/console.py", ".env", "com.py"]))) == sorted(
        bad
    )


def test_repository_names_are_legal() -> None:
    paths = run("git", "ls-files", "-z", cwd=ROOT).split("\0")
    assert find_illegal_names(paths) == []


@pytest.mark.parametrize("name", ANSWERS)
def test_project_names_are_legal(rendered: dict[str, dict[str, str]], name: str) -> None:
    slug = ANSWERS[name].get("project_slug", "my_api")
    assert find_illegal_names([f"{slug}/{path}" for path in rendered[name]]) == []


@pytest.mark.parametrize("name", ANSWERS)
def test_project_has_unix_line_ends(rendered: dict[str, dict[str, str]], name: str) -> None:
    assert [path for path, text in rendered[name].items() if "\r" in text] == []


def git(*arguments: str, cwd: Path) -> str:
    # The configuration of git on Windows.
    windows = ("-c", "core.autocrlf=true", "-c", "core.eol=crlf", "-c", "core.safecrlf=false")
    identity = ("-c", "user.name=Test", "-c", "user.email=test@example.com")
    return run("git", *windows, *identity, *arguments, cwd=cwd)


@pytest.mark.parametrize("house", [ROOT, SOURCES], ids=["template", "project"])
def test_checkout_has_unix_line_ends(tmp_path: Path, house: Path) -> None:
    shutil.copy(house / ".gitattributes", tmp_path)
    for name in ("a.py", "Makefile", "{{b}}.md", ".env.example"):
        (tmp_path / name).write_bytes(b"one\ntwo\n")
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    git("init", "--quiet", cwd=tmp_path)
    git("add", "--all", cwd=tmp_path)
    for path in before:
        path.unlink()
    git("checkout", "--", ".", cwd=tmp_path)
    assert {path: path.read_bytes() for path in before} == before


def test_modules_exist_on_windows(project: Path) -> None:
    # mypy knows the contents of os on Windows, and the missing modules, such as fcntl and pwd.
    mypy = (TOOLS / f"mypy{EXE}", "--platform", "win32", "--cache-dir", CACHE / "mypy-windows")
    run(*mypy, "-p", "drf_jwt_template", "-p", "tools", cwd=ROOT)
    options = ["--config-file=", "--ignore-missing-imports", "--follow-imports=skip"]
    run(*mypy, *options, "scripts/setup.py", "tokens/keys.py", cwd=project)


def test_setup_uses_no_shell(project: Path) -> None:
    hooks = (ROOT / "hooks").glob("*.py")
    package = (ROOT / "drf_jwt_template").rglob("*.py")
    for path in (project / "scripts" / "setup.py", *package, *hooks):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r'shell=|os\.(system|popen)|"(ba)?sh"', text), path


def test_setup_with_uv(
    setup: ModuleType, commands: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: f"C:\\tools\\{name}.exe")
    setup.make_environment()
    python = os.path.realpath(sys.executable)
    assert commands == [
        [r"C:\tools\uv.exe", "venv", "--python", python],
        [r"C:\tools\uv.exe", "sync"],
    ]
    assert (setup.ROOT / ".python-version").read_bytes() == b"3.11\n"


def test_setup_without_uv(
    setup: ModuleType, commands: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    setup.make_environment()
    sync = [".venv/Scripts/uv.exe", "sync"]
    assert commands == [
        [os.path.realpath(sys.executable), "-m", "venv", ".venv"],
        [".venv/Scripts/python.exe", "-m", "pip", "install", "--quiet", "uv"],
        sync,
    ]
    # A second run uses the installed uv.
    commands.clear()
    setup.make_environment()
    assert commands == [sync]


def test_setup_writes_secrets(setup: ModuleType, commands: list[list[str]]) -> None:
    # A file of an interrupted run exists: on Windows, a rename does not replace files.
    (setup.ROOT / ".env.new").touch()
    assert setup.write_secrets() == "wrote .env and keys/jwt.txt"
    assert commands == [[".venv/Scripts/python.exe", "-m", "tokens.keys", "keys/jwt.txt"]]
    written = (setup.ROOT / ".env").read_bytes()
    assert re.search(rb"^SECRET_KEY=\S{50,}\n", written, re.MULTILINE)
    assert b"\r" not in written


def test_setup_prepares_database_and_git(
    setup: ModuleType, commands: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: f"C:\\tools\\{name}.exe")
    (setup.ROOT / ".git").mkdir()
    setup.prepare_database()
    assert setup.prepare_git(first_commit=True) == "commit hook installed"
    assert commands == [
        [".venv/Scripts/python.exe", "-m", "scripts.prepare"],
        [".venv/Scripts/pre-commit.exe", "install"],
    ]


@pytest.fixture
def repository(project: Path) -> Path:
    """The project in a repository with its commit hook, but without a `.venv`."""
    git("init", "--quiet", cwd=project)
    run(TOOLS / f"pre-commit{EXE}", "install", cwd=project)
    git("add", ".pre-commit-config.yaml", ".gitattributes", cwd=project)
    (project / "bad.py").write_text("x  =  1\n", "utf-8")
    git("add", "bad.py", cwd=project)
    return project


@pytest.mark.parametrize("folder", ["bin", "Scripts"])
def test_commit_hook_finds_ruff_of_environment(
    repository: Path, tmp_path: Path, folder: str
) -> None:
    (repository / ".venv" / folder).mkdir(parents=True)
    shutil.copy(TOOLS / f"ruff{EXE}", repository / ".venv" / folder)
    status, shown = commit(repository, tmp_path)
    assert status != 0
    assert "1 file reformatted" in shown
    assert (repository / "bad.py").read_text("utf-8") == "x = 1\n"
    git("add", "bad.py", cwd=repository)
    status, shown = commit(repository, tmp_path)
    assert status == 0, shown
    assert re.search(r"ruff check\.+Passed", shown)


def test_commit_hook_uses_no_other_ruff(repository: Path, tmp_path: Path) -> None:
    status, shown = commit(repository, tmp_path)
    assert status != 0
    assert "reformatted" not in shown
    assert re.search("ruff.*No such file", shown)


def commit(repository: Path, home: Path) -> tuple[int, str]:
    """Returns exit status and output of a commit, with the tools of these tests on the PATH."""
    identity = ["-c", "user.name=Test", "-c", "user.email=test@example.com"]
    path = f"{TOOLS}{os.pathsep}{os.environ['PATH']}"
    variables = {"PATH": path, "PRE_COMMIT_HOME": str(home / "pre-commit")}
    command = ["git", *identity, "commit", "--message", "A step"]
    return run_unchecked(*command, cwd=repository, **variables)
