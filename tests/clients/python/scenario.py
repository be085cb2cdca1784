"""What every client does: it logs in, uses a resource and the account, and logs out.

Runs with the client's own Python, beside the generated package `api_client`.
"""

from __future__ import annotations

import json
import sys
from abc import ABC, abstractmethod
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, Protocol, assert_type

from api_client import AuthenticatedClient, Client
from api_client.api.account import users_me_partial_update, users_me_retrieve
from api_client.models.error_detail import ErrorDetail
from api_client.models.field_errors import FieldErrors
from api_client.models.patched_user_request import PatchedUserRequest
from api_client.models.user import User
from api_client.types import Response

# Of a list: an invalid filter has field errors.
Refusal = ErrorDetail | FieldErrors


class Row(Protocol):
    @property
    def id(self) -> int: ...


class Page(Protocol):
    @property
    def count(self) -> int: ...
    @property
    def next_(self) -> str | None: ...
    @property
    def results(self) -> Sequence[Row]: ...


class Scenario(ABC):
    """The requests of one project, and what is expected of them.

    A client raises an error for a status that the description does not mention.
    """

    # Of the error of the invalid field.
    invalid_code: str

    def __init__(self, facts: dict[str, str]) -> None:
        self.facts = facts
        self.headers = {"X-Forwarded-For": facts["address"]}
        self.anonymous = Client(facts["url"], headers=self.headers, raise_on_unexpected_status=True)
        self.client = self.authenticate("")

    def authenticate(self, token: str, prefix: str = "Bearer") -> AuthenticatedClient:
        return AuthenticatedClient(
            self.facts["url"],
            token,
            prefix=prefix,
            headers=self.headers,
            raise_on_unexpected_status=True,
        )

    # Of the tokens: both set self.client to one with the new token.
    @abstractmethod
    def log_in(self, login: str, password: str) -> Response[Any]: ...
    @abstractmethod
    def refresh(self) -> Response[Any]: ...
    @abstractmethod
    def verify(self, token: str) -> Response[Any]: ...
    @abstractmethod
    def find_blank_login(self) -> tuple[Sequence[str], Sequence[str]]:
        """Returns the messages and the codes of the errors of an empty login."""

    def log_out(self) -> Response[Any] | None:
        return None

    # Of the resource
    @abstractmethod
    def list_rows(self, page: int) -> Page | Refusal | None:
        """Returns a page of two rows."""

    @abstractmethod
    def create(self, n: int) -> Row: ...
    @abstractmethod
    def retrieve(self, pk: int) -> Response[Any]: ...
    @abstractmethod
    def change(self, row: Any) -> None:
        """Replaces the row, and updates one of its fields."""

    @abstractmethod
    def destroy(self, pk: int) -> Response[Any]: ...
    @abstractmethod
    def find_invalid(self) -> tuple[Sequence[str], Sequence[str]]:
        """Returns the messages and the codes of the errors of an invalid field."""

    def use_more(self) -> None:  # noqa: B027
        """Does what only this project can do."""

    def run(self) -> None:
        self.use_tokens()
        self.use_account()
        self.use_resource()
        self.use_more()
        self.end_login()
        self.exceed_limit()

    def use_tokens(self) -> None:
        expect(self.verify("a.b.c"), HTTPStatus.UNAUTHORIZED, "token_not_valid")
        wrong = self.log_in(self.facts["login"], "wrong")
        expect(wrong, HTTPStatus.UNAUTHORIZED, "no_active_account")
        messages, codes = self.find_blank_login()
        assert codes == ["blank"]
        assert len(messages) == 1
        self.client = self.authenticate("a.b.c")
        me = users_me_retrieve.sync_detailed(client=self.client)
        expect(me, HTTPStatus.UNAUTHORIZED, "token_not_valid")

        logged_in = self.log_in(self.facts["login"], self.facts["password"])
        expect(logged_in, HTTPStatus.OK)
        expect(self.refresh(), HTTPStatus.OK)
        verified = expect(self.verify(self.client.token), HTTPStatus.OK)
        assert verified.to_dict() == {}

    def use_account(self) -> None:
        user = users_me_retrieve.sync(client=self.client)
        assert isinstance(user, User), user
        assert_type(user.id, int)
        assert_type(user.first_name, str)
        body = PatchedUserRequest(first_name="Ada")
        user = expect(
            users_me_partial_update.sync_detailed(client=self.client, body=body), HTTPStatus.OK
        )
        assert user.first_name == "Ada"

    def use_resource(self) -> None:
        created = [self.create(n).id for n in range(5)]
        assert self.list_all() == created

        messages, codes = self.find_invalid()
        assert codes == [self.invalid_code], codes
        assert len(messages) == 1

        row = expect(self.retrieve(created[0]), HTTPStatus.OK)
        assert row.id == created[0]
        self.change(row)
        expect(self.destroy(row.id), HTTPStatus.NO_CONTENT)
        expect(self.retrieve(row.id), HTTPStatus.NOT_FOUND, "not_found")
        expect(self.destroy(row.id), HTTPStatus.NOT_FOUND, "not_found")
        for pk in created[1:]:
            expect(self.destroy(pk), HTTPStatus.NO_CONTENT)

    def list_all(self) -> list[int]:
        """Returns the ids of all pages."""
        found: list[int] = []
        number = 1
        while True:
            page = self.list_rows(number)
            assert page is not None
            assert not isinstance(page, ErrorDetail | FieldErrors)
            assert len(page.results) <= 2
            found += [row.id for row in page.results]
            if page.next_ is None:
                break
            number += 1
        assert page.count == len(found)
        beyond = self.list_rows(number + 1)
        assert isinstance(beyond, ErrorDetail), beyond
        assert_type(beyond.code, str)
        assert beyond.code == "not_found"
        return found

    def end_login(self) -> None:
        response = self.log_out()
        if response is None:
            return
        assert expect(response, HTTPStatus.OK).to_dict() == {}
        refused = self.refresh()
        assert refused.status_code == HTTPStatus.UNAUTHORIZED
        assert isinstance(refused.parsed, ErrorDetail)

    def exceed_limit(self) -> None:
        """Fails to log in more often than the limit of two minutes, each 10, allows."""
        responses = (self.log_in(f"not {self.facts['login']}", "wrong") for _ in range(21))
        refused = next(
            response
            for response in responses
            if response.status_code == HTTPStatus.TOO_MANY_REQUESTS
        )
        expect(refused, HTTPStatus.TOO_MANY_REQUESTS, "throttled")
        assert 1 <= int(refused.headers["Retry-After"]) <= 60


def expect(response: Response[Any], status: HTTPStatus, code: str | None = None) -> Any:
    """Returns the body. Fails unless the response has this status and, for an error, this code."""
    assert response.status_code == status, (response.status_code, response.content)
    if code is not None:
        assert isinstance(response.parsed, ErrorDetail)
        assert response.parsed.code == code, response.parsed
        assert response.parsed.detail
    return response.parsed


def main(scenario: type[Scenario]) -> None:
    scenario(json.loads(sys.argv[1])).run()
