"""What all tests share."""

from __future__ import annotations

from pathlib import Path

import hypothesis
import pytest
from cookiecutter.generate import generate_context
from cookiecutter.prompt import prompt_for_config

ROOT = Path(__file__).resolve().parent.parent

# The same examples in each run: a failure is there for everybody, whatever machine it came from.
hypothesis.settings.register_profile("same-for-all", deadline=None, derandomize=True)
hypothesis.settings.load_profile("same-for-all")


@pytest.fixture(scope="session")
def default_answers() -> dict[str, object]:
    """Cookiecutter's variables when every prompt is left at its default."""
    context = generate_context(str(ROOT / "cookiecutter.json"))
    return dict(prompt_for_config(context, no_input=True))
