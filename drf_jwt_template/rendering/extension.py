"""The Jinja extension that provides `project` to the templates.

The answers are read when generation begins, before the project's folder is created: an invalid
answer leaves nothing behind. A refusal is a SystemExit, for which neither Cookiecutter nor cruft
prints a traceback.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from typing import Any

from jinja2 import Environment, TemplateSyntaxError
from jinja2.ext import Extension
from jinja2.runtime import Context

from ..answers.problems import AnswersError
from ..answers.reading import read
from ..project import Project
from ..prompts import TEMPLATE_DIR
from . import cruft, literals, refusal
from .new_folder import find_new_folder, remove_if_interrupted
from .tidying import tidy

PYTHON = re.compile(r"\.py(\{% endif %\})?$")
LINE_STATEMENT = re.compile(r"^[ \t]*# % (.*?)[ \t]*$", re.MULTILINE)


class ProjectExtension(Extension):
    """Adds `project`, the filters of `literals`, and `# % …` for line statements."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        cruft.unload_package()
        environment.context_class = ProjectContext
        environment.filters |= {
            "py": literals.string,
            "toml": literals.toml,
            "markdown": literals.markdown,
            "code": "`{}`".format,
            "duration": literals.duration_source,
            "duration_words": literals.duration_words,
            "tidy": tidy,
        }
        # Absolute: the path that a front end knows may be relative.
        environment.globals |= {
            "template_dir": str(TEMPLATE_DIR),
            "is_update": cruft.is_update,
        }

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Converts line statements to blocks, and applies `tidy` to Python modules.

        Jinja's `line_statement_prefix` removes the blank lines after a statement, so that no
        template could contain the two blank lines before a class.
        """
        if name is None:
            # Cookiecutter renders the answers, too. A text such as "{{" is not a valid template.
            try:
                self._plain.parse(source)
            except TemplateSyntaxError as error:
                sys.exit(
                    f"The answer {source!r} contains invalid template syntax: {error}.\n"
                    "An answer must not contain {{, {% or {#."
                )
        source = LINE_STATEMENT.sub(r"{% \1 %}", source)
        if name is not None and PYTHON.search(name):
            source = f"{{% filter tidy %}}{source}{{% endfilter %}}"
        return source

    _plain = Environment()


class ProjectContext(Context):
    """A rendering context that contains `project` if the answers are complete."""

    def __init__(
        self,
        environment: Environment,
        parent: dict[str, Any],
        name: str | None,
        blocks: dict[str, Any],
        globals: Any = None,
    ) -> None:
        variables = parent.get("cookiecutter", {})
        # Cookiecutter and cruft set `_template` after the last prompt.
        if "_template" in variables:
            # The answers as Cookiecutter read them; cruft does not set this variable.
            raw = parent.get("_cookiecutter", {})
            parent["project"] = _load_project(environment, variables, raw)
        super().__init__(environment, parent, name, blocks, globals)


def _load_project(
    environment: Environment, variables: Mapping[str, Any], raw: Mapping[str, Any]
) -> Project:
    """Returns the project of these answers. Reads them only once."""
    known: tuple[Mapping[str, Any], Project] | None = getattr(environment, "_project", None)
    if known and known[0] == variables:
        return known[1]
    if ignored := [*refusal.take_ignored_answers(), *refusal.find_lists(raw)]:
        sys.exit(refusal.explain_ignored_answers(ignored))
    problems = refusal.find_unknown_answers()
    try:
        project = Project(read(variables))
    except AnswersError as error:
        problems += error.problems
    explainer = refusal.Refusal(environment, variables, raw)
    if problems:
        sys.exit(explainer.explain_problems(problems))
    if folder := find_new_folder(variables["project_slug"]):
        if folder.exists():
            sys.exit(explainer.explain_existing_folder(folder))
        if not cruft.is_update(variables):
            remove_if_interrupted(folder)
            if sys.stdout.isatty():
                print("Rendering ...")
    cruft.store_old_files()
    environment._project = dict(variables), project  # type: ignore[attr-defined]
    return project
