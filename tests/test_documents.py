"""The commands of the documents, executed as they are written and in their order.

git redirects the template's address on GitHub to a local repository. Nothing else is replaced.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import textwrap
from collections import deque
from pathlib import Path

import pytest

from drf_jwt_template.language.parser import parse
from drf_jwt_template.language.reader import LanguageError

from .baking import BIN, PROMPTS, ROOT, clean_environment, run, run_uv
from .test_front_ends import TOOLS, commit, git, template
from .test_updates import MODELS, SOURCES, answers_of, replace_first_line

__all__ = ["template"]

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the commands are for a POSIX shell")

# Documents whose commands the tests below execute, and others without such commands.
EXECUTED = {"CONTRIBUTING.md", "README.md", "docs/resources.md", "docs/upgrading.md"}
# tests/test_teams_document.py executes these.
EXECUTED_ELSEWHERE = {"docs/teams.md"}
WITHOUT_BLOCKS = ["docs/how-updates-work.md", "docs/options.md", "docs/tokens.md"]
INDEX = "docs/decisions/README.md"
DECISIONS = {
    path.relative_to(ROOT).as_posix() for path in (ROOT / "docs" / "decisions").glob("*.md")
}
# The list of changes, the decisions, and the measurements, whose commands take long.
OTHERS = {"CHANGELOG.md", "docs/performance.md"} | DECISIONS
# tests/test_recipes.py executes these.
RECIPES = {path.relative_to(ROOT).as_posix() for path in (ROOT / "docs" / "recipes").glob("*.md")}
DOCUMENTS = EXECUTED | EXECUTED_ELSEWHERE | {*WITHOUT_BLOCKS} | RECIPES | OTHERS
ADDRESS = "https://github.com/OWNER/"
# Commands that no test of this file executes, and the reason.
NAME = "cookiecutter-drf-jwt"
REPLAY = f".cookiecutter_replay/{NAME}.json"
NOT_EXECUTED = {
    "make demo": "`.ci/run` executes it",
    "make test": "`.ci/run` executes it",
    "make test-slow": "`.ci/run` executes it",
    "make test-clients": "`.ci/run` executes it",
    "make test-deployment": "`.ci/run` executes it",
    "make bench": "it needs a quiet machine",
    "make bench-full": "it takes an hour",
    ".venv/bin/python -m benchmarks --full growth": "it needs a quiet machine",
    "make client": "the tests of clients execute it",
    "make lint": "the tests of a project's README execute it",
    "make test-all": "it takes hours",
    ".venv/bin/python -m tools.options": "test_options_page_is_current compares the page",
    "python -m tools.options": "test_options_page_is_current compares the page",
    "pytest tests/test_pictures.py --pictures": "the test takes the same pictures",
    "python -m tools.picture": "test_pictures_are_described reads the result",
    ".venv/bin/python -m tests.costs": "test_costs_are_as_recorded counts the same",
    "manage.py check --deploy": "the tests of the projects execute it",
    "manage.py prepare": "a command of earlier versions",
    "manage.py seed": "a command of earlier versions",
    "manage.py worker": "the tests of a project execute it",
    "python -m scripts.prepare": "a test of the projects executes it",
    "python -m scripts.seed": "a test of the projects executes it",
}
COMMAND = (
    r"(?:[A-Z_]+=\S+ )*(?:\S*/)?(?:cookiecutter|cruft|git|make|manage\.py|pytest|python|uvx?) .*"
)
# Parts of commands that the last test executes.
OF_PROJECT = (
    "cruft check",
    "cruft create",
    "cruft update",
    "git add",
    "git diff HEAD",
    "git status",
    "make migrations",
    "make schema",
    "make setup",
    "manage.py check",
    "uvx cruft",
)
ENTER = "\n" * sum(not name.startswith("_") for name in PROMPTS)


class Document:
    """A document whose blocks and commands are read in their order."""

    def __init__(self, name: str) -> None:
        text = (ROOT / name).read_text(encoding="utf-8")
        fence = r"^( *)```(\w*)\n(.*?)^ *```$"
        self.blocks = deque(
            (language, textwrap.dedent(block))
            for _, language, block in re.findall(fence, text, re.MULTILINE | re.DOTALL)
        )
        rest = re.sub(fence, "", text, flags=re.MULTILINE | re.DOTALL)
        spans = (" ".join(span.split()) for span in re.findall(r"`([^`]+)`", rest))
        self.commands = {span for span in spans if re.fullmatch(COMMAND, span)}

    def block(self, language: str) -> str:
        """Returns the next block, which must have this language."""
        found, block = self.blocks.popleft()
        assert found == language, block
        return block

    def command(self, command: str) -> str:
        """Returns a command that is part of a sentence."""
        assert command in self.commands
        self.commands.discard(command)
        return command

    def assert_finished(self, *executed: str) -> None:
        assert list(self.blocks) == []
        assert self.commands <= NOT_EXECUTED.keys() | set(executed)


class Shell:
    """A shell whose home has no configuration except the address of the template."""

    def __init__(self, folder: Path, template: Path) -> None:
        home = folder / "home"
        home.mkdir()
        repository = folder / "cookiecutter-drf-jwt.git"
        template.rename(repository)
        self.template = repository
        (home / ".gitconfig").write_text(
            f'[url "{folder.as_uri()}/"]\n\tinsteadOf = {ADDRESS}\n'
            "[user]\n\tname = Test\n\temail = test@example.com\n",
            encoding="utf-8",
        )
        self.variables = {
            "HOME": str(home),
            "PATH": f"{TOOLS}{os.pathsep}{os.environ['PATH']}",
            "UV_CACHE_DIR": run_uv("cache", "dir").strip(),
        }
        self.folder = folder / "work"
        self.folder.mkdir()

    def run(self, commands: str, *, answers: str = "", status: int = 0, **variables: str) -> str:
        """Executes lines in the folder where the previous ones ended. Returns what they print."""
        end = self.folder.parent / "end"
        process = subprocess.run(
            ["sh", "-e", "-c", f"trap 'pwd >{shlex.quote(str(end))}' EXIT\n{commands}"],
            cwd=self.folder,
            env=clean_environment(**self.variables, **variables),
            input=answers,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert process.returncode == status, f"{commands}\n{process.stdout}"
        self.folder = Path(end.read_text(encoding="utf-8").strip())
        return process.stdout


@pytest.fixture
def shell(tmp_path: Path, template: Path) -> Shell:
    return Shell(tmp_path, template)


def test_all_documents_are_known() -> None:
    found = {path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.md")}
    found |= {path.name for path in ROOT.glob("*.md")}
    assert found == DOCUMENTS


def test_readme_lists_all_prompts() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`.*?) \| (.*?) \|", readme.partition("## Answers")[2], re.MULTILINE)
    found = {name: answers for names, answers in rows for name in re.findall(r"`(\w+)`", names)}
    assert found.keys() == {name for name in PROMPTS if not name.startswith("_")}
    for name, answers in found.items():
        if isinstance(PROMPTS[name], list):
            assert sorted(re.findall("`(.*?)`", answers)) == sorted(PROMPTS[name])


def links(name: str) -> set[tuple[str, str]]:
    """Returns the files of this repository and the headings in them to which a document links."""
    found = set()
    for target in re.findall(r"\]\(([^)]+)\)", (ROOT / name).read_text(encoding="utf-8")):
        if "://" not in target:
            file, _, heading = target.partition("#")
            path = (ROOT / name).parent / file if file else ROOT / name
            found.add((path.resolve().relative_to(ROOT).as_posix(), heading))
    return found


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_links_lead_to_files_and_headings(name: str) -> None:
    for file, heading in links(name):
        assert (ROOT / file).exists(), file
        if heading:
            titles = re.findall(r"^#+ (.+)$", (ROOT / file).read_text(encoding="utf-8"), re.M)
            anchors = {re.sub(r"[^\w\- ]", "", title).lower().replace(" ", "-") for title in titles}
            assert heading in anchors, f"{file}#{heading}"


def test_index_lists_all_decisions() -> None:
    assert {file for file, _ in links(INDEX)} == DECISIONS - {INDEX}


def test_changelog_begins_with_version() -> None:
    """Compares the newest version, below what is not released, with that of the project."""
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    version = re.findall(r'^version = "(.+)"$', project, re.M)
    assert re.findall(r"^## \[(.+)\] - \d{4}-\d\d-\d\d$", changes, re.M)[:1] == version
    assert f"[{version[0]}]: {ADDRESS}cookiecutter-drf-jwt/releases/tag/v{version[0]}\n" in changes


@pytest.mark.parametrize("name", WITHOUT_BLOCKS)
def test_document_has_known_commands_only(name: str) -> None:
    Document(name).assert_finished(*OF_PROJECT)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (
            "--no-input algorithm=rs256",
            "ValueError: rs256 provided for choice variable algorithm, but the choices are ",
        ),
        (
            "--no-input run_setup=perhaps",
            "ValueError: perhaps provided for variable run_setup could not be converted to a boolean.",
        ),
        ("--config-file missing.yaml", "ConfigDoesNotExistException"),
        ("--config-file bad.txt", "InvalidConfiguration"),
        ("--replay-file missing.json", "FileNotFoundError"),
        ("--replay-file bad.json", "JSONDecodeError"),
    ],
)
def test_traceback_is_documented(shell: Shell, arguments: str, error: str) -> None:
    assert f"`{error}" in (ROOT / "docs" / "options.md").read_text(encoding="utf-8")
    for name in ("bad.txt", "bad.json"):
        (shell.folder / name).write_text("a: [", encoding="utf-8")
    command = f"cookiecutter {shell.template} {arguments}"
    last = shell.run(command, status=1).splitlines()[-1]
    assert error in last
    assert {path.name for path in shell.folder.iterdir()} == {"bad.txt", "bad.json"}


@pytest.mark.slow
def test_readme_commands(shell: Shell) -> None:
    document = Document("README.md")
    shown = shell.run(document.block("sh"), answers=ENTER)
    assert "my_api is ready" in shown
    assert (Path(shell.variables["HOME"]) / REPLAY).is_file()

    clone, *lines = document.block("sh").splitlines()
    work = shell.folder
    shell.run(clone)
    assert (shell.folder / "Makefile").is_file()
    shell.folder = work
    assert {line.partition("   #")[0] for line in lines} <= NOT_EXECUTED.keys()
    assert "✓ Environment" in document.block("text")

    # The setup of the first project has created everything that this one needs.
    shown = shell.run(document.block("sh"))
    jwt = (shell.folder / "book_club" / "config" / "jwt.py").read_text(encoding="utf-8")
    assert '"ALGORITHM": "ES256"' in jwt
    document.assert_finished(*OF_PROJECT)


def link_environment(clone: Path) -> None:
    """Links the environment of this test, which `make` must not install again."""
    (clone / ".venv").symlink_to(ROOT / ".venv", target_is_directory=True)
    for name in ("constraints.txt", "pyproject.toml"):
        os.utime(clone / name, (0, 0))


@pytest.mark.slow
def test_contributing_commands(shell: Shell) -> None:
    document = Document("CONTRIBUTING.md")
    git("clone", "--quiet", str(shell.template), "clone", cwd=shell.folder)
    shell.folder /= "clone"
    link_environment(shell.folder)

    *lines, last = document.block("sh").splitlines()
    assert {line.partition("  #")[0].strip() for line in lines} <= NOT_EXECUTED.keys()
    assert last.startswith("make format ")
    shell.run(last)
    assert git("status", "--porcelain", cwd=shell.folder) == "?? .venv\n"

    for line in document.block("sh").splitlines():
        # Other tests run these tests.
        shown = shell.run(line, answers=ENTER, PYTEST_ADDOPTS="--collect-only -q")
        assert "pytest" not in line or re.search(r"^[1-9][0-9/]* tests collected", shown, re.M)
    assert (shell.folder / "demo" / "my_api" / "manage.py").is_file()
    # Releases
    git("config", "receive.denyCurrentBranch", "updateInstead", cwd=shell.template)
    (shell.folder / "pyproject.toml").write_text("Changed.\n", encoding="utf-8")
    shell.run(document.block("sh"))
    assert git("tag", "--points-at", "main", cwd=shell.template) == "v1.1.0\n"
    shell.run(document.block("sh"))
    assert (shell.folder.parent / "my_api" / "manage.py").is_file()

    lines = document.block("sh").splitlines()
    assert {line.partition("  #")[0].strip() for line in lines} <= NOT_EXECUTED.keys()
    shell.run(document.command("make clean"))
    assert not (shell.folder / "demo").exists()
    document.assert_finished()


def test_resources_blocks() -> None:
    document = Document("docs/resources.md")
    *others, errors = (block for language, block in document.blocks if language == "text")
    document.blocks.clear()
    for block in others:
        if not block.startswith("resources := "):
            parse(block)
    expected = re.escape(errors.strip()).replace("…", ".*")
    with pytest.raises(LanguageError) as error:
        parse("Student(name: strng, id: int)")
    assert re.fullmatch(expected, str(error.value))
    document.assert_finished()


def release(template: Path) -> None:
    """Releases a version with one more prompt, which is called as in the document."""
    prompts = json.loads((template / "cookiecutter.json").read_text(encoding="utf-8"))
    text = json.dumps({"NAME": "default", **prompts})
    (template / "cookiecutter.json").write_text(text, encoding="utf-8")
    replace_first_line(template / SOURCES / "api" / MODELS, '"""Changed."""')
    replace_first_line(template / SOURCES / "README.md", "# Changed")
    commit(template)
    git("tag", "v1.1.0", cwd=template)


def shorten_tests(project: Path) -> None:
    """Makes `make test` run one module: other tests run all tests of such projects."""
    script = project / ".venv" / BIN / "pytest"
    script.unlink()
    script.write_text("#!/bin/sh\nexec .venv/bin/python -m pytest tests/test_env.py\n")
    script.chmod(0o755)


@pytest.mark.slow
def test_upgrading_commands(shell: Shell) -> None:
    document = Document("docs/upgrading.md")
    work = shell.folder

    # Create a project with cruft
    shell.run(document.block("sh"), answers=ENTER)
    project = shell.folder
    assert project == work / "my_api"
    shell.run(document.block("sh"))
    start = git("rev-parse", "HEAD", cwd=project).strip()

    # Link a project to the template
    shell.folder = work / "linked"
    shell.folder.mkdir()
    answers = "algorithm=ES256 api_prefix=v1 run_setup=no"
    shell.run(f"cookiecutter --no-input {ADDRESS}cookiecutter-drf-jwt {answers}\ncd my_api")
    git("init", "--quiet", cwd=shell.folder)
    commit(shell.folder)
    shell.run(document.block("sh"))
    assert shell.run(document.command("cruft diff")) == ""
    shell.run(document.block("sh"))

    # Update to a later version
    shell.folder = project
    release(shell.template)
    shell.run(document.block("sh"), status=1)
    shell.run(document.block("sh"))
    shell.run(document.block("sh"))
    shown = shell.run(document.block("sh"))
    assert '+"""Changed."""' in shown
    shell.run(document.block("sh"))
    shorten_tests(project)
    shell.run(document.block("sh"))
    assert answers_of(project)["NAME"] == "default"
    # Answers that changed
    answers_file = project.parent / "answers.json"
    answers_file.write_text(document.block("json"), encoding="utf-8")
    shell.run(document.block("sh"))
    assert "class Note(models.Model)" in (project / "api" / "models.py").read_text("utf-8")
    normalize = document.block("python")
    code = f"from django.apps import apps\n{normalize}\nnormalize_users(apps, None)\n"
    run(project / ".venv" / BIN / "python", "manage.py", "shell", "-c", code, cwd=project)
    shell.run(document.command("git reset --hard"))
    assert git("status", "--porcelain", cwd=project) == ""

    # Answer a new prompt
    shell.run(document.block("sh"))
    assert answers_of(project)["NAME"] == "answer"
    git("reset", "--hard", cwd=project)
    shell.run(
        document.command("cruft update --skip-apply-ask --cookiecutter-input"),
        answers="typed\n" + ENTER,
    )
    assert '+      "NAME": "typed"' in shell.run(document.command("git diff .cruft.json"))
    commit(project)

    # Change an answer
    git("switch", "--quiet", "--detach", start, cwd=project)
    shell.run(document.block("sh"))
    assert answers_of(project)["revocation"] == "blacklist"
    assert "NAME" not in answers_of(project)
    git("reset", "--hard", cwd=project)
    answers_file.write_text(document.block("json"), encoding="utf-8")
    shell.run(document.block("sh"))
    shell.run(document.command("make setup"))
    shell.run(document.command("make migrations"))
    shorten_tests(project)
    shell.run(document.command("make test"))
    assert "class Course(models.Model)" in (project / "api" / "models.py").read_text("utf-8")
    commit(project)

    # Add a resource or a field
    git("switch", "--quiet", "--create", "work", cwd=project)
    shell.run(document.block("sh"))
    shell.run(document.block("sh"))
    answers_text = answers_file.read_text(encoding="utf-8")
    new_text = answers_text.replace("Course(", "Room(label: str unique); Course(")
    new_text = new_text.replace("city: str", "email: email optional, city: str")
    answers_file.write_text(new_text, encoding="utf-8")
    assert "+class Room(models.Model)" in shell.run(document.block("sh"))
    shell.run(document.block("sh"))
    assert "+class Room(models.Model)" in shell.run(document.command("git show template"))
    shell.run(document.block("sh"))
    assert list((project / "api" / "migrations").glob("0003_*room*.py"))

    # Let people create accounts
    document.command("manage.py shell")
    twins = "for name in 'ab':\n    User.objects.create_user(name, 'twin@example.com')\n"
    code = f"from accounts.models import User\n{twins}{document.block('python')}"
    shown = run(project / ".venv" / BIN / "python", "manage.py", "shell", "-c", code, cwd=project)
    assert "[('twin@example.com', 2)]" in shown

    # Exclude files from updates
    with (project / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write(document.block("toml"))
    commit(project)
    replace_first_line(shell.template / SOURCES / "manage.py", "#!/usr/bin/python3")
    replace_first_line(shell.template / SOURCES / "README.md", "# Changed again")
    commit(shell.template)
    shell.run("cruft update --skip-apply-ask")
    changed = git("status", "--porcelain", cwd=project).split()
    assert changed == ["M", ".cruft.json", "M", "manage.py"]
    git("reset", "--hard", cwd=project)
    shell.run(document.command("cruft update --skip-apply-ask --skip-update"))
    assert git("status", "--porcelain", cwd=project).split() == ["M", ".cruft.json"]

    # Follow releases
    shell.folder = work / "releases"
    shell.folder.mkdir()
    shell.run(document.block("sh"), answers=ENTER)
    shell.folder /= "my_api"
    commit(shell.folder)
    tags = shell.run(document.block("sh")).split()
    assert [name for name in tags if "/" in name] == ["refs/tags/v1.0.0", "refs/tags/v1.1.0"]
    shell.run(document.block("sh"), status=1)
    shell.run(document.block("sh"))
    assert (shell.folder / "README.md").read_text("utf-8").startswith("# Changed\n")

    # Check for updates in CI
    released = shell.folder
    shell.folder = project
    shell.run(document.block("sh"))
    shell.folder = released
    shell.run("cruft check", status=1)
    shell.run(document.block("sh"))
    document.assert_finished(*OF_PROJECT)
