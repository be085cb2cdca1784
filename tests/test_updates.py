"""Updates of a project with cruft, after its team and the template have changed."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from .baking import BIN, run
from .files import files_of
from .test_front_ends import (
    NO_SETUP,
    TOOLS,
    commit,
    cookiecutter,
    create,
    cruft,
    git,
    home,
    only_folder,
    template,
)

__all__ = ["home", "template"]

pytestmark = pytest.mark.costly

SOURCES = "{{cookiecutter.project_slug}}"
MODELS = "{% if project.api.resources %}models.py{% endif %}"
# A line of config/urls.py that both the team and the template change.
TITLE = "admin.site.site_title = admin.site.site_header"
OURS = 'admin.site.site_title = "Ours"'
THEIRS = "admin.site.site_title = str(admin.site.site_header)"


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1, (file, old)
    file.write_text(text.replace(old, new), encoding="utf-8")


def replace_first_line(file: Path, line: str) -> None:
    rest = file.read_text(encoding="utf-8").partition("\n")[2]
    file.write_text(f"{line}\n{rest}", encoding="utf-8")


def release(template: Path) -> None:
    """Tags the second version."""
    commit(template)
    git("tag", "v1.1.0", cwd=template)


def state(project: Path) -> dict[str, tuple[bytes, int]]:
    """Returns content and modification time of all files, except those of git."""
    return {
        name: (content, (project / name).stat().st_mtime_ns)
        for name, content in files_of(project).items()
        if not name.startswith(".git/")
    }


def changes(project: Path, before: dict[str, tuple[bytes, int]]) -> set[str]:
    after = state(project)
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}


def update(project: Path, home: dict[str, str], **answers: Any) -> str:
    variables = ("--variables-to-update", json.dumps(answers)) if answers else ()
    return cruft("update", "--skip-apply-ask", *variables, cwd=project, home=home)


def answers_of(project: Path) -> dict[str, Any]:
    known = json.loads((project / ".cruft.json").read_text(encoding="utf-8"))
    answers: dict[str, Any] = known["context"]["cookiecutter"]
    return answers


def release_greeting(template: Path) -> None:
    """Releases a version with one more prompt, the code that reads it, and changes in many files."""
    prompts = json.loads((template / "cookiecutter.json").read_text(encoding="utf-8"))
    prompts["__prompts__"]["greeting"] = "Title of the admin's index page"
    (template / "cookiecutter.json").write_text(json.dumps({"greeting": "Hello", **prompts}))
    package = template / "drf_jwt_template"
    field = "    run_setup: bool\n"
    change(package / "answers" / "__init__.py", field, field + "    greeting: str\n")
    read = '            run_setup=self.yes_no("run_setup"),\n'
    change(
        package / "answers" / "reading.py",
        read,
        read + '            greeting=self.line("greeting"),\n',
    )
    name = "        self.name = answers.project_name\n"
    change(
        package / "project" / "__init__.py",
        name,
        name + "        self.greeting = answers.greeting\n",
    )

    sources = template / SOURCES
    replace_first_line(sources / "api" / MODELS, '"""Changed."""')
    change(
        sources / "config" / "settings.py", "USE_TZ = True\n", "USE_TZ = True\nUSE_I18N = True\n"
    )
    change(
        sources / "config" / "urls.py",
        TITLE,
        TITLE + "\nadmin.site.index_title = {{ project.greeting | py }}",
    )
    pyproject = sources / "pyproject.toml"
    text = pyproject.read_text(encoding="utf-8")
    assert "whitenoise>=6.10" not in text
    pyproject.write_text(re.sub("whitenoise>=[0-9.]+", "whitenoise>=6.10", text), encoding="utf-8")
    (sources / "tests" / "test_greeting.py").write_text(
        "from django.contrib import admin\n\n\n"
        "def test_admin_greeting() -> None:\n"
        "    assert admin.site.index_title == {{ project.greeting | py }}\n"
    )
    release(template)


def add_work(project: Path) -> None:
    """Adds and commits a field, a setting, and a view with its URL, as the README recommends."""
    change(
        project / "api" / "models.py",
        "    city = models.CharField(max_length=255)\n",
        "    city = models.CharField(max_length=255)\n"
        "    nickname = models.CharField(max_length=40, blank=True)\n",
    )
    change(
        project / "api" / "serializers.py",
        '"city", "created_at"',
        '"city", "nickname", "created_at"',
    )
    with (project / "config" / "settings.py").open("a", encoding="utf-8") as file:
        file.write('\nPING_TEXT = env.str("PING_TEXT", default="pong")\n')
    (project / "api" / "ping.py").write_text(
        "from django.conf import settings\n"
        "from django.http import HttpRequest, JsonResponse\n\n\n"
        "def ping(request: HttpRequest) -> JsonResponse:\n"
        '    return JsonResponse({"text": settings.PING_TEXT})\n'
    )
    urls = project / "config" / "urls.py"
    last = '    path("api-auth/", include("rest_framework.urls")),\n'
    change(urls, last, last + '    path("ping/", ping),\n')
    change(
        urls, "\nadmin.site.site_header", "\nfrom api.ping import ping\n\nadmin.site.site_header"
    )
    (project / "tests" / "test_ping.py").write_text(
        "from rest_framework.test import APIClient\n\n\n"
        "def test_ping() -> None:\n"
        '    assert APIClient().get("/ping/").json() == {"text": "pong"}\n'
    )
    manage(project, "makemigrations", "api")
    manage(project, "migrate")
    commit(project)


def manage(project: Path, *arguments: str) -> str:
    return run(project / ".venv" / BIN / "python", "manage.py", *arguments, cwd=project)


def set_up(project: Path) -> None:
    """Runs `make setup`."""
    path = f"{TOOLS}{os.pathsep}{os.environ['PATH']}"
    run(sys.executable, "scripts/setup.py", cwd=project, PATH=path)


@pytest.mark.slow
def test_update_keeps_work_of_team(tmp_path: Path, home: dict[str, str], template: Path) -> None:
    project = create(template, tmp_path / "out", home, {"algorithm": "ES256"})
    commit(project)
    add_work(project)
    release_greeting(template)
    assert "out of date" in cruft("check", cwd=project, home=home, good=False)
    before = state(project)
    assert {".env", "db.sqlite3", "keys/jwt.pem", "uv.lock"} < before.keys(), "it was set up"

    update(project, home)
    # Nothing is installed or migrated, and no secret, database or migration is created.
    assert changes(project, before) == {
        ".cruft.json",
        "api/models.py",
        "config/settings.py",
        "config/urls.py",
        "pyproject.toml",
        "tests/test_greeting.py",
    }
    assert "up to date" in cruft("check", cwd=project, home=home)
    assert answers_of(project)["greeting"] == "Hello"
    for name, theirs, ours in (
        ("api/models.py", '"""Changed."""', "nickname = "),
        ("config/settings.py", "USE_I18N = True", "PING_TEXT = "),
        ("config/urls.py", 'admin.site.index_title = "Hello"', 'path("ping/", ping),'),
    ):
        text = (project / name).read_text(encoding="utf-8")
        assert theirs in text
        assert ours in text

    manage(project, "makemigrations", "--check", "--dry-run")
    run(project / ".venv" / BIN / "pytest", "-q", cwd=project)
    # The project's commit hooks pass.
    commit(project)
    set_up(project)
    assert git("status", "--porcelain", cwd=project).split() == ["M", "uv.lock"]


def test_changed_answer_adds_first_migration(
    tmp_path: Path, home: dict[str, str], template: Path
) -> None:
    project = create(template, tmp_path / "out", home, {"revocation": "blacklist"})
    commit(project)
    before = state(project)
    update(project, home, revocation="sessions")
    changed = changes(project, before)
    assert {"tokens/models.py", "tests/test_sessions.py", "config/settings.py"} < changed
    assert not changed & {".env", "db.sqlite3", "keys/jwt.txt", "uv.lock"}
    assert answers_of(project)["revocation"] == "sessions"

    set_up(project)
    assert (project / "tokens" / "migrations" / "0001_initial.py").exists()
    manage(project, "makemigrations", "--check", "--dry-run")
    run(project / ".venv" / BIN / "pytest", "-q", "tests/test_sessions.py", cwd=project)


@pytest.fixture
def project(tmp_path: Path, home: dict[str, str], template: Path) -> Path:
    """A project of the first version, not set up, in a repository without commits."""
    project = create(template, tmp_path / "out", home, {"run_setup": False})
    git("init", "--quiet", cwd=project)
    return project


def test_new_prompt_is_answered_by_update(
    home: dict[str, str], template: Path, project: Path
) -> None:
    commit(project)
    release_greeting(template)
    update(project, home, greeting="Moin")
    assert answers_of(project)["greeting"] == "Moin"
    urls = (project / "config" / "urls.py").read_text(encoding="utf-8")
    assert 'admin.site.index_title = "Moin"' in urls


def release_title(template: Path) -> None:
    """Releases a version that changes the same line as the team, and another file."""
    change(template / SOURCES / "config" / "urls.py", TITLE, THEIRS)
    replace_first_line(template / SOURCES / "api" / MODELS, '"""Changed."""')
    release(template)


def test_line_changed_by_both_is_conflict(
    home: dict[str, str], template: Path, project: Path
) -> None:
    commit(project)
    change(project / "config" / "urls.py", TITLE, OURS)
    commit(project)
    release_title(template)
    shown = update(project, home)
    assert "U config/urls.py" in shown
    text = (project / "config" / "urls.py").read_text(encoding="utf-8")
    assert f"<<<<<<< ours\n{OURS}\n=======\n{THEIRS}\n>>>>>>> theirs\n" in text
    assert (project / "api" / "models.py").read_text("utf-8").startswith('"""Changed."""')
    assert "up to date" in cruft("check", cwd=project, home=home)
    # As in a merge, `git commit` fails until the conflict is resolved.
    assert "UU config/urls.py" in git("status", "--porcelain", cwd=project)


def test_unknown_first_version_is_merged(
    home: dict[str, str], template: Path, project: Path
) -> None:
    # The project's commits do not contain the common version.
    change(project / "config" / "urls.py", TITLE, OURS)
    commit(project)
    release_title(template)
    update(project, home)
    status = git("status", "--porcelain", cwd=project)
    assert " ".join(status.split()) == "M .cruft.json M api/models.py UU config/urls.py"


def test_deleted_file_stays_deleted(home: dict[str, str], template: Path, project: Path) -> None:
    commit(project)
    (project / "config" / "urls.py").unlink()
    commit(project)
    release_title(template)
    before = state(project)
    update(project, home)
    assert changes(project, before) == {".cruft.json", "api/models.py"}


def test_cookiecutter_project_can_be_linked(
    tmp_path: Path, home: dict[str, str], template: Path
) -> None:
    cookiecutter(tmp_path / "out", "--no-input", NO_SETUP, "algorithm=ES256", home=home)
    project = only_folder(tmp_path / "out")
    git("init", "--quiet", cwd=project)
    commit(project)
    answers = json.dumps({"algorithm": "ES256", "run_setup": False})
    options = ["--checkout", "v1.0.0", "--no-input", "--extra-context", answers]
    cruft("link", str(template), *options, cwd=project, home=home)
    assert cruft("diff", cwd=project, home=home) == "", "linked to another version"
    commit(project)
    release_greeting(template)
    update(project, home)
    assert (project / "tests" / "test_greeting.py").exists()


def test_dropped_file_with_changes_is_kept(
    home: dict[str, str], template: Path, project: Path
) -> None:
    commit(project)
    ours = project / "tests" / "test_parallel.py"
    with ours.open("a", encoding="utf-8") as file:
        file.write("# Ours.\n")
    commit(project)
    text = ours.read_text(encoding="utf-8")
    update(project, home, rotate_refresh_tokens=False)
    assert ours.read_text(encoding="utf-8") == text
    jwt = (project / "config" / "jwt.py").read_text(encoding="utf-8")
    assert '"ROTATE_REFRESH_TOKENS": False' in jwt
