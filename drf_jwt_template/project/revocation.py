"""How tokens are ended before they expire: `project.revocation` in templates."""

from __future__ import annotations

from ..answers import Answers
from .tokens import Tokens


class Revocation:
    """The facts about revoked tokens."""

    def __init__(self, answers: Answers, tokens: Tokens) -> None:
        self.enabled = answers.revocation != "none"
        self.blacklist = answers.revocation == "blacklist"
        """Whether Simple JWT's blacklist app is installed."""
        self.sessions = answers.revocation == "sessions"
        """Whether each login has a row in the database."""
        self.by_password = self.enabled or answers.also_accept == "token"
        """Whether a new password has logins or tokens to end."""
        self.detects_replays = self.enabled and tokens.rotates
        """Whether a refresh token that is used twice ends its login."""
        self.checked_by_verify = bool(
            answers.token_verify_path and (self.blacklist or (self.sessions and tokens.rotates))
        )
        """Whether the verify endpoint has to look up if a token was revoked or used."""
        own = "revocation" if self.sessions or tokens.sliding else "pair"
        stock = tokens.sliding and not self.enabled
        self.token_module = "rest_framework_simplejwt.tokens" if stock else f"tokens.{own}"
        """The module of the token class: the project's subclass, or Simple JWT's class."""
        self.token_alias = "simplejwt" if stock else own
        """The name under which tests import that module."""
