"""Resources and fields that are added to a project, after its team and the template have changed."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Mapping
from pathlib import Path

import pytest

from .baking import BIN, environment_for, prepare_project, run, run_unchecked
from .editing import add_block
from .files import files_of
from .test_front_ends import commit, create, cruft, git, home, template
from .test_updates import (
    SOURCES,
    answers_of,
    change,
    changes,
    manage,
    project,
    release_title,
    replace_first_line,
    state,
    update,
)
from .usual import Renderer

__all__ = ["home", "project", "template"]

pytestmark = pytest.mark.costly

OLD = "Author(name: str unique); Book(title: str(120), pages: int optional); Note(text: str)"
WITH_TAG = OLD.replace("Note(", "Tag(name: str unique, books: many Book, writer: owner); Note(")
NEW = WITH_TAG.replace("pages: int optional", 'pages: int optional, isbn: str = "it\'s; (-)"')
CONFLICT = re.compile(r"<<<<<<< .*?\n(.*?)\|{7} .*?\n(.*?)=======\n(.*?)>>>>>>> .*?\n", re.DOTALL)
BLOCK = re.compile(r"`([^`\s]+\.py)`[^\n]*(?:\n[^\n`]*)*?\n\n   ```python\n(.*?)   ```", re.DOTALL)


def add_resource_by_hand(project: Path) -> None:
    """Adds a resource as the project's README describes."""
    readme = (project / "README.md").read_text(encoding="utf-8")
    section = readme.partition("### Add a resource\n")[2].partition("\n### ")[0]
    for name, block in BLOCK.findall(section):
        source = (project / name).read_text(encoding="utf-8")
        (project / name).write_text(add_block(source, textwrap.dedent(block)), encoding="utf-8")
    ruff = project / ".venv" / BIN / "ruff"
    run(ruff, "check", "--quiet", "--fix", "--no-cache", ".", cwd=project)
    run(ruff, "format", "--quiet", "--no-cache", ".", cwd=project)


def rename_field(project: Path) -> None:
    """Renames `pages` to `page_count`, with a migration."""
    for file in [*project.glob("api/*.py"), project / "tests" / "test_resources.py"]:
        text = file.read_text(encoding="utf-8")
        file.write_text(rename(text), encoding="utf-8")
    manage(project, "makemigrations", "api", "--empty", "--name", "rename")
    (migration,) = project.glob("api/migrations/*rename.py")
    operation = 'migrations.RenameField("book", "pages", "page_count")'
    change(migration, "operations = [", f"operations = [\n        {operation},")


def rename(source: str) -> str:
    return re.sub(r'"pages"|\bpages =', lambda match: match[0].replace("s", "_count"), source)


def sources_of(project: Path) -> dict[str, str]:
    return {name: text.decode() for name, text in files_of(project).items() if name[-3:] == ".py"}


def find_new_lines(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, set[str]]:
    """Returns the lines of each file that it did not contain before."""
    return {
        name: {*text.splitlines()} - {*before.get(name, "").splitlines()}
        for name, text in after.items()
    }


def resolve(conflict: re.Match[str]) -> str:
    """Returns the template's lines with the team's changes."""
    ours, base, theirs = conflict.groups()
    known = rename(base).splitlines(keepends=True)
    kept = [line for line in ours.splitlines(keepends=True) if line not in known]
    return rename(theirs) + "".join(kept)


def link_environment(project: Path) -> None:
    # .gitignore excludes a folder, not a link.
    (project / ".git" / "info" / "exclude").write_text(".venv\n")
    prepare_project(project, environment_for("django-5.2"))


@pytest.fixture
def team_project(tmp_path: Path, home: dict[str, str], template: Path) -> Path:
    """A project with migrations, and resources that its team has changed; and a later version."""
    project = create(template, tmp_path / "out", home, {"resources": OLD, "run_setup": False})
    git("init", "--quiet", cwd=project)
    commit(project)
    link_environment(project)
    manage(project, "makemigrations", "accounts", "api", "tokens")
    rename_field(project)
    add_resource_by_hand(project)
    name = '"name", "created_at", "updated_at")\n'
    serializers = project / "api" / "serializers.py"
    change(serializers, name, f'{name}        read_only_fields = ("updated_at",)\n')
    manage(project, "makemigrations", "api")
    commit(project)
    release_title(template)
    return project


def add_later(project: Path, home: dict[str, str], before: str, after: str) -> dict[str, str]:
    """Changes `resources` as docs/upgrading.md describes. Returns the states of changed files."""
    first = git("rev-list", "--max-parents=0", "HEAD", cwd=project).strip()
    git("switch", "--quiet", "--create", "template", first, cwd=project)
    git("checkout", "@{-1}", "--", ".", cwd=project)
    patch = project.parent / "patch"
    patch.write_text(cruft("diff", cwd=project, home=home), encoding="utf-8")
    git("apply", "--allow-empty", str(patch), cwd=project)
    commit(project)
    assert cruft("diff", cwd=project, home=home) == ""
    text = (project / ".cruft.json").read_text(encoding="utf-8")
    answers = project.parent / "answers.json"
    answers.write_text(text.replace(json.dumps(before), json.dumps(after)), encoding="utf-8")
    version = ("--checkout", json.loads(text)["commit"])
    options = ("--skip-apply-ask", "--variables-to-update-file", str(answers))
    cruft("update", *options, *version, cwd=project, home=home)
    commit(project)
    git("switch", "--quiet", "-", cwd=project)
    git("config", "merge.conflictStyle", "diff3", cwd=project)
    run_unchecked("git", "cherry-pick", "--no-commit", "template", cwd=project)
    git("branch", "--delete", "--force", "template", cwd=project)
    assert answers_of(project)["resources"] == after
    lines = git("status", "--porcelain", cwd=project).splitlines()
    return {line[3:]: line[:2] for line in lines}


def test_resource_and_field_are_added_later(
    tmp_path: Path, home: dict[str, str], template: Path, team_project: Path
) -> None:
    old, new = (Renderer().render({"resources": resources}) for resources in (OLD, NEW))
    of_team = find_new_lines(old, sources_of(team_project))
    update(team_project, home)
    commit(team_project)
    replace_first_line(template / SOURCES / "manage.py", "#!/usr/bin/python3")
    commit(template)
    # As in CI, a clone without history: its files are not those that the template rendered.
    clone = tmp_path / "clone"
    git("clone", "--quiet", "--depth", "1", team_project.as_uri(), str(clone), cwd=tmp_path)
    link_environment(clone)
    manage(clone, "migrate")
    python = clone / ".venv" / BIN / "python"
    run(python, "-m", "scripts.seed", "--count", "3", cwd=clone)

    states = add_later(clone, home, OLD, WITH_TAG)
    # The team has added a resource, and the template has a later version: neither is in the way.
    assert set(states.values()) == {"A ", "M "}
    assert "manage.py" not in states
    commit(clone)

    states = add_later(clone, home, WITH_TAG, NEW)
    # The team has renamed the field before the new one.
    conflicts = {name for name in states if states[name] == "UU"}
    assert conflicts == {
        "api/admin.py",
        "api/factories.py",
        "api/filters.py",
        "api/models.py",
        "api/serializers.py",
        "api/views.py",
        "tests/test_resources.py",
    }
    assert set(states.values()) == {"M ", "UU"}
    # Each line of the team, and each new line of the template, is in its file.
    for expected in (of_team, find_new_lines(old, new)):
        for name, lines in expected.items():
            assert lines <= {*(clone / name).read_text("utf-8").splitlines()}, name

    for name in conflicts:
        text = (clone / name).read_text(encoding="utf-8")
        (clone / name).write_text(CONFLICT.sub(resolve, text), encoding="utf-8")
    git("add", "--all", cwd=clone)
    git("diff", "HEAD", "--check", cwd=clone)
    shown = manage(clone, "makemigrations")
    assert {"Create model Tag", "Add field isbn to book"} <= {
        *re.findall(r"^    \+ (.*)$", shown, re.MULTILINE)
    }
    assert re.findall(r"^    [^+].*$", shown, re.MULTILINE) == [], "nothing is removed or altered"
    manage(clone, "migrate")
    code = "from api.models import *; print(*[m.objects.count() for m in (Book, Notice, Tag)])"
    assert manage(clone, "shell", "-c", code).split()[-3:] == ["3", "3", "0"]
    run(clone / ".venv" / BIN / "ruff", "check", "--no-cache", ".", cwd=clone)
    run(clone / ".venv" / BIN / "pytest", "-q", "tests/test_resources.py", cwd=clone)


def test_resource_marks_moved_file(home: dict[str, str], project: Path) -> None:
    commit(project)
    models = project / "api" / "models"
    models.mkdir()
    (project / "api" / "models.py").rename(models / "__init__.py")
    commit(project)
    before = answers_of(project)["resources"]
    states = add_later(project, home, before, f"Room(label: str); {before}")
    assert {name for name in states if states[name] == "DU"} == {"api/models.py"}
    assert "class Room(" in (project / "api" / "models.py").read_text(encoding="utf-8")


def test_invalid_resource_changes_nothing(
    home: dict[str, str], template: Path, project: Path
) -> None:
    commit(project)
    release_title(template)
    before = state(project)
    answers = json.dumps({"resources": "Student(name: strng)"})
    options = ["--skip-apply-ask", "--variables-to-update", answers]
    shown = cruft("update", *options, cwd=project, home=home, good=False)
    assert shown.startswith("Nothing was changed: one answer is invalid.\n\nresources\n")
    assert "Student(name: strng)\n" + " " * 20 + "^^^^^" in shown
    assert shown.rstrip().endswith("\n\nCorrect this and run the command again.")
    assert changes(project, before) == set()
