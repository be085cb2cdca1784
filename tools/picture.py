"""Draws docs/pictures/terminal.svg: a terminal, from the command of the README to a first token.

    python -m tools.picture

All commands are executed. Port 8000 must be free.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import tempfile
import termios
from contextlib import suppress
from html import escape
from pathlib import Path

import pyte

from .demo import ROOT, wait_for_server

assert sys.platform != "win32"  # noqa: S101

PICTURE = ROOT / "docs" / "pictures" / "terminal.svg"
CREATE = "uvx cookiecutter --no-input gh:OWNER/cookiecutter-drf-jwt"
COLUMNS, LINES = 80, 100
# In pixels
CHARACTER, LINE, MARGIN = 8.43, 20, 20
STYLE = """
text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#1f2328;white-space:pre}
rect{fill:#f6f8fa;stroke:#d1d9e0}
.command{font-weight:bold;fill:#0550ae}
@media(prefers-color-scheme:dark){text{fill:#e6edf3}rect{fill:#0d1117;stroke:#3d444d}.command{fill:#79c0ff}}
"""
DESCRIPTION = (
    "One command creates the project and prints a second one, which returns its first tokens."
)


def run(command: str, folder: Path, environment: dict[str, str]) -> list[str]:
    """Runs a command in a terminal, and returns the lines that it shows at the end."""
    terminal, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
    process = subprocess.Popen(
        ["sh", "-c", command], cwd=folder, env=environment, stdin=slave, stdout=slave, stderr=slave
    )
    os.close(slave)
    screen = pyte.Screen(COLUMNS, LINES)
    stream = pyte.ByteStream(screen)
    # The end is an error: the last process has closed the terminal.
    with suppress(OSError):
        while chunk := os.read(terminal, 4096):
            stream.feed(chunk)
    shown = "\n".join(line.rstrip() for line in screen.display).rstrip()
    if process.wait():
        sys.exit(f"{command} failed:\n{shown}")
    return shown.splitlines()


def record() -> list[tuple[str, str]]:
    """Returns the lines of the terminal, with their classes."""
    with tempfile.TemporaryDirectory() as name:
        home = Path(name) / "home"
        home.mkdir()
        address = "https://github.com/OWNER/cookiecutter-drf-jwt.git"
        (home / ".gitconfig").write_text(
            f'[url "{ROOT.as_uri()}"]\n\tinsteadOf = {address}\n[safe]\n\tdirectory = *\n'
            "[user]\n\tname = Ada Lovelace\n\temail = ada@example.com\n"
        )
        environment = {
            **os.environ,
            "HOME": str(home),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "UV_CACHE_DIR": subprocess.check_output(
                [Path(sys.executable).with_name("uv"), "cache", "dir"], text=True
            ).strip(),
            "TERM": "linux",
        }
        # The picture shows the second run: the first one also downloads Cookiecutter.
        subprocess.run(
            [Path(sys.executable).with_name("uvx"), "cookiecutter", "--version"],
            env=environment,
            check=True,
            capture_output=True,
        )
        shown = [("command", f"$ {CREATE}")]
        created = run(CREATE, Path(name), environment)
        shown += [("", line.replace(name, "/home/ada")) for line in created]
        project = Path(name) / "my_api"
        shown += [("command", "$ cd my_api && make run &")]
        server = subprocess.Popen(
            ["make", "run"],
            cwd=project,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            wait_for_server(8000, server)
            text = "\n".join(created)
            (curl,) = re.findall(r"^ +(curl (?:.*\\\n)*.*)$", text, re.M)
            lines = [line.strip() for line in curl.splitlines()]
            shown += [("command", f"$ {lines[0]}"), *(("command", f"    {x}") for x in lines[1:])]
            for line in run(curl, project, environment):
                parts = [line[n : n + COLUMNS] for n in range(0, len(line), COLUMNS)]
                shown += [("", part) for part in parts]
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            server.wait()
    return shown


def draw(lines: list[tuple[str, str]]) -> str:
    width = round(COLUMNS * CHARACTER + 2 * MARGIN)
    height = len(lines) * LINE + 2 * MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img"'
        f' width="{width}" height="{height}" aria-labelledby="title description">',
        '<title id="title">From the command to a first token</title>',
        f'<desc id="description">{DESCRIPTION}</desc>',
        f"<style>{STYLE}</style>",
        f'<rect x="0.5" y="0.5" width="{width - 1}" height="{height - 1}" rx="8"/>',
    ]
    for number, (kind, line) in enumerate(lines):
        y = MARGIN + LINE * number + 14
        attribute = f' class="{kind}"' if kind else ""
        text = escape(line, quote=False)
        parts.append(
            f'<text x="{MARGIN}" y="{y}" xml:space="preserve"{attribute}>{text}</text>'
            if line
            else ""
        )
    return "\n".join([*filter(None, parts), "</svg>", ""])


def main() -> None:
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(draw(record()), encoding="utf-8")
    print(f"{PICTURE.relative_to(ROOT)} is written")


if __name__ == "__main__":
    main()
