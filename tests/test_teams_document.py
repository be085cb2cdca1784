"""The commands of docs/teams.md, executed as they are written and in their order."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from .baking import run
from .proving import renderer
from .test_documents import (
    ENTER,
    NAME,
    OF_PROJECT,
    Document,
    Shell,
    link_environment,
    release,
    shell,
)
from .test_front_ends import TOOLS, commit, git, template
from .test_updates import SOURCES, answers_of, change, replace_first_line

__all__ = ["shell", "template"]


@pytest.mark.slow
def test_teams_commands(shell: Shell) -> None:
    document = Document("docs/teams.md")
    work = shell.folder

    # Keep the answers in a file
    config = work / "answers.yaml"
    answers = document.block("yaml")
    config.write_text(answers, encoding="utf-8")
    shell.run(document.block("sh"), answers=ENTER)
    old = work / "my_api"
    commit(old)
    given = yaml.safe_load(answers)["default_context"]
    assert given.items() <= answers_of(old).items()
    release(shell.template)
    config.write_text(f"{answers}  NAME: ours\n", encoding="utf-8")
    shell.folder = old
    update = document.command("COOKIECUTTER_CONFIG=answers.yaml cruft update --skip-apply-ask")
    shell.run(update.replace("=", f"={work}/", 1))
    assert answers_of(old)["NAME"] == "ours"
    git("reset", "--quiet", "--hard", cwd=old)
    git("reset", "--quiet", "--hard", "v1.0.0", cwd=shell.template)

    # Check the file
    shell.folder = work
    (work / "check_answers.py").write_text(document.block("python"), encoding="utf-8")
    check = document.block("sh")
    for before, after, shown, variables in (
        ("ci: gitlab", "ci: gitlab\n  NAME: ours", "NAME = 'ours', but: 'unknown'", {}),
        ("algorithm:", "algoritm:", "algoritm = 'ES256', but: 'unknown'", {}),
        ("ES256", "es256", "es256 provided for choice variable algorithm", {}),
        ("ES256", "es256", "ci = 'gitlab', but: 'github'", {"PYTHONWARNINGS": "ignore"}),
        ("15m", "15", "access_token_lifetime = '15'", {}),
        ("true", '"true"', "rotate_refresh_tokens = 'true', but: True", {}),
        ("default_context", "default_contex", "KeyError: 'default_context'", {}),
    ):
        config.write_text(answers.replace(before, after), encoding="utf-8")
        assert shown in shell.run(check, status=1, **variables)
    config.write_text(answers, encoding="utf-8")
    shell.run(check)

    follow_fork(shell, document, old)
    check_updates_in_ci(shell, document, old)
    document.assert_finished(*OF_PROJECT)


def follow_fork(shell: Shell, document: Document, old: Path) -> None:
    """Executes the sections about a fork. `old` is a project of the template."""
    work = shell.folder
    team = shell.template.with_name("team")
    git("init", "--quiet", "--bare", "--initial-branch=main", str(team / NAME), cwd=work)
    with (Path(shell.variables["HOME"]) / ".gitconfig").open("a", encoding="utf-8") as file:
        file.write(f'[url "{team.as_uri()}/"]\n\tinsteadOf = https://github.com/TEAM/\n')
    shell.run(document.block("sh"))
    fork = shell.folder
    link_environment(fork)
    (fork / ".git" / "info" / "exclude").write_text(".venv\n", encoding="utf-8")
    prompts, page = fork / "cookiecutter.json", fork / "docs" / "options.md"
    for line in document.block("json").splitlines():
        name = line.partition(":")[0]
        text = prompts.read_text(encoding="utf-8")
        prompts.write_text(re.sub(rf"^  {name}:.*$", f"  {line}", text, flags=re.M), "utf-8")
    shell.run(document.block("sh"))
    assert "Default: `10m`" in page.read_text(encoding="utf-8")
    shell.run(document.block("sh"))
    assert git("status", "--porcelain", cwd=fork) == ""
    shell.folder = work / "forked"
    shell.folder.mkdir()
    shell.run(document.block("sh"), answers=ENTER)
    project = shell.folder / "my_api"
    commit(project)
    assert answers_of(project)["login_field"] == "email"

    # Merge a later version
    replace_first_line(shell.template / SOURCES / "README.md", "# Changed")
    change(shell.template / "docs" / "options.md", "Default: `5m`", "Default: `4m`")
    commit(shell.template)
    shell.folder = fork
    assert "conflict in docs/options.md" in shell.run(document.block("sh"), status=1)
    shell.run(document.block("sh"))
    assert "Default: `10m`" in page.read_text(encoding="utf-8")
    shell.run(document.command("git push"))
    shell.folder = project
    shell.run("cruft update --skip-apply-ask")
    assert (project / "README.md").read_text(encoding="utf-8").startswith("# Changed\n")

    # Move a project to the fork
    shell.folder = old
    shell.run(document.block("sh"))
    assert git("status", "--porcelain", cwd=old) == ""


def check_updates_in_ci(shell: Shell, document: Document, old: Path) -> None:
    """Executes the jobs in a project with a pipeline for GitLab."""
    workflow = old / ".github" / "workflows" / "template.yml"
    workflow.parent.mkdir(parents=True)
    workflow.write_text(document.block("yaml"), encoding="utf-8")
    used = re.findall(r"uses: .*|version: .*", workflow.read_text(encoding="utf-8"))
    files = renderer.render({})
    assert len(used) == 3
    assert all(line in files[".github/workflows/ci.yml"] for line in used)
    with (old / ".gitlab-ci.yml").open("a", encoding="utf-8") as file:
        file.write(f"\n{document.block('yaml')}")
    for path, schema in (
        (workflow, ["github-workflows"]),
        (old / ".gitlab-ci.yml", ["gitlab-ci", "--data-transform", "gitlab-ci"]),
    ):
        builtin = f"vendor.{schema[0]}"
        run(TOOLS / "check-jsonschema", "--builtin-schema", builtin, *schema[1:], path, cwd=old)
    run(TOOLS / "zizmor", "--offline", "--no-progress", workflow, cwd=old)
    commit(old)

    jobs = yaml.safe_load(workflow.read_text("utf-8"))["jobs"]
    (command,) = [step["run"] for step in jobs["check"]["steps"] if "run" in step]
    pipeline = yaml.safe_load((old / ".gitlab-ci.yml").read_text("utf-8"))
    assert pipeline["template"]["script"] == [command]
    shell.folder = old
    shell.run(command, status=1)
    shell.run("cruft update --skip-apply-ask")
    shell.run(command)
