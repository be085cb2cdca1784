"""{{ resource.plural_label | capitalize }}, through HTTP."""

import json
from collections.abc import Callable
from typing import Any

import pytest
{{ resource.test_imports }}
from api import views
from api.models import {{ resource.name }}
from api.pagination import CursorPagination, Pagination{{ resource.rows_import }}

LIST = reverse("{{ resource.basename }}-list")
PATH = {{ resource.url_path(project.paths.prefix) | py(before=7) }}


def detail(pk: int) -> str:
    return reverse("{{ resource.basename }}-detail", args=[pk])


Body = Callable[[int], dict[str, Any]]


@pytest.fixture
# % if resource.builds_rows
def body(user: User) -> Body:
    """Makes valid bodies; those of different n differ."""
    rows = Rows(user)

    def make(n: int) -> dict[str, Any]:
        return {
            # % for field in resource.own_fields
            "{{ field.name }}": {{ field.body }},
            # % endfor
        }

    return make
# % else
def body() -> Body:
    """Makes valid bodies; those of different n differ."""
    return lambda n: {
        # % for field in resource.own_fields
        "{{ field.name }}": {{ field.body }},
        # % endfor
    }
# % endif


@pytest.fixture
def row(api: APIClient, body: Body) -> dict[str, Any]:
    response = api.post(LIST, body(1))
    assert response.status_code == 201, response.content
    answer: dict[str, Any] = response.json()
    return answer


def test_the_path() -> None:
    assert LIST == PATH


def test_create({{ resource.create_fixtures }}) -> None:
    expected = {
        **body(1),
        "id": row["id"],
        # % if project.api.hyperlinked
        "url": f"http://testserver{detail(row['id'])}",
        # % endif
        # % if resource.owner
        "{{ resource.owner }}": user.pk,
        # % endif
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
    }
    assert row == expected


def test_read(api: APIClient, row: dict[str, Any]) -> None:
    response = api.get(detail(row["id"]))
    assert (response.status_code, response.json()) == (200, row)


def test_update(api: APIClient, row: dict[str, Any], body: Body) -> None:
    response = api.put(detail(row["id"]), body(2))
    changed = {**row, **body(2), "updated_at": response.json()["updated_at"]}
    assert (response.status_code, response.json()) == (200, changed)
    assert changed["updated_at"] > row["updated_at"]


def test_partial_update(api: APIClient, row: dict[str, Any], body: Body) -> None:
    field = "{{ resource.changing_field.name }}"
    change = {field: body(2)[field]}
    response = api.patch(detail(row["id"]), change)
    changed = {**row, **change, "updated_at": response.json()["updated_at"]}
    assert (response.status_code, response.json()) == (200, changed)


def test_delete(api: APIClient, row: dict[str, Any]) -> None:
    assert api.delete(detail(row["id"])).status_code == 204
    assert api.get(detail(row["id"])).status_code == 404


@pytest.mark.parametrize("pages", [Pagination, CursorPagination])
def test_list_in_the_order_of_creation_in_pages(
    api: APIClient,
    body: Body,
    monkeypatch: pytest.MonkeyPatch,
    pages: type[Pagination | CursorPagination],
) -> None:
    monkeypatch.setattr(views.{{ resource.name }}ViewSet, "pagination_class", pages)
    ids = [api.post(LIST, body(n)).json()["id"] for n in (1, 2, 3)]
    page = api.get(LIST, {"page_size": 1}).json()
    assert len(page["results"]) == 1
    seen = page["results"]
    while page["next"]:
        page = api.get(page["next"]).json()
        seen += page["results"]
    assert [row["id"] for row in seen] == ids


def test_a_page_that_is_not_there(api: APIClient) -> None:
    for page in ("0", "2", "-1", "x", str(10**30)):
        assert api.get(LIST, {"page": page}).status_code == 404, page
# % if resource.fits_form


def test_create_with_a_form(api: APIClient, body: Body) -> None:
    fields = [
        # % for field in resource.form_fields
        "{{ field.name }}",
        # % endfor
    ]
    data = {field: body(1)[field] for field in fields}
    response = api.post(LIST, data, format="multipart")
    assert response.status_code == 201, response.content
    assert response.json() | data == response.json()
# % endif
# % if resource.own_fields | selectattr("invalid") | list


INVALID = {
    # % for field in resource.own_fields if field.invalid
    "{{ field.name }}": {{ field.invalid }},
    # % endfor
}


def test_invalid_values_are_refused(api: APIClient, body: Body) -> None:
    response = api.post(LIST, body(1) | INVALID)
    assert (response.status_code, set(response.json())) == (400, set(INVALID))
    assert not {{ resource.name }}.objects.exists()
# % endif


# What may or may not be valid, and must not break anything. The last cannot be written in UTF-8.
HOSTILE = [
    *(None, True, "", [], {}, -1, 0.1, 2**31, 2**63, 10**30, -(10**30), float("inf")),
    *("\0", ["\0"], {"\0": 1}, "x" * 100_000, "9" * 5_000, "\N{UNICORN FACE}" * 300, "\ud800"),
]


def test_hostile_values_break_nothing(api: APIClient, body: Body) -> None:
    def post(data: dict[str, Any]) -> Any:
        return api.generic("POST", LIST, json.dumps(data), content_type="application/json")

    valid = body(1)
    for value in HOSTILE:
        # Undone each time: a row that is there would hide what the next value does.
        with transaction.atomic():
            response = post(dict.fromkeys(valid, value))
            if response.status_code == 400:
                refused = response.json()
                response = post({f: v if f in refused else value for f, v in valid.items()})
            assert response.status_code == 201 or "detail" in response.json(), repr(value)[:20]
            assert api.get(LIST).status_code == 200, repr(value)[:20]
            transaction.set_rollback(True)


def test_hostile_queries_break_nothing(api: APIClient, body: Body) -> None:
    fields = body(1)
    for value in HOSTILE:
        if isinstance(value, str):
            # A query is always UTF-8.
            text = value[:100].encode(errors="replace").decode()
            response = api.get(LIST, dict.fromkeys(fields, text))
            if response.status_code == 400:
                refused = response.json()
                response = api.get(LIST, {f: text for f in fields if f not in refused})
            assert response.status_code == 200, repr(value)[:20]


def test_what_can_be_left_out(api: APIClient) -> None:
    response = api.post(LIST, {})
    # % if resource.required_fields
    assert response.status_code == 400
    assert set(response.json()) == {
        # % for field in resource.required_fields
        "{{ field.name }}",
        # % endfor
    }
    # % else
    assert response.status_code == 201, response.content
    # % endif
# % if resource.unique_fields


@pytest.mark.parametrize(
    "field",
    [
        # % for field in resource.unique_fields
        "{{ field.name }}",
        # % endfor
    ],
)
def test_no_two_rows_alike(api: APIClient, row: dict[str, Any], field: str, body: Body) -> None:
    response = api.post(LIST, body(2) | {field: row[field]})
    assert (response.status_code, set(response.json())) == (400, {field})
# % endif
# % for field in resource.own_fields if field.nullable and field.kind.text


def test_an_empty_{{ field.name }}_is_refused(api: APIClient, body: Body) -> None:
    response = api.post(LIST, body(1) | {"{{ field.name }}": ""})
    assert (response.status_code, set(response.json())) == (400, {"{{ field.name }}"})
# % endfor
# % for field in resource.own_fields if field.type == "json"


def test_a_form_cannot_make_{{ field.name }}_null(api: APIClient) -> None:
    response = api.post(LIST, {"{{ field.name }}": "null"}, format="multipart")
    assert response.json()["{{ field.name }}"] == ["A form cannot say null."]
# % endfor
# % for field, _ in resource.constraints


def test_the_database_checks_{{ field.name }}(row: dict[str, Any]) -> None:
    rows = {{ resource.name }}.objects.filter(pk=row["id"])
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update({{ field.name }}="?")
# % endfor
# % if resource.exact_filter


def test_filter(api: APIClient, body: Body) -> None:
    field = "{{ resource.exact_filter.name }}"
    for n in (1, 2):
        api.post(LIST, body(n))
    found = api.get(LIST, {field: body(2)[field]}).json()["results"]
    assert [row[field] for row in found] == [body(2)[field]]
# % endif
# % if resource.search_fields


def test_search(api: APIClient, row: dict[str, Any]) -> None:
    field = "{{ resource.search_fields[0] }}"
    assert api.get(LIST, {"search": row[field]}).json()["count"] == 1
    assert api.get(LIST, {"search": "no row has this"}).json()["count"] == 0
    assert set(api.get(LIST, {"search": "\0"}).json()) == {"search"}
# % endif


def test_order(api: APIClient, body: Body) -> None:
    ids = [api.post(LIST, body(n)).json()["id"] for n in (1, 2, 3)]
    found = api.get(LIST, {"ordering": "-id"}).json()["results"]
    assert [row["id"] for row in found] == ids[::-1]


@pytest.mark.parametrize("pk", [0, 2**63])
def test_a_row_that_is_not_there(api: APIClient, pk: int) -> None:
    assert api.get(detail(pk)).status_code == 404


def test_permission(anonymous: APIClient, row: dict[str, Any], body: Body) -> None:
    url = detail(row["id"])
    # % if project.api.anonymous_reads and resource.owner
    assert anonymous.get(LIST).json()["count"] == 0
    assert anonymous.get(url).status_code == 404
    # % elif project.api.anonymous_reads
    assert [anonymous.get(LIST).status_code, anonymous.get(url).status_code] == [200, 200]
    # % else
    assert [anonymous.get(LIST).status_code, anonymous.get(url).status_code] == [401, 401]
    # % endif
    assert anonymous.post(LIST, body(2)).status_code == 401
    assert anonymous.patch(url, body(2)).status_code == 401
    assert anonymous.delete(url).status_code == 401
    assert {{ resource.name }}.objects.count() == 1
# % if project.api.permission == "DjangoModelPermissions"


def test_a_user_without_permission_reads_only(
    row: dict[str, Any], api_without_permission: APIClient, body: Body
) -> None:
    api = api_without_permission
    url = detail(row["id"])
    assert [api.get(LIST).status_code, api.get(url).status_code] == [200, 200]
    assert api.post(LIST, body(2)).status_code == 403
    assert api.patch(url, body(2)).status_code == 403
    assert api.delete(url).status_code == 403
# % endif


def test_a_list_costs_as_many_queries_at_any_length(api: APIClient, body: Body) -> None:
    counts = []
    for numbers in ((1,), range(2, {{ resource.most_rows + 1 }})):
        for n in numbers:
            assert api.post(LIST, body(n)).status_code == 201
        with CaptureQueriesContext(connection) as queries:
            assert len(api.get(LIST, {"page_size": 100}).json()["results"]) == max(numbers)
        counts.append(len(queries))
    assert counts[0] == counts[1]
# % if resource.filters


FILTERS = {
    # % for name, lookups in resource.filters
    "{{ name }}": [{{ lookups | map("py") | join(", ") }}],
    # % endfor
}


def test_each_filter(api: APIClient, row: dict[str, Any]) -> None:
    for field, lookups in FILTERS.items():
        for lookup in lookups:
            name = field if lookup == "exact" else f"{field}__{lookup}"
            found = api.get(LIST, {name: row[field]}).json()["count"]
            assert found == (lookup in ("exact", "lte", "gte")), name
# % endif
# % for field in resource.own_fields if field.type in ("datetime", "duration")


def test_no_{{ field.name }}_is_too_far(api: APIClient, body: Body) -> None:
    field = "{{ field.name }}"
    # % if field.type == "datetime"
    far = ["2026-01-31T12:00:00+23:59", "0001-01-01T00:00:00+10:00", "9999-12-31T23:59:59-10:00"]
    # % else
    far = ["106751992 00:00:00", "-999999999 00:00:00", "999999999 00:00:00"]
    # % endif
    for value in far:
        assert api.post(LIST, body(1) | {field: value}).status_code in (201, 400)
        assert api.get(LIST).status_code == 200
        assert api.get(LIST, {f"{field}__gt": value}).status_code in (200, 400)
# % endfor
# % for field in resource.relations


def test_filter_by_{{ field.name }}(
    api: APIClient,
    body: Body,
    user: User,
) -> None:
    wanted = Rows(user).{{ field.target_maker }}(9)
    api.post(LIST, body(1))
    row = {{ resource.name }}.objects.get(pk=api.post(LIST, body(2)).json()["id"])
    # % if field.type == "many"
    row.{{ field.name }}.add(wanted)
    # % else
    row.{{ field.name }} = wanted
    row.save()
    # % endif
    found = api.get(LIST, {"{{ field.name }}": wanted.pk}).json()["results"]
    assert [r["id"] for r in found] == [row.pk]
    assert api.get(LIST, {"{{ field.name }}": 2**64}).json()["count"] == 0
# % endfor
# % for field in resource.relations if field.on_delete in ("PROTECT", "RESTRICT")


def test_{{ field.name }}_stays_as_long_as_it_is_needed(
    api: APIClient,
    row: dict[str, Any],
) -> None:
    needing = {{ resource.name }}.objects.get(pk=row["id"])
    needed = needing.{{ field.name }}
    response = api.delete(reverse("{{ field.target | lower }}-detail", args=[needed.pk]))
    assert (response.status_code, response.json()["code"]) == (409, "protected")
    needed.refresh_from_db()
    assert api.delete(detail(needing.pk)).status_code == 204
# % endfor
# % if resource.owner


def test_the_owner_is_whoever_asks(api: APIClient, body: Body, user: User, other: User) -> None:
    owner = "{{ resource.owner }}"
    response = api.post(LIST, body(1) | {owner: other.pk})
    assert (response.status_code, response.json()[owner]) == (201, user.pk)
    url = detail(response.json()["id"])
    assert api.patch(url, {owner: other.pk}).json()[owner] == user.pk


def test_rows_of_others_are_hidden(row: dict[str, Any], body: Body, other_api: APIClient) -> None:
    url = detail(row["id"])
    assert other_api.get(LIST).json()["count"] == 0
    for response in (
        other_api.get(url),
        other_api.put(url, body(2)),
        other_api.patch(url, {}),
        other_api.delete(url),
    ):
        assert response.status_code == 404
    assert {{ resource.name }}.objects.count() == 1


def test_staff_see_all_rows(row: dict[str, Any], other_api: APIClient, other: User) -> None:
    User.objects.filter(pk=other.pk).update(is_staff=True)
    assert other_api.get(detail(row["id"])).status_code == 200
# % endif
# % for field in resource.owned_relations


def test_another_users_{{ field.name }}_is_refused(
    api: APIClient,
    body: Body,
    other: User,
) -> None:
    foreign = link(Rows(other).{{ field.target_maker }}(9))
    change = {"{{ field.name }}": {{ "[foreign]" if field.type == "many" else "foreign" }}}
    response = api.post(LIST, body(1) | change)
    assert (response.status_code, set(response.json())) == (400, set(change))
# % endfor
