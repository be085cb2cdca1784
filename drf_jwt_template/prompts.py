"""The prompts of the template, as `cookiecutter.json` defines them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

TEMPLATE_DIR = Path(__file__).resolve().parent.parent
PROMPTS: dict[str, Any] = json.loads((TEMPLATE_DIR / "cookiecutter.json").read_text("utf-8"))

# The spellings that Cookiecutter's yes/no prompt accepts; `key=value` arguments arrive as text.
YES = ("1", "true", "t", "yes", "y", "on")
NO = ("0", "false", "f", "no", "n", "off")
