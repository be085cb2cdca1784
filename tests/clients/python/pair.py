"""A login with an access and a refresh token."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, assert_type

from api_client.api.tokens import login, refresh, verify
from api_client.models.token_obtain_pair import TokenObtainPair
from api_client.models.token_obtain_pair_errors import TokenObtainPairErrors
from api_client.models.token_obtain_pair_request import TokenObtainPairRequest
from api_client.models.token_refresh import TokenRefresh
from api_client.models.token_refresh_request import TokenRefreshRequest
from api_client.models.token_verify_request import TokenVerifyRequest
from api_client.types import Response, Unset
from scenario import Scenario


class PairScenario(Scenario):
    refresh_token = ""

    def log_in(self, login_name: str, password: str) -> Response[Any]:
        body = TokenObtainPairRequest(username=login_name, password=password)
        response = login.sync_detailed(client=self.anonymous, body=body)
        if isinstance(response.parsed, TokenObtainPair):
            assert_type(response.parsed.access, str)
            assert_type(response.parsed.refresh, str)
            self.client = self.authenticate(response.parsed.access)
            self.refresh_token = response.parsed.refresh
        return response

    def refresh(self) -> Response[Any]:
        body = TokenRefreshRequest(refresh=self.refresh_token)
        response = refresh.sync_detailed(client=self.anonymous, body=body)
        if isinstance(response.parsed, TokenRefresh):
            assert_type(response.parsed.refresh, str)
            self.client = self.authenticate(response.parsed.access)
            self.refresh_token = response.parsed.refresh
        return response

    def verify(self, token: str) -> Response[Any]:
        body = TokenVerifyRequest(token=token)
        return verify.sync_detailed(client=self.anonymous, body=body)

    def find_blank_login(self) -> tuple[Sequence[str], Sequence[str]]:
        body = TokenObtainPairRequest(username="", password=self.facts["password"])
        errors = login.sync(client=self.anonymous, body=body)
        assert isinstance(errors, TokenObtainPairErrors), errors
        assert_type(errors.username, list[str] | Unset)
        assert_type(errors.error_codes["username"], list[str])
        return errors.username or [], errors.error_codes["username"]
