"""The npm packages of package.json, and Node.js, which runs them."""

from __future__ import annotations

import functools
import hashlib
import shutil
from pathlib import Path

from filelock import FileLock

from ..baking import CACHE, run, skip_unavailable

PACKAGES = Path(__file__).with_name("package.json")


def find_npm() -> str:
    """Returns the path of npm. Skips the test without it."""
    npm = shutil.which("npm")
    if npm is None:
        skip_unavailable("npm is not installed")
    return npm


@functools.cache
def install_packages() -> Path:
    """Returns the folder with the packages in its `node_modules`. Skips the test without npm."""
    npm = find_npm()
    folder = CACHE / f"npm-{hashlib.sha256(PACKAGES.read_bytes()).hexdigest()[:12]}"
    stamp = folder / "installed"
    CACHE.mkdir(exist_ok=True)
    with FileLock(CACHE / "npm.lock"):
        if not stamp.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            shutil.copy(PACKAGES, folder)
            run(npm, "install", "--no-package-lock", "--no-audit", "--no-fund", cwd=folder)
            stamp.touch()
    return folder
