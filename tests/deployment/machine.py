"""A machine with its own systemd, PostgreSQL, Redis and nginx: namespaces of Linux, without an image.

It has the programs of this machine, and its own network, processes, users and files: what it writes
is in memory, and is gone when it stops. Its ports and paths are therefore the usual ones.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from ..baking import run_unchecked, skip_unavailable
from ..terminal import answer_prompts

PROGRAMS = (
    "curl",
    "git",
    "nginx",
    "nsenter",
    "openssl",
    "pg_createcluster",
    "redis-server",
    "unshare",
)
SYSTEMD = Path("/lib/systemd/systemd")
# The first process of the machine: it hides the files of this machine, and becomes systemd.
START = """
set -e
mount --make-rprivate /
mount -t tmpfs tmpfs /mnt
mkdir /mnt/given
mount --bind "$1" /mnt/given
for folder in etc opt var usr/local; do
    mkdir -p /mnt/$folder/upper /mnt/$folder/work
    mount -t overlay overlay -o lowerdir=/$folder,upperdir=/mnt/$folder/upper,workdir=/mnt/$folder/work /$folder
done
for folder in tmp run srv var/backups var/lib/postgresql var/lib/redis var/log var/tmp; do
    mount -t tmpfs tmpfs /$folder
done
chmod 1777 /tmp /var/tmp
mount -t cgroup2 cgroup2 /sys/fs/cgroup
# Nothing that this machine starts at its boot, except the log.
rm -rf /etc/systemd/system/*.wants /etc/postgresql/* /etc/nginx/sites-enabled/*
: > /etc/fstab
ln -s /dev/null /etc/systemd/system/systemd-remount-fs.service
for target in sysinit sockets timers local-fs multi-user; do
    mkdir -p /etc/systemd/system/$target.target.wants
    if [ -d /lib/systemd/system/$target.target.wants ]; then
        mount -t tmpfs tmpfs /lib/systemd/system/$target.target.wants
    fi
done
ln -s /lib/systemd/system/systemd-journald.service /etc/systemd/system/sysinit.target.wants/
mkdir -p /var/log/nginx /var/log/postgresql /var/log/redis /var/www/html
chown postgres: /var/lib/postgresql /var/log/postgresql
chown redis: /var/lib/redis /var/log/redis
# The user of the commands is root already.
cat > /usr/local/bin/sudo <<'END'
#!/bin/sh
if [ "$1" = -u ]; then user=$2; shift 2; exec runuser -u "$user" -- "$@"; fi
exec "$@"
END
chmod +x /usr/local/bin/sudo
echo "127.0.0.1 api.example.com" >> /etc/hosts
container=lxc exec /lib/systemd/systemd --system --unit=basic.target
"""


class Machine:
    """Runs commands on the machine, as root."""

    def __init__(self, process: int) -> None:
        self.enter = ["nsenter", "--target", str(process), "--all"]
        self.folder = "/"
        self.variables = {
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": "/root",
            "LANG": "C.UTF-8",
        }

    @property
    def clean(self) -> list[str]:
        """The start of a command, which gets only the machine's variables."""
        settings = [f"{name}={value}" for name, value in self.variables.items()]
        return ["env", "--ignore-environment", "--chdir", self.folder, *settings]

    def try_run(self, command: str) -> tuple[int, str]:
        """Returns the status and output of a command or several lines."""
        shell = ("bash", "-eo", "pipefail", "-c", command)
        return run_unchecked(*self.enter, *self.clean, *shell, cwd=Path("/"))

    def run(self, command: str) -> str:
        """Returns the output. Fails the test if the command fails."""
        status, output = self.try_run(command)
        assert status == 0, f"{command}\n{output}"
        return output

    def answer(self, command: str, answers: Mapping[str, str]) -> None:
        """Runs a command in a terminal, and answers its prompts by their first word."""
        answer_prompts([*self.enter, *self.clean, *shlex.split(command)], answers)


@contextmanager
def start_machine(given: Path) -> Iterator[Machine]:
    """Yields a machine, which finds the given folder at /mnt/given."""
    if missing := [program for program in PROGRAMS if not shutil.which(program)]:
        skip_unavailable(f"not on the PATH: {', '.join(missing)}")
    mounts = Path("/proc/mounts").read_text("utf-8").splitlines()
    groups = [Path(line.split()[1]) for line in mounts if line.split()[2] == "cgroup2"]
    if os.getuid() or not groups or not SYSTEMD.exists():
        skip_unavailable("the user is not root, or there is no systemd or no cgroup2")
    group = groups[0] / f"machine-{uuid4().hex}"
    group.mkdir()
    try:
        process = subprocess.Popen(
            [
                *("bash", "-c", 'echo $$ > "$0/cgroup.procs"; exec "$@"', str(group)),
                *("unshare", "--mount", "--net", "--pid", "--uts", "--ipc", "--cgroup"),
                *("--mount-proc", "--fork", "--kill-child"),
                *("bash", "-c", START, "bash", str(given)),
            ],
            stdout=subprocess.DEVNULL,
        )
        try:
            yield wait_for_systemd(process)
        finally:
            process.kill()
            process.wait()
    finally:
        remove_group(group)


def wait_for_systemd(process: subprocess.Popen[bytes]) -> Machine:
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    for _ in range(200):
        time.sleep(0.1)
        assert process.poll() is None, "the machine did not start"
        if first := children.read_text().split():
            machine = Machine(int(first[0]))
            if machine.try_run("systemctl is-system-running")[1].strip() in ("running", "degraded"):
                return machine
    raise AssertionError("systemd did not start")


def remove_group(group: Path) -> None:
    """Removes the control groups that systemd has made, when their processes have ended."""
    for _ in range(50):
        try:
            for folder, _, _ in os.walk(group, topdown=False):
                Path(folder).rmdir()
            return
        except OSError:
            time.sleep(0.1)
