"""The folder that the project gets, from its refusal to its removal after Ctrl-C."""

from __future__ import annotations

import shutil
import signal
import threading
from pathlib import Path
from types import FrameType

from .command import find_arguments
from .cruft import frames


def find_new_folder(slug: str) -> Path | None:
    """Returns the folder that must not exist, or None if its files may be overwritten."""
    call = find_arguments({"cookiecutter.generate": "render_and_create_dir"})
    if not call or call["overwrite_if_exists"]:
        return None
    return Path(call["output_dir"], slug).absolute()


def remove_if_interrupted(folder: Path) -> None:
    """Lets Ctrl-C remove the folder while its files are rendered.

    Cookiecutter would keep the files that it has written, and refuse the folder in the next run. It
    runs the hooks after all files: from then on, the project is complete and is kept.
    """

    def remove(number: int, interrupted: FrameType | None) -> None:
        calls = {(frame.f_globals.get("__name__"), frame.f_code.co_name) for frame in frames()}
        hook = any(module == "subprocess" for module, _ in calls)
        if ("cookiecutter.generate", "generate_files") in calls and not hook:
            shutil.rmtree(folder, ignore_errors=True)
        signal.default_int_handler(number, interrupted)

    # Only the main thread can handle signals, and Python's own handler alone is replaced.
    if (
        threading.current_thread() is threading.main_thread()
        and signal.getsignal(signal.SIGINT) is signal.default_int_handler
    ):
        signal.signal(signal.SIGINT, remove)
