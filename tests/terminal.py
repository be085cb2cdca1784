"""Runs commands that ask questions in a terminal."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

# Runs a command in a new terminal.
TERMINAL = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))"


def answer_prompts(
    command: Sequence[str],
    answers: Mapping[str, str],
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> None:
    """Answers the prompts of a command by their first word. Fails the test if the command fails."""
    process = subprocess.Popen(
        [sys.executable, "-c", TERMINAL, *command],
        cwd=cwd,
        env=env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with process:
        assert process.stdin
        assert process.stdout
        output = ""
        while chunk := os.read(process.stdout.fileno(), 1024):
            output += chunk.decode()
            if output.endswith(": "):
                word = re.findall(r"\w+", output.rpartition("\n")[2])[0]
                process.stdin.write(f"{answers[word]}\n".encode())
                process.stdin.flush()
    assert process.returncode == 0, f"{' '.join(command)}\n{output}"
