from typing import Any

from django.contrib.auth import backends
from django.http import HttpRequest

from tokens.throttles import LoginAttempt

from .models import User


class ModelBackend(backends.ModelBackend):
    """Refuses logins after too many failed ones, which tokens/throttles.py counts.

    Raises Throttled of REST framework.
    """

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        if username is None:
            username = kwargs.get(User.USERNAME_FIELD)
        if username is None or password is None:
            return None
        attempt = LoginAttempt(request, username)
        attempt.count()
        has_failed = False
        try:
            user = super().authenticate(request, username, password, **kwargs)
            has_failed = user is None
        finally:
            # An error, such as a lost connection, says nothing about the password.
            if not has_failed:
                attempt.take_back()
        return user

    async def aauthenticate(self, request: HttpRequest | None, **kwargs: Any) -> User | None:  # type: ignore[override]
        # That of Django's ModelBackend does not call authenticate().
        return await backends.BaseBackend.aauthenticate(self, request, **kwargs)
