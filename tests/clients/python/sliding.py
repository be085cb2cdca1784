"""A login with one token that can be refreshed, by e-mail address."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, assert_type

from api_client.api.tokens import login, logout, refresh, verify
from api_client.models.token_blacklist_request import TokenBlacklistRequest
from api_client.models.token_obtain_sliding import TokenObtainSliding
from api_client.models.token_obtain_sliding_errors import TokenObtainSlidingErrors
from api_client.models.token_obtain_sliding_request import TokenObtainSlidingRequest
from api_client.models.token_refresh_sliding import TokenRefreshSliding
from api_client.models.token_refresh_sliding_request import TokenRefreshSlidingRequest
from api_client.models.token_verify_request import TokenVerifyRequest
from api_client.types import Response, Unset
from scenario import Scenario


class SlidingScenario(Scenario):
    def log_in(self, login_name: str, password: str) -> Response[Any]:
        body = TokenObtainSlidingRequest(email=login_name, password=password)
        response = login.sync_detailed(client=self.anonymous, body=body)
        if isinstance(response.parsed, TokenObtainSliding):
            assert_type(response.parsed.token, str)
            self.client = self.authenticate(response.parsed.token)
        return response

    def refresh(self) -> Response[Any]:
        body = TokenRefreshSlidingRequest(token=self.client.token)
        response = refresh.sync_detailed(client=self.anonymous, body=body)
        if isinstance(response.parsed, TokenRefreshSliding):
            assert_type(response.parsed.token, str)
            self.client = self.authenticate(response.parsed.token)
        return response

    def verify(self, token: str) -> Response[Any]:
        body = TokenVerifyRequest(token=token)
        return verify.sync_detailed(client=self.anonymous, body=body)

    def find_blank_login(self) -> tuple[Sequence[str], Sequence[str]]:
        body = TokenObtainSlidingRequest(email="", password=self.facts["password"])
        errors = login.sync(client=self.anonymous, body=body)
        assert isinstance(errors, TokenObtainSlidingErrors), errors
        assert_type(errors.email, list[str] | Unset)
        return errors.email or [], errors.error_codes["email"]

    def log_out(self) -> Response[Any]:
        body = TokenBlacklistRequest(token=self.client.token)
        return logout.sync_detailed(client=self.anonymous, body=body)
