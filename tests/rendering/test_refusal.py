"""The messages for refused answers."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from drf_jwt_template.rendering import command
from tools.rendering import ROOT

from ..usual import Renderer


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    return Renderer()


def refusal_of(renderer: Renderer, **answers: str) -> str:
    with pytest.raises(SystemExit) as refusal:
        renderer.render(answers)
    return str(refusal.value.code)


def variables_in(message: str) -> list[str]:
    return re.findall(r"^(\w+) = ", message, re.MULTILINE)


def test_default_of_refused_answer_is_not_reported(renderer: Renderer) -> None:
    answers = {"project_name": "class\x07", "api_prefix": "a b", "superuser": "o@example.org"}
    message = refusal_of(renderer, **answers)
    assert variables_in(message) == ["project_name", "api_prefix"]
    advice, printed = message.splitlines()[-2:]
    assert advice == "To change api_prefix, project_name and keep the other answers:"
    assert printed.startswith(f"  cookiecutter {ROOT} ")
    assert "superuser=o@example.org" in printed.split()


def test_typed_answer_below_refused_prefix_is_reported(renderer: Renderer) -> None:
    paths = {"api_prefix": "a b", "token_obtain_path": "/login"}
    message = refusal_of(renderer, **paths)
    # Two defaults follow from the obtain path.
    assert variables_in(message) == ["api_prefix", "token_obtain_path"]


def test_source_of_refused_default_is_named(renderer: Renderer) -> None:
    message = refusal_of(renderer, project_name="!!!")
    assert variables_in(message) == ["project_slug"]
    assert "such as my_api\n  The default follows from project_name = '!!!'.\n" in message
    message = refusal_of(renderer, resources="Token(name: str) at token")
    assert variables_in(message) == ["token_obtain_path"]
    assert "The default follows from api_prefix = 'api/'." in message


def test_given_answer_is_not_called_default(renderer: Renderer) -> None:
    assert "default" not in refusal_of(renderer, project_name="My API", project_slug="class")


def test_commands_for_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "os", SimpleNamespace(name="nt"))
    answers = {"project_name": 'My "API"', "run_setup": False}
    assert command.build_command({"_template": "C:\\my folder"}, answers, "-f") == (
        'cookiecutter "C:\\my folder" -f "project_name=My \\"API\\"" run_setup=False'
    )
    shown = command.setup_command(Path("my api"))
    assert shown == '  cd "my api"\n  python scripts\\setup.py'
    shown = command.run_command(Path("my_api"))
    assert shown == "  cd my_api\n  .venv\\Scripts\\python manage.py runserver"
