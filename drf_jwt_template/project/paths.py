"""The addresses of the endpoints and their URL names: `project.paths` in templates."""

from __future__ import annotations

from ..answers import Answers
from .tokens import Tokens


class Paths:
    """The facts about addresses. The names are Simple JWT's."""

    def __init__(self, answers: Answers, tokens: Tokens) -> None:
        self.prefix = answers.api_prefix
        """The path of the API: empty, or with a slash at the end."""
        self.obtain = answers.token_obtain_path
        self.refresh = answers.token_refresh_path
        self.verify = answers.token_verify_path
        """None if there is no such endpoint."""
        self.blacklist = answers.token_blacklist_path
        """None if there is no such endpoint."""
        self.obtain_name = "token_obtain_sliding" if tokens.sliding else "token_obtain_pair"
        self.refresh_name = "token_refresh_sliding" if tokens.sliding else "token_refresh"
