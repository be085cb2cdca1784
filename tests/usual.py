"""The answers from which tests start.

usual.json has the defaults of this template. The defaults of a fork can differ, so tests read theirs
from there, except tests of the fork's own default project.
"""

from __future__ import annotations

import atexit
import json
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from drf_jwt_template.prompts import PROMPTS
from tools import rendering
from tools.rendering import ROOT

USUAL: Mapping[str, Any] = json.loads(Path(__file__).with_suffix(".json").read_text("utf-8"))
HAS_USUAL_DEFAULTS = all(
    answer == (PROMPTS[name][0] if isinstance(PROMPTS[name], list) else PROMPTS[name])
    for name, answer in USUAL.items()
)


class Renderer(rendering.Renderer):
    """Renders projects with the usual answers, unless others are given."""

    def render(self, answers: Mapping[str, Any]) -> dict[str, str]:
        return super().render({**USUAL, **answers})


def copy_template(folder: Path) -> Path:
    """Copies the template into a new folder. Its prompts have their usual defaults there."""
    listed = subprocess.check_output(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, text=True
    )
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    if HAS_USUAL_DEFAULTS:
        return folder
    prompts = {
        name: sorted(default, key=lambda choice: choice != USUAL[name])
        if isinstance(default, list) and name in USUAL
        else USUAL.get(name, default)
        for name, default in PROMPTS.items()
    }
    (folder / "cookiecutter.json").write_text(json.dumps(prompts), encoding="utf-8")
    return folder


def find_template() -> Path:
    """Returns the folder of the template, in a fork with other defaults that of a copy."""
    if HAS_USUAL_DEFAULTS:
        return ROOT
    folder = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, folder)
    return copy_template(Path(folder) / ROOT.name)
