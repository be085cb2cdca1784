"""Each command and code block of a project's README works, in the order of the README.

The test does what a reader does who copies all of it:

- Each command of a `sh` block runs in one shell session. So does each command in the text, unless a block
  contains it or it has run before. A command that starts a server runs in the background.
- A `python` block is added to the file that the text before it names, as tests/editing.py describes.
  If that text names a command, such as a shell, the block is its input.
- A `js` block is run by Node, as the script of a page; a `ts` block is compiled with the client.
- A `json` block is valid.

Only this is changed: the ports 8000 and 8001 become free ones; the printed password replaces `…`, or the
token of the mail that the server has printed; a worker ends if there is nothing to do; the development
server replaces the one of production; `make test` runs all tests of the default project, but only those of
tokens and resources of the others, whose tests the matrix runs; and where uv is not on the PATH,
`.venv/bin/uv` is used, as the README says.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from textwrap import dedent
from typing import NamedTuple
from urllib.parse import urlsplit
from urllib.request import urlopen
from uuid import uuid4

import pytest
from filelock import FileLock

from tools.demo import find_free_port, wait_for_server
from tools.rendering import write

from .baking import BIN, CACHE, clean_environment, run, run_uv, skip_unavailable
from .editing import add_block
from .proving import renderer
from .terminal import answer_prompts

pytestmark = [
    pytest.mark.costly,
    pytest.mark.slow,
    pytest.mark.skipif(os.name == "nt", reason="the commands are for the shells of Unix"),
]

PASSWORD = "correct horse battery staple"
PROJECTS: dict[str, dict[str, object]] = {
    "default": {},
    # The README cannot call its example Notice.
    "cookie": {
        "resources": "Notice(title: str, room: Room, writer: owner); Room(name: str unique)",
        "resource_links": "url",
        "login_field": "email",
        "accounts": "open",
        "token_flow": "pair-with-refresh-cookie",
        "permission": "DjangoModelPermissions",
        "also_accept": "token",
    },
    "sliding": {
        "resources": "none",
        "accounts": "invited",
        "token_flow": "sliding",
        "revocation": "blacklist",
        "algorithm": "ES256",
        "api_prefix": "/",
        "also_accept": "nothing",
        "database": "postgresql",
    },
    "blacklist": {
        "resources": "Book(title: str unique, next: Book optional, pages: int)",
        "revocation": "blacklist",
        "token_obtain_path": "login",
        "token_refresh_path": "renew",
        "also_accept": "basic",
        "superuser": "ada.lovelace+admin@mail.example.com",
    },
    "stateless": {
        "accounts": "open",
        "revocation": "none",
        "django_version": "django-6.1",
        "rotate_refresh_tokens": False,
        "jwt_settings": "AUTH_HEADER_TYPES=JWT; AUTH_HEADER_NAME=HTTP_X_TOKEN",
    },
}
# Of these projects, only the requests differ from those of the others.
SHORT = ("blacklist", "stateless")
SAME_SECTIONS = re.compile("^## (Tests|Commands|Extend|Rotate).*?(?=^## )", re.M | re.S)
# The setup prints it once.
SHOWN_PASSWORD = re.compile(r"has this password, shown only once:\n\s*(\S+)")
PROGRAMS = ("curl", "make", "msgfmt", "node", "xgettext")
COMMAND = re.compile(r"(\.venv/bin/\S+|python3?|make|uv|curl|http) |make$")
SERVER = re.compile(r"make run$|make serve$|.* runserver ")
WORKER = re.compile(r".* worker$")
INTERACTIVE = re.compile(r"make superuser$|.* changepassword ")
# The packages of `make client`, which npx has installed then.
TSC = "npx --yes --package @hey-api/openapi-ts@0.95.0 --package typescript@5.9.3 tsc"
# The answers to prompts, by the first word.
ANSWERS = {"Username": "eve", "Email": "eve@example.com", "Password": PASSWORD}
# A page in which the script of the README runs: with the addresses and cookies of the server.
PAGE = """
import assert from "node:assert";

// Node.js 20 has no navigator, and Node.js 22 no locks.
globalThis.navigator ??= {};
navigator.locks ??= { request: async (name, action) => action() };
const cookies = {};
const request = globalThis.fetch;
globalThis.fetch = async (path, options) => {
  const pairs = Object.entries(cookies).map((pair) => pair.join("="));
  const headers = { ...options.headers, Cookie: pairs.join("; ") };
  const response = await request(process.env.SITE + path, { ...options, headers });
  for (const line of response.headers.getSetCookie()) {
    const [, name, value] = line.match(/^([^=]+)=([^;]*)/);
    cookies[name] = value;
  }
  return response;
};

%s

const status = async () => (await call("/api/users/me/")).status;
await assert.rejects(logIn("admin@example.com", "wrong"));
await logIn("admin@example.com", process.env.PASSWORD);
assert.equal(await status(), 200);
access = "expired";
assert.equal(await status(), 200);
await logOut();
assert.equal(await status(), 401);
"""
# The page to which the link in a mail leads.
RESET_PAGE = """
import assert from "node:assert";

const request = globalThis.fetch;
globalThis.fetch = (path, options) => request(process.env.SITE + path, options);
globalThis.location = { hash: `#${process.env.TOKEN}`, pathname: "/password/reset" };
globalThis.history = { replaceState: (state, title, path) => assert.equal(path, "/password/reset") };

%s

assert.ok((await setPassword("1")).password);
assert.deepEqual(await setPassword(process.env.PASSWORD), {});
assert.deepEqual((await setPassword(process.env.PASSWORD)).error_codes.token, ["invalid_link"]);
"""


class Part(NamedTuple):
    """A part of the README: a paragraph without a block, or a block with the paragraph before it."""

    text: str
    language: str = ""
    code: str = ""

    @property
    def lines(self) -> list[str]:
        return self.code.replace("\\\n", "").splitlines()


def read_parts(readme: str) -> Iterator[Part]:
    """Yields the paragraphs and blocks in their order."""
    block = re.compile(r"(?P<text>.*?)^ *```(?P<language>\w+)\n(?P<code>.*?)^ *```$", re.M | re.S)
    end = 0
    for match in block.finditer(readme):
        *paragraphs, last = match["text"].strip().split("\n\n")
        yield from map(Part, paragraphs)
        yield Part(last, match["language"], dedent(match["code"]))
        end = match.end()
    yield from map(Part, readme[end:].split("\n\n"))


def find_code(text: str) -> list[str]:
    """Returns the code in a text, such as names of files and commands."""
    return re.findall(r"`([^`]+)`", text.replace("\n", " "))


class Reader:
    """Follows the README in a new project."""

    def __init__(
        self, project: Path, folder: Path, variables: Mapping[str, str], *, all_tests: bool
    ) -> None:
        self.project = project
        self.all_tests = all_tests
        self.folder = folder
        self.ports = {"8000": find_free_port(), "8001": find_free_port()}
        self.site = f"http://127.0.0.1:{self.ports['8000']}"
        # The variables and functions of the shell session.
        self.session = folder / "session"
        self.session.touch()
        self.variables = clean_environment(**variables, SESSION=str(self.session))
        self.commands: set[str] = set()
        self.password = ""
        self.servers: list[subprocess.Popen[bytes]] = []
        # What a reader sees in the terminal of the server.
        self.terminal = folder / "terminal"

    def follow(self, parts: Sequence[Part]) -> None:
        self.commands = {
            command for part in parts if part.language == "sh" for command in part.lines
        }
        for part in parts:
            self.follow_part(part)

    def follow_part(self, part: Part) -> None:
        if part.text.startswith("## Extend"):
            # It would restart after each change.
            self.stop_servers()
        for code in find_code(part.text):
            command = re.sub(r"\s+", " ", code)
            if COMMAND.match(command) and command not in self.commands:
                self.commands.add(command)
                self.enter(command)
        if part.language == "sh":
            for command in part.lines:
                self.enter(command)
        elif part.language == "python":
            self.add_python(part)
        elif part.language == "js" and "location.hash" in part.code:
            self.open_reset_page(part.code)
        elif part.language == "js":
            self.run_script(PAGE % part.code)
        elif part.language == "ts":
            self.compile_script(part.code)
        elif part.language == "json":
            json.loads(part.code)
        else:
            assert part.language in ("", "mermaid"), f"nothing runs blocks of {part.language}"

    def enter(self, command: str) -> None:
        """Runs a command in the shell session. Fails the test if the command fails."""
        # Without an option, zsh has no comments.
        assert " #" not in command
        command = re.sub(r"\b800[01]\b", lambda port: str(self.ports[port[0]]), command)
        if command == "TOKEN='…'":
            command = f"TOKEN='{self.copy_token('users/confirm')}'"
        command = command.replace("='…'", f"='{self.password}'")
        assert "…" not in command
        if not shutil.which("uv", path=self.variables["PATH"]):
            command = re.sub("^uv ", ".venv/bin/uv ", command)
        if command == "make test" and not self.all_tests:
            command = ".venv/bin/pytest -k 'resource or token'"
        if WORKER.match(command):
            # The README says that this is the default in production.
            command = f"BACKGROUND_TASKS=True {command} --once"
        if SERVER.match(command):
            self.start_server(command)
            if command == "make serve":
                self.stop_servers()
                self.start_server("make run")
        elif INTERACTIVE.match(command):
            answer_prompts(["bash", "-c", command], ANSWERS, cwd=self.project, env=self.variables)
            if "changepassword" in command:
                self.learn_password(PASSWORD)
        else:
            before, after = (
                '. "$SESSION"; set -a',
                'set +a; { export -p; declare -f; } > "$SESSION"',
            )
            shown = self.run("bash", "-eo", "pipefail", "-c", f"{before}\n{command}\n{after}")
            if found := SHOWN_PASSWORD.search(shown):
                self.learn_password(found[1])

    def learn_password(self, password: str) -> None:
        """Replaces the password of the superuser, also in the shell session."""
        self.password = password
        with self.session.open("a", encoding="utf-8") as session:
            session.write(f"PASSWORD='{password}'\n")

    def run(self, *command: str, text: str = "", **variables: str) -> str:
        process = subprocess.run(
            command,
            cwd=self.project,
            env={**self.variables, **variables},
            input=text,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=600,
        )
        assert process.returncode == 0, f"{command[-1]}\n{process.stdout}"
        return process.stdout

    def start_server(self, command: str) -> None:
        port = self.ports["8000"]
        if command == "make run":
            command = f"{self.run('make', '--dry-run', 'run').strip()} {port}"
        elif command == "make serve":
            self.stop_servers()
            command = f"export PORT={port}\n{self.run('make', '--dry-run', 'serve').strip()}"
        with self.terminal.open("ab") as terminal:
            server = subprocess.Popen(
                ["bash", "-c", command],
                cwd=self.project,
                env=self.variables,
                stdout=terminal,
                stderr=subprocess.DEVNULL,
                # Its reloader is a process of its own.
                start_new_session=True,
            )
        self.servers.append(server)
        last = command.rpartition(" ")[2]
        wait_for_server(int(last) if last.isdigit() else port, server)

    def stop_servers(self) -> None:
        while self.servers:
            server = self.servers.pop()
            os.killpg(server.pid, signal.SIGTERM)
            server.wait()

    def add_python(self, part: Part) -> None:
        place = next(c for c in find_code(part.text) if c.endswith(".py") or COMMAND.match(c))
        if COMMAND.match(place):
            self.run(*place.split(), text=part.code)
            # `make lint` checks the block, too.
            place = "typed_into_shell.py"
        file = self.project / place
        new = add_block(file.read_text("utf-8"), part.code) if file.exists() else part.code
        file.write_text(new, encoding="utf-8", newline="\n")

    def compile_script(self, code: str) -> None:
        script = self.project / "script.ts"
        script.write_text(code, encoding="utf-8")
        strict = ("--noEmit", "--strict", "--noUncheckedIndexedAccess", "--noUnusedLocals")
        modules = ("--target", "es2022", "--module", "esnext", "--moduleResolution", "bundler")
        self.run(*TSC.split(), *strict, *modules, script.name)
        script.unlink()

    def run_script(self, code: str, **variables: str) -> None:
        script = self.folder / "page.mjs"
        script.write_text(code, encoding="utf-8")
        self.run("node", str(script), SITE=self.site, PASSWORD=self.password, **variables)

    def open_reset_page(self, code: str) -> None:
        """Runs the script of the page of a link, which the superuser gets."""
        path = re.findall(r'"(/\S*password/reset/)confirm/"', code)[0]
        environment = (self.project / ".env").read_text("utf-8")
        email = re.findall("^DJANGO_SUPERUSER_EMAIL=(.*)$", environment, re.M)[0]
        urlopen(self.site + path, data=f"email={email}".encode()).close()  # noqa: S310
        token = self.copy_token("password/reset")
        self.run_script(RESET_PAGE % code, TOKEN=token)

    def copy_token(self, page: str) -> str:
        """Returns the token of the last mail with a link to a page."""
        shown = self.terminal.read_text("utf-8")
        token: str = re.findall(f"/{page}#(\\S+)", shown)[-1]
        return token


def install_httpie() -> Path:
    """Returns the folder of the command `http`."""
    environment = CACHE / "httpie"
    CACHE.mkdir(exist_ok=True)
    with FileLock(environment.with_suffix(".lock")):
        if not (environment / BIN / "http").exists():
            run_uv("venv", "--quiet", "--python", sys.executable, environment)
            run_uv("pip", "install", "--quiet", "--python", environment, "httpie")
    return environment / BIN


@pytest.fixture
def variables(tmp_path: Path) -> dict[str, str]:
    """Environment variables for the commands; curl and HTTPie fail if a response is an error."""
    (tmp_path / ".curlrc").write_text("fail-with-body\n", "utf-8")
    (tmp_path / "config.json").write_text(
        '{"default_options": ["--check-status", "--ignore-stdin"]}', "utf-8"
    )
    return {
        "PATH": f"{install_httpie()}{os.pathsep}{os.environ['PATH']}",
        "CURL_HOME": str(tmp_path),
        "HTTPIE_CONFIG_DIR": str(tmp_path),
    }


@pytest.fixture
def server_variables() -> Iterator[dict[str, str]]:
    """Environment variables that make a PostgreSQL server the default of its own commands."""
    if not os.environ.get("TEST_DATABASE_URL") or not shutil.which("createdb"):
        skip_unavailable("TEST_DATABASE_URL is not set, or createdb is not on the PATH")
    url = urlsplit(os.environ["TEST_DATABASE_URL"])
    slug = f"readme_{uuid4().hex}"
    variables = {
        "PGHOST": url.hostname or "",
        "PGPORT": str(url.port or 5432),
        "PGUSER": url.username or "",
        "PGPASSWORD": url.password or "",
        "DATABASE_URL": url._replace(path=f"/{slug}").geturl(),
    }
    run("createdb", slug, cwd=CACHE, **variables)
    yield variables
    run("dropdb", "--force", slug, cwd=CACHE, **variables)


@pytest.mark.parametrize("name", PROJECTS)
def test_readme_works(
    name: str, tmp_path: Path, variables: dict[str, str], request: pytest.FixtureRequest
) -> None:
    if missing := [program for program in PROGRAMS if not shutil.which(program)]:
        skip_unavailable(f"not on the PATH: {', '.join(missing)}")
    answers = PROJECTS[name]
    if name == "sliding":
        variables |= request.getfixturevalue("server_variables")
        answers = {**answers, "project_slug": variables["DATABASE_URL"].rpartition("/")[2]}
    else:
        variables["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{variables['PATH']}"
    project = write(renderer.render(answers), tmp_path / "project")
    reader = Reader(project, tmp_path, variables, all_tests=name == "default")
    readme = (project / "README.md").read_text("utf-8")
    try:
        reader.follow([*read_parts(SAME_SECTIONS.sub("", readme) if name in SHORT else readme)])
    finally:
        reader.stop_servers()
    # `make format` formats its blocks, too.
    assert (project / "README.md").read_text("utf-8") == readme
