"""The project with hyperlinks, other paths, and a blacklist."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, assert_type

from api_client.api.languages import languages_create
from api_client.api.programmers import (
    programmers_create,
    programmers_destroy,
    programmers_list,
    programmers_partial_update,
    programmers_retrieve,
    programmers_update,
)
from api_client.api.tokens import logout
from api_client.models.language import Language
from api_client.models.language_request import LanguageRequest
from api_client.models.paginated_programmer_list import PaginatedProgrammerList
from api_client.models.patched_programmer_request import PatchedProgrammerRequest
from api_client.models.programmer import Programmer
from api_client.models.programmer_errors import ProgrammerErrors
from api_client.models.programmer_request import ProgrammerRequest
from api_client.models.token_blacklist_request import TokenBlacklistRequest
from api_client.types import Response, Unset
from pair import PairScenario
from scenario import Refusal, main


class ProgrammerScenario(PairScenario):
    invalid_code = "no_match"

    def log_out(self) -> Response[Any]:
        body = TokenBlacklistRequest(refresh=self.refresh_token)
        return logout.sync_detailed(client=self.anonymous, body=body)

    def use_resource(self) -> None:
        language = languages_create.sync(client=self.client, body=LanguageRequest(name="C"))
        assert isinstance(language, Language), language
        assert_type(language.url, str)
        assert_type(language.paradigm, str | None)
        assert language.paradigm is None
        self.language = language
        super().use_resource()

    def list_rows(self, page: int) -> PaginatedProgrammerList | Refusal | None:
        return programmers_list.sync(
            client=self.client, page=page, page_size=2, languages=self.language.id, ordering="id"
        )

    def create(self, n: int) -> Programmer:
        body = ProgrammerRequest(name=f"Ada {n}", languages=[self.language.url])
        programmer = programmers_create.sync(client=self.client, body=body)
        assert isinstance(programmer, Programmer), programmer
        assert_type(programmer.id, int)
        assert_type(programmer.languages, list[str])
        assert programmer.languages == [self.language.url]
        assert programmer.url.endswith(f"/api/v1/programmers/{programmer.id}/")
        return programmer

    def retrieve(self, pk: int) -> Response[Any]:
        return programmers_retrieve.sync_detailed(pk, client=self.client)

    def change(self, row: Programmer) -> None:
        put = ProgrammerRequest(name="Grace", languages=[self.language.url])
        programmer = programmers_update.sync(row.id, client=self.client, body=put)
        assert isinstance(programmer, Programmer), programmer
        assert (programmer.name, programmer.url) == ("Grace", row.url)
        patch = PatchedProgrammerRequest(name="Ada")
        programmer = programmers_partial_update.sync(row.id, client=self.client, body=patch)
        assert isinstance(programmer, Programmer), programmer
        assert (programmer.name, programmer.languages) == ("Ada", [self.language.url])

    def destroy(self, pk: int) -> Response[Any]:
        return programmers_destroy.sync_detailed(pk, client=self.client)

    def find_invalid(self) -> tuple[Sequence[str], Sequence[str]]:
        body = ProgrammerRequest(name="Ada", languages=[f"{self.facts['url']}/nowhere/"])
        errors = programmers_create.sync(client=self.client, body=body)
        assert isinstance(errors, ProgrammerErrors), errors
        assert_type(errors.languages, list[str] | Unset)
        return errors.languages or [], errors.error_codes["languages"]


if __name__ == "__main__":
    main(ProgrammerScenario)
