"""Each recipe works as it is written.

The test does what a reader does who copies all of it:

- The `sh` blocks run in one shell session. If the last line of a block starts a server, the server runs in
  the background, as in another terminal, and replaces the one that uses the same port.
- A `json` or `text` block after an `sh` block is what that block prints. `…` stands for any value or text.
  Without such a block, the commands must succeed; a request must not return an error.
- Any other block belongs to the file that the text before it names. To an existing Python file it is added
  as tests/editing.py describes; every other file is new, or contains the block. Running servers load it.

Only this is changed: git redirects the template's address on GitHub to a local repository, and the ports
from 8000 to 8003 become free ones.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tools.demo import find_free_port, wait_for_server

from .baking import ROOT, clean_environment, skip_unavailable
from .editing import add_block
from .test_documents import Shell, shell
from .test_front_ends import template
from .test_readme import find_code, install_httpie, read_parts

__all__ = ["shell", "template"]

RECIPES = ROOT / "docs" / "recipes"
# tests/clients/test_page.py executes these.
EXECUTED_BY_CLIENTS = {"browser-client"}
NAMES = sorted({path.stem for path in RECIPES.glob("*.md")} - EXECUTED_BY_CLIENTS - {"README"})
PROGRAMS = ("curl", "git", "make", "openssl")
SERVER = re.compile(
    r"make (run|serve)$|.*\b(daphne|http\.server|runserver|uvicorn)\b|uv run \S+\.py \d+$"
)
PORT = re.compile(r"\b800[0-3]\b")
FILE = re.compile(r"[\w./-]+\.[a-z]+")


class Server(NamedTuple):
    command: str
    folder: Path
    process: subprocess.Popen[bytes]


class Follower:
    """Follows a recipe, from an empty folder."""

    def __init__(self, shell: Shell) -> None:
        self.ports = {str(port): str(find_free_port()) for port in range(8000, 8004)}
        self.servers: dict[str, Server] = {}
        self.outdated = False
        # The folder, variables and functions of the shell session.
        self.session = shell.folder.parent / "session"
        self.session.write_text(f"cd {shlex.quote(str(shell.folder))}\n", encoding="utf-8")
        # What the last server has printed.
        self.terminal = shell.folder.parent / "terminal"
        home = Path(shell.variables["HOME"])
        (home / ".curlrc").write_text("silent\nshow-error\nfail-with-body\n", encoding="utf-8")
        options = {"default_options": ["--check-status", "--ignore-stdin"]}
        (home / "config.json").write_text(json.dumps(options), encoding="utf-8")
        self.variables = clean_environment(**shell.variables, HTTPIE_CONFIG_DIR=str(home))
        self.variables["PATH"] = f"{install_httpie()}{os.pathsep}{self.variables['PATH']}"

    def follow(self, recipe: str) -> None:
        parts = list(read_parts(PORT.sub(lambda port: self.ports[port[0]], recipe)))
        for part, following in zip(parts, [*parts[1:], None], strict=True):
            if part.language == "sh":
                language, expected = following[1:] if following else ("", "")
                shown = self.enter(part.code, check=language not in ("json", "text"))
                if language == "json":
                    assert matches(json.loads(expected), json.loads(shown)), shown
                elif language == "text":
                    pattern = re.escape(expected.strip()).replace("…", ".*?")
                    assert re.fullmatch(pattern, shown.strip(), re.DOTALL), shown
            elif part.language not in ("", "json", "mermaid", "text"):
                self.add(part.text, part.code)

    def enter(self, code: str, *, check: bool) -> str:
        """Runs a block of commands. Returns what they print, without errors."""
        if self.outdated and any(port in code for port in self.servers):
            for server in list(self.servers.values()):
                self.start(server.command, server.folder)
            self.outdated = False
        *before, last = code.strip().splitlines()
        if not SERVER.match(last):
            return self.run(code, check=check)
        shown = self.run("\n".join(before))
        self.start(last, Path(self.run("pwd").strip()))
        return shown

    def run(self, commands: str, *, check: bool = True) -> str:
        session = shlex.quote(str(self.session))
        keep = f'trap \'{{ export -p; declare -f; printf "cd %q\\n" "$PWD"; }} >{session}\' EXIT'
        process = subprocess.run(
            ["bash", "-eo", "pipefail", "-c", f". {session}\n{keep}\nset -a\n{commands}"],
            env=self.variables,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=600,
        )
        succeeded = not (check and process.returncode)
        assert succeeded, f"{commands}\n{process.stdout}\n{process.stderr}"
        return process.stdout

    def start(self, command: str, folder: Path) -> None:
        """Starts a server, instead of the one that uses its port."""
        port = next((port for port in self.ports.values() if port in command), self.ports["8000"])
        self.stop(port)
        line = command
        if command == "make run":
            line = f".venv/bin/python manage.py runserver --noreload {port}"
        elif command == "make serve":
            line = f"PORT={port} make serve"
        with self.terminal.open("wb") as terminal:
            process = subprocess.Popen(
                [
                    "bash",
                    "-c",
                    f". {shlex.quote(str(self.session))}\ncd {shlex.quote(str(folder))}\n{line}",
                ],
                env=self.variables,
                stdin=subprocess.DEVNULL,
                stdout=terminal,
                stderr=subprocess.STDOUT,
                # Its reloader is a process of its own.
                start_new_session=True,
            )
        try:
            wait_for_server(int(port), process)
        except SystemExit:
            pytest.fail(f"{line}\n{self.terminal.read_text(encoding='utf-8')}")
        self.servers[port] = Server(command, folder, process)

    def stop(self, port: str) -> None:
        if server := self.servers.pop(port, None):
            os.killpg(server.process.pid, signal.SIGTERM)
            server.process.wait()

    def stop_all(self) -> None:
        for port in list(self.servers):
            self.stop(port)

    def add(self, text: str, code: str) -> None:
        """Adds a block to the last file that the text names."""
        name = [word for word in find_code(text) if FILE.fullmatch(word)][-1]
        path = Path(self.run("pwd").strip(), name)
        old = path.read_text(encoding="utf-8") if path.exists() else ""
        if old and code in old:
            return
        new = add_block(old, code) if old else code
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(new, encoding="utf-8", newline="\n")
        self.outdated = True


def matches(expected: Any, found: Any) -> bool:
    """Compares two JSON values; `…` in the first one stands for any value."""
    if isinstance(expected, dict) and isinstance(found, dict):
        return expected.keys() == found.keys() and all(
            matches(value, found[key]) for key, value in expected.items()
        )
    if isinstance(expected, list) and isinstance(found, list):
        return len(expected) == len(found) and all(map(matches, expected, found))
    return bool(expected in ("…", found))


def test_index_links_every_recipe() -> None:
    links = re.findall(r"\]\(([\w-]+)\.md\)", (RECIPES / "README.md").read_text("utf-8"))
    assert {*NAMES, *EXECUTED_BY_CLIENTS} <= set(links)
    assert len(links) == len(set(links))


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="the commands are for the shells of Unix")
@pytest.mark.parametrize("name", NAMES)
def test_recipe_works(name: str, shell: Shell) -> None:
    if missing := [program for program in PROGRAMS if not shutil.which(program)]:
        skip_unavailable(f"not on the PATH: {', '.join(missing)}")
    follower = Follower(shell)
    try:
        follower.follow((RECIPES / f"{name}.md").read_text(encoding="utf-8"))
    finally:
        follower.stop_all()
