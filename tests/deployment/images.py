"""Builds a project's image with buildah, on a base image from Debian's packages, and runs it.

The base images have the names of those in the Dockerfile. Images are in memory if possible: buildah
copies the file system of an image for each stage.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock

from tools.demo import find_free_port, wait_for_server

from ..baking import CACHE, run_unchecked, skip_unavailable

MEMORY = Path("/dev/shm")  # noqa: S108
PYTHON = "3.13"
# Prepares the file system as the engines do with a read-only container, and starts the command.
READ_ONLY = """
root=$1
shift
mount --bind "$root" "$root"
mount -o remount,bind,ro "$root"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
mount --rbind /dev "$root/dev"
mount -t proc proc "$root/proc"
exec chroot --userspec=1000:1000 "$root" env --ignore-environment --chdir=/app "$@"
"""


def require_tools() -> None:
    missing = [name for name in ("buildah", "debootstrap") if not shutil.which(name)]
    if missing or os.geteuid() != 0:
        skip_unavailable(f"images need {' and '.join(missing) or 'root'}")


class Store:
    """A place for images, apart from those of the machine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def call(self, *arguments: str | Path) -> tuple[int, str]:
        places = (
            *("--root", self.folder / "root", "--runroot", self.folder / "run"),
            *("--storage-driver", "vfs"),
        )
        scratch = CACHE / "buildah"
        scratch.mkdir(parents=True, exist_ok=True)
        # It contains the cache of uv, which the Dockerfile mounts.
        variables = {"TMPDIR": str(scratch), "BUILDAH_ISOLATION": "chroot"}
        return run_unchecked("buildah", *places, *arguments, cwd=self.folder, **variables)

    def buildah(self, *arguments: str | Path) -> str:
        status, output = self.call(*arguments)
        assert status == 0, f"buildah {' '.join(map(str, arguments))}\n{output}"
        return output.strip()

    def create_bases(self, dockerfile: str) -> None:
        """Creates the images that the Dockerfile starts from."""
        uv, python = re.findall(r"^FROM (\S+[:/]\S+)", dockerfile, re.MULTILINE)
        assert re.fullmatch(r"ghcr\.io/astral-sh/uv:[\d.]+", uv), uv
        assert re.fullmatch(rf"python:{PYTHON}-slim-trixie", python), python
        self.import_files(Path(sys.executable).with_name("uv"), "/uv", uv)
        # The index of packages may need the machine's own certificates.
        certificates = "/etc/ssl/certs/ca-certificates.crt"
        trusted = os.environ.get("SSL_CERT_FILE", certificates)
        options = (f"--env=SSL_CERT_FILE={certificates}", "--env=LANG=C.UTF-8")
        files = {Path(trusted): certificates}
        self.import_files(create_system(), "/", f"docker.io/library/{python}", files, options)

    def import_files(
        self,
        source: Path,
        target: str,
        name: str,
        more: Mapping[Path, str] | None = None,
        options: tuple[str, ...] = (),
    ) -> None:
        container = self.buildah("from", "scratch")
        for path, place in {source: target, **(more or {})}.items():
            self.buildah("add", "--quiet", container, path, place)
        self.buildah("config", *options, container)
        self.buildah("commit", "--quiet", "--format=docker", "--rm", container, name)

    def build(self, project: Path, name: str, *options: str) -> tuple[int, str]:
        fixed = ("--format=docker", "--pull-never", f"--tag={name}")
        return self.call("build", *fixed, *options, project)


def create_system() -> Path:
    """Returns an archive of a small Debian with Python where the official image has it."""
    archive = CACHE / "trixie.tar"
    CACHE.mkdir(exist_ok=True)
    with FileLock(archive.with_suffix(".lock")):
        if not archive.exists():
            with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
                root = Path(folder) / "root"
                packages = "--include=ca-certificates,python3,python3-venv"
                status, output = run_unchecked(
                    "debootstrap", "--variant=minbase", packages, "trixie", root, cwd=CACHE
                )
                assert status == 0, output
                for name in ("python", "python3", f"python{PYTHON}"):
                    (root / "usr/local/bin" / name).symlink_to(f"/usr/bin/python{PYTHON}")
                for cached in (root / "var/cache/apt/archives").glob("*.deb"):
                    cached.unlink()
                draft = archive.with_suffix(".new")
                subprocess.run(["tar", "--create", "--file", draft, "-C", root, "."], check=True)
                draft.replace(archive)
    return archive


class Image:
    """A built image, and a container of it in which commands run."""

    def __init__(self, store: Store, name: str) -> None:
        self.store = store
        self.about: dict[str, Any] = json.loads(store.buildah("inspect", "--type=image", name))
        self.config: dict[str, Any] = self.about["Docker"]["config"]
        self.container = store.buildah("from", "--pull-never", name)
        self.root = Path(store.buildah("mount", self.container))
        self.variables: dict[str, str] = {}
        """What the containers get."""

    def run(self, *command: str, **variables: str) -> tuple[int, str]:
        """Runs a command as the image's user. Returns exit status and output."""
        given = {**self.variables, **variables}
        options = [f"--env={name}={value}" for name, value in given.items()]
        return self.store.call("run", *options, self.container, "--", *command)

    def check_run(self, *command: str, **variables: str) -> str:
        status, output = self.run(*command, **variables)
        assert status == 0, output
        return output

    @contextmanager
    def serve(self, **variables: str) -> Iterator[tuple[int, int, subprocess.Popen[bytes]]]:
        """Runs the image's command as the first process, with a read-only file system.

        Yields the port, the process, and the one that waits for it.
        """
        port = find_free_port()
        given = {**self.variables, **variables, "PORT": str(port)}
        environment = [*self.config["Env"], *(f"{name}={text}" for name, text in given.items())]
        apart = ["unshare", "--mount", "--pid", "--fork", "sh", "-euc", READ_ONLY]
        command = [*apart, "sh", self.root, *environment, *self.config["Cmd"]]
        with (self.store.folder / "server.log").open("wb") as log:
            waiting = subprocess.Popen(command, stdout=log, stderr=log)
        children = Path(f"/proc/{waiting.pid}/task/{waiting.pid}/children")
        try:
            wait_for_server(port, waiting)
            yield port, int(children.read_text(encoding="utf-8")), waiting
        finally:
            if waiting.poll() is None:
                for process in children.read_text(encoding="utf-8").split():
                    os.kill(int(process), signal.SIGKILL)
            waiting.wait()
