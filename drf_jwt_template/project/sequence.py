"""What happens from a login to the logout: `project.sequence` in templates.

The README shows each step twice, in a diagram and as a text, which contain the same words.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ..rendering.literals import duration_words
from .accounts import Accounts
from .api import Api
from .jwt import Jwt
from .paths import Paths
from .revocation import Revocation
from .tokens import Tokens


class Step(NamedTuple):
    """A request of a client, what the API does with the database, and the response."""

    name: str
    method: str
    path: str
    sends: str
    """What the request contains. Names are in code font, as in the other texts."""
    database: Sequence[str]
    returns: str = ""
    when: str = ""
    """What is true before the request, as a sentence."""
    then: str = ""
    """What is true after it, as a sentence."""

    @property
    def diagram(self) -> list[str]:
        """The lines of a Mermaid sequence diagram."""
        response = f"200 with {self.returns}" if self.returns else "200"
        lines = [
            f"Client->>API: {self.method} {self.path} with {self.sends}",
            f"API->>Database: {', '.join(self.database)}",
            f"API-->>Client: {response}",
        ]
        return [line.replace("`", "") for line in lines]

    @property
    def sentences(self) -> list[str]:
        """The same as text."""
        *first, last = self.database
        done = f"{', '.join(first)}, and {last}" if first else last
        return [
            *filter(None, [self.when]),
            f"The client sends {self.sends} to `{self.path}`.",
            f"The API {done}.",
            *([f"The response contains {self.returns}."] if self.returns else []),
            *filter(None, [self.then]),
        ]


class LoginSequence:
    """The steps of a client, in their order."""

    def __init__(
        self,
        accounts: Accounts,
        api: Api,
        jwt: Jwt,
        paths: Paths,
        revocation: Revocation,
        tokens: Tokens,
    ) -> None:
        self._paths = paths
        self._revocation = revocation
        self._tokens = tokens
        self._header = jwt.header_name
        self._login_field = accounts.login_field
        resource = f"{api.resources[0].path}/" if api.resources else "users/me/"
        self._address = f"/{paths.prefix}{resource}"
        self._long = "the cookie" if tokens.cookie else f"`{tokens.refresh_field}`"
        """The token that a client sends to refresh or to log out."""

    @property
    def steps(self) -> list[Step]:
        steps = [self._login, self._request, self._refresh]
        return [*steps, self._logout] if self._paths.blacklist else steps

    @property
    def _login(self) -> Step:
        database = ["reads the user to check the password"]
        if self._revocation.sessions:
            database.append("adds a session")
        elif self._revocation.blacklist:
            database.append(f"stores the {'' if self._tokens.sliding else 'refresh '}token")
        return Step(
            "Login",
            "POST",
            f"/{self._paths.obtain}",
            f"`{self._login_field}` and `password`",
            database,
            f"`{self._tokens.access_field}`"
            if self._tokens.sliding
            else f"`access` and {self._long}",
        )

    @property
    def _request(self) -> Step:
        if self._revocation.sessions:
            database = ["reads the user of the session"]
        elif self._revocation.blacklist and self._tokens.sliding:
            database = ["looks up the token in the blacklist", "reads the user"]
        else:
            database = ["reads the user"]
        return Step(
            "Request",
            "GET",
            self._address,
            f"`{self._tokens.access_field}` in the header `{self._header}`",
            database,
            then="If the token is not valid, the response is 401.",
        )

    @property
    def _refresh(self) -> Step:
        lifetime = duration_words(self._tokens.access_lifetime)
        if self._tokens.sliding:
            when = f"`token` is valid for {lifetime}; before it expires, it can be refreshed."
        else:
            when = f"After {lifetime}, `access` has expired."
        if self._revocation.sessions and self._tokens.rotates:
            database = ["reads the session with its user", "replaces the id of its refresh token"]
        elif self._revocation.sessions:
            database = ["reads the user of the session", "stores the time in the session"]
        elif self._revocation.blacklist and self._tokens.rotates:
            database = ["reads the user", "blacklists the refresh token", "stores the new one"]
        elif self._revocation.blacklist:
            database = ["looks up the token in the blacklist", "reads the user"]
        else:
            database = ["reads the user"]
        if self._tokens.sliding:
            returns = "a new `token`"
        elif self._tokens.rotates:
            returns = f"a new `access` and a new {self._long.removeprefix('the ')}"
        else:
            returns = "a new `access`"
        path = f"/{self._paths.refresh}"
        return Step("Refresh", "POST", path, self._long, database, returns, when)

    @property
    def _logout(self) -> Step:
        if self._revocation.sessions:
            database, then = ["ends the session"], "From then on, the API refuses all its tokens."
        elif self._tokens.sliding:
            database = ["blacklists the token"]
            then = "From then on, the API refuses all tokens of the login."
        else:
            database = ["blacklists the refresh tokens of the login"]
            then = "`access` stays valid until it expires."
            if not self._tokens.rotates:
                database = ["blacklists the refresh token"]
        returns = "an expired cookie" if self._tokens.cookie else ""
        path = f"/{self._paths.blacklist}"
        return Step("Logout", "POST", path, self._long, database, returns, then=then)
