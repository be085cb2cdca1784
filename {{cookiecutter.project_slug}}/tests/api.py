"""The behavior that all resources share; tests/test_resources.py states what each of them promises."""

import json
import operator
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Model, QuerySet
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from rest_framework.generics import GenericAPIView
from rest_framework.test import APIClient

from accounts.models import User
from api.factories import FACTORIES
from api.pagination import CursorPagination, Pagination

Body = dict[str, Any]

# The lookups of a field that has an order.
RANGE = ["exact", "lt", "lte", "gt", "gte"]
COMPARISONS = {
    "exact": operator.eq,
    "lt": operator.lt,
    "lte": operator.le,
    "gt": operator.gt,
    "gte": operator.ge,
}
# Tests number bodies from 1 to 3. Factories count from here, so that no unique value occurs twice,
# not even one of a single digit.
FIRST_SEQUENCE = 16
# Values that may or may not be valid, and must not raise an error. UTF-8 cannot encode the lone
# surrogate; databases cannot store the datetimes and durations.
HOSTILE = [
    None,
    True,
    "",
    [],
    {},
    -1,
    0.1,
    2**31,
    2**63,
    10**30,
    -(10**30),
    float("inf"),
    "\0",
    ["\0"],
    {"\0": 1},
    "x" * 100_000,
    "9" * 5_000,
    "\N{UNICORN FACE}" * 300,
    "\ud800",
    "2026-01-31T12:00:00+23:59",
    "0001-01-01T00:00:00+10:00",
    "9999-12-31T23:59:59-10:00",
    "106751992 00:00:00",
    "-999999999 00:00:00",
    "999999999 00:00:00",
]


def detail_url(row: Model) -> str:
    return reverse(f"{row._meta.model_name}-detail", args=[row.pk])
# % if project.api.hyperlinked


def link(row: Model) -> str:
    """Returns the value of a relation to this row in a body."""
    return f"http://testserver{detail_url(row)}"
# % endif


def key(related: Any) -> int:
    """Returns the primary key that a related row is filtered by; of several rows, the first's."""
    first = related[0] if isinstance(related, list) else related
    # % if project.api.hyperlinked
    return int(first.rstrip("/").rpartition("/")[2])
    # % else
    return int(first)
    # % endif


class ResourceTests:
    """The tests of a resource. A subclass states what the resource promises; more is allowed."""

    model: ClassVar[type[Model]]
    path: ClassVar[str]
    required: ClassVar[set[str]] = set()
    """The fields that a body must contain."""
    unique: ClassVar[set[str]] = set()
    search: ClassVar[set[str]] = set()
    filters: ClassVar[Mapping[str, Sequence[str]]] = {}
    """The lookups of each field that lists can be filtered by."""
    ordering: ClassVar[set[str]] = set()
    # % if project.api.has_relations
    relations: ClassVar[set[str]] = set()
    """The fields that refer to rows of other resources; lists can be filtered by their keys."""
    # % endif
    # % if project.api.protects
    protected: ClassVar[set[str]] = set()
    """The relations to rows that cannot be deleted while a row of this resource refers to them."""
    # % endif
    # % if project.api.has_owners
    private: ClassVar[set[str]] = set()
    """The relations to rows that belong to a user; those of other users are refused."""
    # % endif
    invalid: ClassVar[Mapping[str, Any]] = {}
    """A value per field that the API refuses."""
    constraints: ClassVar[Mapping[str, Any]] = {}
    """A value per check constraint that the database refuses."""
    # % if project.api.anonymous_reads
    anonymous: ClassVar[Sequence[int]] = [200, 200]
    # % else
    anonymous: ClassVar[Sequence[int]] = [401, 401]
    # % endif
    """The statuses of a list and of a row without a login."""

    def body(self, user: User, n: int) -> Body:
        """Returns a valid body; bodies of different `n`, from 1 to 3, differ in each field."""
        raise NotImplementedError

    def url(self, pk: Any = None) -> str:
        """Returns the URL of a row, or of the list."""
        name = self.model._meta.model_name
        return reverse(f"{name}-list") if pk is None else reverse(f"{name}-detail", args=[pk])

    def rows(self) -> QuerySet[Any]:
        return self.model._default_manager.all()

    def create(self, client: APIClient, body: Body, format: str = "json") -> Body:
        response = client.post(self.url(), body, format=format)
        assert response.status_code == 201, response.content
        row: Body = response.json()
        return row

    def create_rows(self, client: APIClient, user: User, numbers: Iterable[int]) -> list[Body]:
        return [self.create(client, self.body(user, n)) for n in numbers]

    def find(self, client: APIClient, rows: Sequence[Body], query: Mapping[str, Any]) -> list[int]:
        """Returns which of these rows a list contains, by their positions from 1, in its order."""
        response = client.get(self.url(), {"page_size": 100, **query})
        assert response.status_code == 200, response.content
        numbers = {row["id"]: number for number, row in enumerate(rows, 1)}
        found = [row["id"] for row in response.json()["results"]]
        return [numbers[pk] for pk in found if pk in numbers]

    @pytest.fixture(autouse=True)
    def _reset_sequences(self) -> None:
        for factory in FACTORIES:
            factory.reset_sequence(FIRST_SEQUENCE, force=True)

    @pytest.fixture
    def row(self, api: APIClient, user: User) -> Body:
        return self.create(api, self.body(user, 1))

    def test_path(self) -> None:
        assert self.url() == self.path

    def test_create(self, api: APIClient, user: User) -> None:
        body = self.body(user, 1)
        row = self.create(api, body)
        assert row == row | body
        assert {"id", "created_at", "updated_at"} <= set(row)
        # % if project.api.hyperlinked
        assert row["url"] == f"http://testserver{self.url(row['id'])}"
        # % endif

    def test_read(self, api: APIClient, row: Body) -> None:
        response = api.get(self.url(row["id"]))
        assert (response.status_code, response.json()) == (200, row)

    def test_update(self, api: APIClient, user: User, row: Body) -> None:
        body = self.body(user, 2)
        response = api.put(self.url(row["id"]), body)
        assert response.status_code == 200, response.content
        updated = response.json()
        kept = {name: row[name] for name in ("id", "created_at")}
        assert updated == updated | body | kept
        assert updated["updated_at"] > row["updated_at"]

    def test_partial_update(self, api: APIClient, user: User, row: Body) -> None:
        expected = {name: row[name] for name in self.body(user, 1)}
        for name, value in self.body(user, 2).items():
            response = api.patch(self.url(row["id"]), {name: value})
            expected[name] = value
            assert response.status_code == 200, response.content
            assert response.json() == response.json() | expected

    def test_delete(self, api: APIClient, row: Body) -> None:
        assert api.delete(self.url(row["id"])).status_code == 204
        assert api.get(self.url(row["id"])).status_code == 404

    def test_read_only_fields(self, api: APIClient, user: User, row: Body) -> None:
        given = {"id": 10**6, "created_at": "2000-01-01T00:00:00Z"}
        created = self.create(api, self.body(user, 2) | given)
        updated = api.patch(self.url(row["id"]), given).json()
        for name, value in given.items():
            assert created[name] != value
            assert updated[name] == row[name]

    @pytest.mark.parametrize("pages", [Pagination, CursorPagination])
    def test_pages_in_order_of_creation(
        self,
        api: APIClient,
        user: User,
        monkeypatch: pytest.MonkeyPatch,
        pages: type[Pagination | CursorPagination],
    ) -> None:
        monkeypatch.setattr(GenericAPIView, "pagination_class", pages)
        ids = [row["id"] for row in self.create_rows(api, user, [1, 2, 3])]
        page = api.get(self.url(), {"page_size": 1}).json()
        seen = page["results"]
        assert len(seen) == 1
        while page["next"]:
            page = api.get(page["next"]).json()
            seen += page["results"]
        assert [row["id"] for row in seen if row["id"] in ids] == ids

    @pytest.mark.parametrize("page", ["0", "2", "-1", "x", str(10**30)])
    def test_missing_page(self, api: APIClient, page: str) -> None:
        assert api.get(self.url(), {"page": page}).status_code == 404

    @pytest.mark.parametrize("pk", [0, 2**63])
    def test_missing_row(self, api: APIClient, pk: int) -> None:
        assert api.get(self.url(pk)).status_code == 404

    def test_create_with_form(self, api: APIClient, user: User) -> None:
        body = self.body(user, 1)
        form = {f: json.dumps(v) if isinstance(v, dict) else v for f, v in body.items()}
        row = self.create(api, form, "multipart")
        assert row == row | body

    def test_null_in_form(self, api: APIClient, user: User) -> None:
        for name, value in self.body(user, 1).items():
            if isinstance(value, dict):
                response = api.post(self.url(), {name: "null"}, format="multipart")
                assert response.status_code == 400
                assert name in response.json()

    def test_invalid_values(self, api: APIClient, user: User) -> None:
        body = self.body(user, 1)
        count = self.rows().count()
        response = api.post(self.url(), {**body, **self.invalid})
        if self.invalid:
            assert response.status_code == 400
            assert set(self.invalid) <= set(response.json())
            assert self.rows().count() == count

    def test_required_fields(self, api: APIClient) -> None:
        response = api.post(self.url(), {})
        assert response.status_code == (400 if self.required else 201)
        assert self.required <= set(response.json())

    def test_optional_fields(self, api: APIClient, user: User) -> None:
        body = self.body(user, 1)
        self.create(api, {name: body[name] for name in self.required})

    def test_unique_fields(self, api: APIClient, user: User, row: Body) -> None:
        for name in self.unique:
            response = api.post(self.url(), self.body(user, 2) | {name: row[name]})
            assert response.status_code == 400, name
            assert name in response.json()

    def test_empty_unique_texts(self, api: APIClient, user: User) -> None:
        # Only one row could have the empty text.
        for name in self.unique & self.search:
            response = api.post(self.url(), self.body(user, 1) | {name: ""})
            assert response.status_code == 400, name
            assert name in response.json()

    def test_constraints(self, row: Body) -> None:
        for name, value in self.constraints.items():
            with pytest.raises(IntegrityError), transaction.atomic():
                self.rows().filter(pk=row["id"]).update(**{name: value})

    def test_hostile_values(self, api: APIClient, user: User) -> None:
        def post(data: Body) -> Any:
            # Clients may send what json.loads() reads and JSON does not have, such as Infinity.
            return api.generic("POST", self.url(), json.dumps(data), "application/json")

        body = self.body(user, 1)
        for value in HOSTILE:
            # Rolled back each time: a unique value would hide what the next one does.
            with transaction.atomic():
                response = post(dict.fromkeys(body, value))
                if response.status_code == 400:
                    refused = response.json()
                    response = post({f: v if f in refused else value for f, v in body.items()})
                assert response.status_code == 201 or "detail" in response.json(), repr(value)[:40]
                assert api.get(self.url()).status_code == 200, repr(value)[:40]
                transaction.set_rollback(True)

    def test_hostile_queries(self, api: APIClient, row: Body) -> None:
        names = [name for field in row for name in (field, f"{field}__gt")]
        for value in HOSTILE:
            if isinstance(value, str):
                # A query is always UTF-8.
                text = value[:100].encode(errors="replace").decode()
                response = api.get(self.url(), dict.fromkeys(names, text))
                if response.status_code == 400:
                    refused = response.json()
                    response = api.get(self.url(), {n: text for n in names if n not in refused})
                assert response.status_code == 200, repr(value)[:40]

    def test_filters(self, api: APIClient, user: User) -> None:
        rows = self.create_rows(api, user, [1, 2])
        for name, lookups in self.filters.items():
            for lookup in lookups:
                parameter = name if lookup == "exact" else f"{name}__{lookup}"
                for value in (row[name] for row in rows):
                    expected = [
                        number
                        for number, row in enumerate(rows, 1)
                        if COMPARISONS[lookup](row[name], value)
                    ]
                    assert self.find(api, rows, {parameter: value}) == expected, parameter

    def test_search(self, api: APIClient, user: User, row: Body) -> None:
        for name in self.search:
            # Its number is in no other field of the row.
            change = {name: self.body(user, 2)[name]}
            assert api.patch(self.url(row["id"]), change).status_code == 200
            assert self.find(api, [row], {"search": change[name]}) == [1], name
            assert self.find(api, [row], {"search": f"{change[name]} is nowhere"}) == []
            assert set(api.get(self.url(), {"search": "\0"}).json()) == {"search"}
            api.patch(self.url(row["id"]), {name: row[name]})

    def test_ordering(self, api: APIClient, user: User) -> None:
        rows = self.create_rows(api, user, [1, 2, 3])
        assert self.find(api, rows, {"ordering": "-id"}) == [3, 2, 1]
        for name in {"created_at", "updated_at"} | self.ordering:
            if rows[0][name] != rows[1][name]:
                ascending = self.find(api, rows[:2], {"ordering": name})
                assert self.find(api, rows[:2], {"ordering": f"-{name}"}) == ascending[::-1], name

    def test_list_query_count_is_constant(self, api: APIClient, user: User) -> None:
        counts = []
        for numbers in ([1], [2, 3]):
            self.create_rows(api, user, numbers)
            with CaptureQueriesContext(connection) as queries:
                response = api.get(self.url(), {"page_size": 100})
            assert len(response.json()["results"]) >= max(numbers)
            counts.append(len(queries))
        assert counts[0] == counts[1]

    def test_anonymous_access(
        self, anonymous: APIClient, api: APIClient, user: User, row: Body
    ) -> None:
        url, body = self.url(row["id"]), self.body(user, 2)
        count = self.rows().count()
        statuses = [anonymous.get(self.url()).status_code, anonymous.get(url).status_code]
        assert statuses == self.anonymous
        assert anonymous.post(self.url(), body).status_code == 401
        assert anonymous.put(url, body).status_code == 401
        assert anonymous.patch(url, body).status_code == 401
        assert anonymous.delete(url).status_code == 401
        assert self.rows().count() == count
    # % if project.api.permission == "DjangoModelPermissions"

    def test_user_without_permission_only_reads(
        self, row: Body, user: User, api_without_permission: APIClient
    ) -> None:
        api, url, body = api_without_permission, self.url(row["id"]), self.body(user, 2)
        assert [api.get(self.url()).status_code, api.get(url).status_code] == [200, 200]
        assert api.post(self.url(), body).status_code == 403
        assert api.put(url, body).status_code == 403
        assert api.patch(url, body).status_code == 403
        assert api.delete(url).status_code == 403
    # % endif
    # % if project.api.has_relations

    def test_filter_by_relation(self, api: APIClient, user: User) -> None:
        rows = self.create_rows(api, user, [1, 2])
        for name in self.relations:
            assert self.find(api, rows, {name: key(rows[1][name])}) == [2], name
            assert self.find(api, rows, {name: 2**64}) == [], name
    # % endif
    # % if project.api.protects

    def test_protected_relations(self, api: APIClient, row: Body) -> None:
        for name in self.protected:
            needed = getattr(self.rows().get(pk=row["id"]), name)
            response = api.delete(detail_url(needed))
            assert (response.status_code, response.json()["code"]) == (409, "protected")
            needed.refresh_from_db()
        assert api.delete(self.url(row["id"])).status_code == 204
    # % endif
    # % if project.api.has_owners

    def test_private_relations(self, api: APIClient, user: User, other: User) -> None:
        foreign = self.body(other, 2)
        for name in self.private:
            response = api.post(self.url(), self.body(user, 1) | {name: foreign[name]})
            assert response.status_code == 400, name
            assert set(response.json()) == {name}
    # % endif
# % if project.api.has_owners


class OwnedResourceTests(ResourceTests):
    """The tests of a resource whose rows belong to the users who created them."""

    owner: ClassVar[str]
    # % if project.api.anonymous_reads
    anonymous: ClassVar[Sequence[int]] = [200, 404]
    # % endif

    def test_owner_is_the_requesting_user(self, api: APIClient, user: User, other: User) -> None:
        row = self.create(api, self.body(user, 1) | {self.owner: other.pk})
        assert row[self.owner] == user.pk
        updated = api.patch(self.url(row["id"]), {self.owner: other.pk}).json()
        assert updated[self.owner] == user.pk

    def test_rows_of_others_are_hidden(self, user: User, row: Body, other_api: APIClient) -> None:
        url, body = self.url(row["id"]), self.body(user, 2)
        count = self.rows().count()
        assert self.find(other_api, [row], {}) == []
        assert other_api.get(url).status_code == 404
        assert other_api.put(url, body).status_code == 404
        assert other_api.patch(url, {}).status_code == 404
        assert other_api.delete(url).status_code == 404
        assert self.rows().count() == count
    # % if project.api.anonymous_reads

    def test_anonymous_list_is_empty(self, anonymous: APIClient, row: Body) -> None:
        assert anonymous.get(self.url()).json()["results"] == []
    # % endif

    def test_staff_see_all_rows(self, row: Body, other: User, other_api: APIClient) -> None:
        User.objects.filter(pk=other.pk).update(is_staff=True)
        assert other_api.get(self.url(row["id"])).status_code == 200
        assert self.find(other_api, [row], {}) == [1]
# % endif
