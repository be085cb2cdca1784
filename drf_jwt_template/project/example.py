"""The names of the README's examples: `project.example` in templates."""

from __future__ import annotations

from itertools import chain, count

from ..answers import Answers


class Example:
    """A resource and an app that the README adds. Their names occur in no name of the answers."""

    def __init__(self, answers: Answers) -> None:
        paths = [
            answers.api_prefix,
            answers.token_obtain_path,
            answers.token_refresh_path,
            answers.token_verify_path or "",
            answers.token_blacklist_path or "",
        ]
        resources = [text for r in answers.resources for text in (r.name, r.path)]
        taken = " ".join([*paths, *resources]).lower()
        endings = chain([""], map(str, count(2)))
        self.resource, self.plural, self.view, self.app = next(
            names
            for names in map(names_with, endings)
            if not any(name.lower() in taken for name in names)
        )


def names_with(ending: str) -> tuple[str, str, str, str]:
    """Returns the names of a resource, its path, a view and an app."""
    return f"Notice{ending}", f"notices{ending}", f"Report{ending}", f"reports{ending}"
