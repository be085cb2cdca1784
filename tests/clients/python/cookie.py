"""A login with the refresh token in a cookie."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, assert_type

from api_client.api.tokens import login, logout, refresh, verify
from api_client.models.token_access import TokenAccess
from api_client.models.token_obtain_pair_errors import TokenObtainPairErrors
from api_client.models.token_obtain_pair_request import TokenObtainPairRequest
from api_client.models.token_verify_request import TokenVerifyRequest
from api_client.types import Response, Unset
from scenario import Scenario


class CookieScenario(Scenario):
    def log_in(self, login_name: str, password: str) -> Response[Any]:
        body = TokenObtainPairRequest(username=login_name, password=password)
        # The client keeps the cookie.
        response = login.sync_detailed(client=self.anonymous, body=body)
        self.keep(response.parsed)
        return response

    def refresh(self) -> Response[Any]:
        response = refresh.sync_detailed(client=self.anonymous, x_requested_with="api_client")
        self.keep(response.parsed)
        return response

    def keep(self, body: object) -> None:
        if isinstance(body, TokenAccess):
            assert_type(body.access, str)
            self.client = self.authenticate(body.access)

    def verify(self, token: str) -> Response[Any]:
        body = TokenVerifyRequest(token=token)
        return verify.sync_detailed(client=self.anonymous, body=body)

    def find_blank_login(self) -> tuple[Sequence[str], Sequence[str]]:
        body = TokenObtainPairRequest(username="", password=self.facts["password"])
        errors = login.sync(client=self.anonymous, body=body)
        assert isinstance(errors, TokenObtainPairErrors), errors
        assert_type(errors.username, list[str] | Unset)
        return errors.username or [], errors.error_codes["username"]

    def log_out(self) -> Response[Any]:
        cookies = self.anonymous.get_httpx_client().cookies
        old = dict(cookies)
        response = logout.sync_detailed(client=self.anonymous, x_requested_with="api_client")
        assert not dict(cookies)
        # A copy of the deleted cookie is refused.
        cookies.update(old)
        return response
