"""The kinds of tokens and their lifetimes: `project.tokens` in templates."""

from __future__ import annotations

from datetime import timedelta

from ..answers import Answers


class Tokens:
    """The facts about the tokens of the chosen flow. Class names are Simple JWT's."""

    def __init__(self, answers: Answers) -> None:
        self.sliding = answers.token_flow == "sliding"
        self.cookie = answers.token_flow == "pair-with-refresh-cookie"
        """Whether the refresh token is sent in a cookie."""
        self.rotates = answers.rotate_refresh_tokens and not self.sliding
        """Whether a refresh issues a new refresh token."""
        self.refresh_in_body = not self.sliding and not self.cookie
        """Whether responses contain a refresh token."""
        self.access_lifetime = answers.access_token_lifetime
        self.refresh_lifetime = answers.refresh_token_lifetime
        self.absolute_lifetime = max(timedelta(days=30), 3 * self.refresh_lifetime)
        """How long rotation can extend a login."""
        self.token_class = "SlidingToken" if self.sliding else "RefreshToken"
        """The class of the token that can be refreshed."""
        self.access_field = "token" if self.sliding else "access"
        """The field of responses that contains the token for requests to the API."""
        self.refresh_field = "token" if self.sliding else "refresh"
        """The field that contains the token to refresh or to revoke."""
        kind = "Sliding" if self.sliding else ""
        self.obtain_serializer = f"TokenObtain{kind or 'Pair'}Serializer"
        self.refresh_serializer = f"TokenRefresh{kind}Serializer"
        self.obtain_view = f"TokenObtain{kind or 'Pair'}View"
        self.refresh_view = f"TokenRefresh{kind}View"
