"""Writes docs/options.md from cookiecutter.json: `python -m tools.options`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from drf_jwt_template.answers import JWT_SETTINGS

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "options.md"
HEAD = """\
# Options

The prompts in their order, with their defaults; of several choices, the first is the default. Made from
`cookiecutter.json` by `python -m tools.options`.
"""
MORE = {
    "jwt_settings": [
        "For example `ISSUER=https://issuer.example; AUDIENCE=mobile,web; LEEWAY=10s`. The settings are\n"
        + ",\n".join(f"`{name}`" for name in sorted(JWT_SETTINGS))
        + ".\nThose that have a prompt of their own are refused here, and so are the keys, which the setup"
        " makes. `JWK_URL`\nneeds an algorithm of public keys, and no sessions.\n"
    ],
    "resources": ["See [the resource language](resources.md).\n"],
}


def render(prompts: dict[str, Any]) -> str:
    rows = [HEAD]
    for name, default in prompts.items():
        if name.startswith("_"):
            continue
        sentence = prompts["__prompts__"][name]
        if isinstance(default, list):
            rows.append(f"## `{name}`\n\n{sentence['__prompt__']}\n")
            for choice in default:
                rows.append(f"- `{choice}`{sentence[choice].removeprefix(choice)}")
            rows.append("")
            continue
        shown = {True: "yes", False: "no"}.get(default, default) if default != "" else ""
        rows.append(f"## `{name}`\n\n{sentence}\n")
        if "{{" in str(shown):
            rows.append("Default: made from the answers above.\n")
        else:
            rows.append(f"Default: `{shown}`\n" if shown else "Default: empty\n")
        rows += MORE.get(name, [])
    return "\n".join(rows).rstrip() + "\n"


if __name__ == "__main__":
    prompts = json.loads((ROOT / "cookiecutter.json").read_text(encoding="utf-8"))
    TARGET.write_text(render(prompts), encoding="utf-8", newline="\n")
