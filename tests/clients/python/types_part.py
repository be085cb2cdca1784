"""The project with fields of all types, and fields called like keys of an error."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any, assert_type
from uuid import UUID, uuid4

from api_client.api.codes import codes_create
from api_client.api.everythings import (
    everythings_create,
    everythings_destroy,
    everythings_list,
    everythings_partial_update,
    everythings_retrieve,
    everythings_update,
)
from api_client.models.code import Code
from api_client.models.code_errors import CodeErrors
from api_client.models.code_request import CodeRequest
from api_client.models.everything import Everything
from api_client.models.everything_a_choice_enum import EverythingAChoiceEnum
from api_client.models.everything_a_maybe_enum import EverythingAMaybeEnum
from api_client.models.everything_errors import EverythingErrors
from api_client.models.everything_request import EverythingRequest
from api_client.models.paginated_everything_list import PaginatedEverythingList
from api_client.models.patched_everything_request import PatchedEverythingRequest
from api_client.types import Response, Unset
from pair import PairScenario
from scenario import Refusal, main

NOON = datetime.datetime(2026, 1, 31, 12, 0, 0, 5, datetime.timezone.utc)


class EverythingScenario(PairScenario):
    invalid_code = "invalid"

    def create_body(self) -> EverythingRequest:
        """Returns a body with the required fields."""
        return EverythingRequest(
            a_str=self.facts["address"],
            a_float=0.5,
            a_decimal="1.50",
            a_datetime=NOON,
            a_time="12:30:00",
            a_duration="1 02:03:04",
            a_uuid=uuid4(),
            an_email=f"{uuid4()}@example.com",
            a_url="https://example.com/",
            a_slug="a-slug",
            a_json={"a": [1, None]},
        )

    def list_rows(self, page: int) -> PaginatedEverythingList | Refusal | None:
        return everythings_list.sync(
            client=self.client, page=page, page_size=2, a_str=self.facts["address"], ordering="id"
        )

    def create(self, n: int) -> Everything:
        body = self.create_body()
        row = everythings_create.sync(client=self.client, body=body)
        assert isinstance(row, Everything), row
        assert_type(row.a_code, str | None)
        assert_type(row.an_int, int)
        assert_type(row.a_count, int | None)
        assert_type(row.a_float, float)
        assert_type(row.a_decimal, str)
        assert_type(row.a_bool, bool)
        assert_type(row.a_flag, bool | None)
        assert_type(row.a_date, datetime.date | None)
        assert_type(row.a_datetime, datetime.datetime)
        assert_type(row.a_uuid, UUID)
        assert_type(row.an_id, UUID | None)
        assert_type(row.a_choice, EverythingAChoiceEnum)
        for name in (
            "a_str",
            "a_decimal",
            "a_datetime",
            "a_time",
            "a_duration",
            "a_uuid",
            "a_json",
        ):
            assert getattr(row, name) == getattr(body, name), name
        # The defaults of fields that the body omits.
        assert (row.a_text, row.an_int, row.a_bool, row.a_price) == ("", 5, True, "1.50")
        assert (row.a_code, row.a_count, row.a_flag, row.a_date, row.an_id) == (None,) * 5
        assert (row.a_choice, row.a_maybe, row.an_object) == (EverythingAChoiceEnum.SMALL, "", {})
        return row

    def retrieve(self, pk: int) -> Response[Any]:
        return everythings_retrieve.sync_detailed(pk, client=self.client)

    def change(self, row: Everything) -> None:
        put = self.create_body()
        put.a_date = datetime.date(2026, 2, 28)
        put.a_flag = False
        put.a_maybe = EverythingAMaybeEnum.X
        put.a_choice = EverythingAChoiceEnum.LARGE
        put.a_count = 2**31 - 1
        changed = everythings_update.sync(row.id, client=self.client, body=put)
        assert isinstance(changed, Everything), changed
        for name in ("a_date", "a_flag", "a_maybe", "a_choice", "a_count", "a_uuid"):
            assert getattr(changed, name) == getattr(put, name), name
        patch = PatchedEverythingRequest(a_date=None, a_time="13:00:00.5")
        changed = everythings_partial_update.sync(row.id, client=self.client, body=patch)
        assert isinstance(changed, Everything), changed
        assert (changed.a_date, changed.a_time) == (None, "13:00:00.500000")

    def destroy(self, pk: int) -> Response[Any]:
        return everythings_destroy.sync_detailed(pk, client=self.client)

    def find_invalid(self) -> tuple[Sequence[str], Sequence[str]]:
        body = self.create_body()
        body.a_slug = "not a slug"
        errors = everythings_create.sync(client=self.client, body=body)
        assert isinstance(errors, EverythingErrors), errors
        return errors.a_slug or [], errors.error_codes["a_slug"]

    def use_more(self) -> None:
        code = codes_create.sync(client=self.client, body=CodeRequest(code="x"))
        assert isinstance(code, Code), code
        assert_type(code.detail, str)
        errors = codes_create.sync(
            client=self.client, body=CodeRequest(code="xyz", detail="y" * 999)
        )
        assert isinstance(errors, CodeErrors), errors
        assert_type(errors.code, list[str] | Unset)
        assert errors.error_codes["code"] == ["max_length"]
        assert errors.error_codes["detail"] == ["max_length"]


if __name__ == "__main__":
    main(EverythingScenario)
