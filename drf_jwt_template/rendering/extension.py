"""The Jinja extension that hands the checked answers to the templates.

Every template sees them as `project`. They are read when generation begins, before the project's
folder is made, so that a bad answer leaves nothing behind whichever front end asked.
"""

from __future__ import annotations

import importlib
import re
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

from cookiecutter.exceptions import FailedHookException
from jinja2 import Environment, TemplateSyntaxError
from jinja2.ext import Extension
from jinja2.runtime import Context

from ..answers.problems import AnswersError
from ..answers.reading import read
from ..project import Project
from ..prompts import TEMPLATE_DIR
from . import literals, refusal
from .tidying import tidy

PYTHON = re.compile(r"\.py(\{% endif %\})?$")
LINE_STATEMENT = re.compile(r"^[ \t]*# % (.*?)[ \t]*$", re.MULTILINE)


class ProjectExtension(Extension):
    """Adds `project`, the filters of `literals`, and `# % …` for a statement on its own line."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        if "cruft" in sys.modules:
            _forget_this_version()
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
        # Bound here, because a repository that a tool has checked out may have a relative path.
        environment.globals |= {
            "template_dir": str(TEMPLATE_DIR),
            "is_update": _is_update,
        }

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Makes a block of each line statement, and tidies each Python module.

        Jinja's own `line_statement_prefix` swallows the blank lines that follow a statement, and
        two blank lines before a class could not be written.
        """
        if name is None:
            # An answer given as `key=value` is rendered too: text such as "{{" is no template.
            try:
                self._plain.parse(source)
            except TemplateSyntaxError as error:
                raise FailedHookException(
                    f"The answer {source!r} contains template syntax that cannot be read: {error}.\n"
                    "An answer must not contain {{, {% or {#."
                ) from None
        source = LINE_STATEMENT.sub(r"{% \1 %}", source)
        if name is not None and PYTHON.search(name):
            source = f"{{% filter tidy %}}{source}{{% endfilter %}}"
        return source

    _plain = Environment()


class ProjectContext(Context):
    """A rendering context that has `project` once the answers are complete."""

    def __init__(
        self,
        environment: Environment,
        parent: dict[str, Any],
        name: str | None,
        blocks: dict[str, Any],
        globals: Any = None,
    ) -> None:
        variables = parent.get("cookiecutter", {})
        # Cookiecutter and cruft both set `_template` when all prompts are answered.
        if "_template" in variables:
            parent["project"] = _project(environment, variables)
        super().__init__(environment, parent, name, blocks, globals)


def _project(environment: Environment, variables: Mapping[str, Any]) -> Project:
    known: tuple[Mapping[str, Any], Project] | None = getattr(environment, "_project", None)
    if known and known[0] == variables:
        return known[1]
    if ignored := refusal.take_ignored_answers():
        _refuse(refusal.explain_ignored(ignored), variables)
    try:
        project = Project(read(variables))
    except AnswersError as error:
        _refuse(refusal.explain(environment, variables, error.problems), variables)
    environment._project = dict(variables), project  # type: ignore[attr-defined]
    return project


def _refuse(message: str, variables: Mapping[str, Any]) -> NoReturn:
    # cruft shows a traceback of everything but an exit.
    raise (SystemExit if refusal.by_cruft(variables) else FailedHookException)(message) from None


def _forget_this_version() -> None:
    """Makes the next import read this package anew.

    `cruft update` renders the old and the new version of the template in one process, from one
    folder; without this, the new templates would meet the old code. Compiled files go too: within
    one second, Python takes a changed source of the same size for the old one.
    """
    package = __name__.partition(".")[0]
    for name in [name for name in sys.modules if name.partition(".")[0] == package]:
        del sys.modules[name]
    for folder in Path(__file__).resolve().parent.parent.rglob("__pycache__"):
        shutil.rmtree(folder, ignore_errors=True)
    importlib.invalidate_caches()


def _is_update(variables: Mapping[str, Any]) -> bool:
    """Whether the files are rendered to be compared, and not for a new project.

    `cruft update`, `diff` and `check` render old and new versions in temporary folders, hooks
    included, and nothing that they hand over tells so; `cruft create` is on the stack of the one
    that makes a project.
    """
    frame = sys._getframe()
    modules = set()
    while frame := frame.f_back:  # type: ignore[assignment]
        modules.add(frame.f_globals.get("__name__"))
    return refusal.by_cruft(variables) and "cruft._commands.create" not in modules
