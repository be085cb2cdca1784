"""{{ resource.plural_label | capitalize }}, through HTTP."""

from typing import Any

import pytest
from django.urls import reverse
from rest_framework.test import APIClient

from api.models import {{ resource.name }}

LIST = reverse("{{ resource.basename }}-list")


def detail(pk: int) -> str:
    return reverse("{{ resource.basename }}-detail", args=[pk])


def body(n: int) -> dict[str, Any]:
    """A valid body; those of different n differ."""
    return {
        # % for field in resource.fields
        "{{ field.name }}": {{ field.sample }},
        # % endfor
    }


@pytest.fixture
def {{ resource.module }}(api: APIClient) -> dict[str, Any]:
    response = api.post(LIST, body(1))
    assert response.status_code == 201, response.content
    answer: dict[str, Any] = response.json()
    return answer


def test_the_path() -> None:
    assert LIST == "/{{ project.api_prefix }}{{ resource.path }}/"


def test_create({{ resource.module }}: dict[str, Any]) -> None:
    expected = {"id": {{ resource.module }}["id"], **body(1)}
    # % if project.hyperlinked
    expected["url"] = f"http://testserver{detail({{ resource.module }}['id'])}"
    # % endif
    assert {{ resource.module }} == expected


def test_read(api: APIClient, {{ resource.module }}: dict[str, Any]) -> None:
    response = api.get(detail({{ resource.module }}["id"]))
    assert (response.status_code, response.json()) == (200, {{ resource.module }})


def test_update(api: APIClient, {{ resource.module }}: dict[str, Any]) -> None:
    response = api.put(detail({{ resource.module }}["id"]), body(2))
    assert (response.status_code, response.json()) == (200, {{ resource.module }} | body(2))


def test_partial_update(api: APIClient, {{ resource.module }}: dict[str, Any]) -> None:
    change = {"{{ resource.fields[0].name }}": body(2)["{{ resource.fields[0].name }}"]}
    response = api.patch(detail({{ resource.module }}["id"]), change)
    assert (response.status_code, response.json()) == (200, {{ resource.module }} | change)


def test_delete(api: APIClient, {{ resource.module }}: dict[str, Any]) -> None:
    assert api.delete(detail({{ resource.module }}["id"])).status_code == 204
    assert api.get(detail({{ resource.module }}["id"])).status_code == 404


def test_list_in_the_order_of_creation_in_pages(api: APIClient) -> None:
    ids = [api.post(LIST, body(n)).json()["id"] for n in (1, 2, 3)]
    page = api.get(LIST, {"page_size": 1}).json()
    assert page["count"] == len(ids)
    seen = [row["id"] for row in page["results"]]
    while page["next"]:
        page = api.get(page["next"]).json()
        seen += [row["id"] for row in page["results"]]
    assert seen == ids
# % if resource.fits_form


def test_create_with_a_form(api: APIClient) -> None:
    data = {
        # % for field in resource.form_fields
        "{{ field.name }}": body(1)["{{ field.name }}"],
        # % endfor
    }
    response = api.post(LIST, data, format="multipart")
    assert response.status_code == 201, response.content
    assert response.json() | data == response.json()
# % endif
# % if resource.fields | selectattr("invalid") | list


@pytest.mark.parametrize(
    ("field", "value"),
    [
        # % for field in resource.fields if field.invalid
        pytest.param("{{ field.name }}", {{ field.invalid }}, id="{{ field.name }}"),
        # % endfor
    ],
)
def test_an_invalid_value_is_refused(api: APIClient, field: str, value: Any) -> None:
    response = api.post(LIST, body(1) | {field: value})
    assert (response.status_code, set(response.json())) == (400, {field})
    assert not {{ resource.name }}.objects.exists()
# % endif


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
# % for field in resource.fields if field.unique


def test_{{ field.name }}_is_unique(api: APIClient, {{ resource.module }}: dict[str, Any]) -> None:
    same = {"{{ field.name }}": {{ resource.module }}["{{ field.name }}"]}
    response = api.post(LIST, body(2) | same)
    assert (response.status_code, set(response.json())) == (400, {"{{ field.name }}"})
# % endfor
# % if resource.exact_filter


def test_filter(api: APIClient) -> None:
    for n in (1, 2):
        api.post(LIST, body(n))
    wanted = body(2)["{{ resource.exact_filter.name }}"]
    found = api.get(LIST, {"{{ resource.exact_filter.name }}": wanted}).json()["results"]
    assert [row["{{ resource.exact_filter.name }}"] for row in found] == [wanted]
# % endif
# % if resource.search_fields


def test_search(api: APIClient, {{ resource.module }}: dict[str, Any]) -> None:
    text = {{ resource.module }}["{{ resource.search_fields[0] }}"]
    assert api.get(LIST, {"search": text}).json()["count"] == 1
    assert api.get(LIST, {"search": "no row has this"}).json()["count"] == 0
# % endif


def test_order(api: APIClient) -> None:
    ids = [api.post(LIST, body(n)).json()["id"] for n in (1, 2, 3)]
    found = api.get(LIST, {"ordering": "-id"}).json()["results"]
    assert [row["id"] for row in found] == ids[::-1]


@pytest.mark.parametrize("pk", [0, 2**63])
def test_a_row_that_is_not_there(api: APIClient, pk: int) -> None:
    assert api.get(detail(pk)).status_code == 404


def test_permission(anonymous: APIClient, {{ resource.module }}: dict[str, Any]) -> None:
    url = detail({{ resource.module }}["id"])
    # % if project.anonymous_reads
    assert [anonymous.get(LIST).status_code, anonymous.get(url).status_code] == [200, 200]
    # % else
    assert [anonymous.get(LIST).status_code, anonymous.get(url).status_code] == [401, 401]
    # % endif
    assert anonymous.post(LIST, body(2)).status_code == 401
    assert anonymous.patch(url, body(2)).status_code == 401
    assert anonymous.delete(url).status_code == 401
    assert {{ resource.name }}.objects.count() == 1
# % if project.permission == "DjangoModelPermissions"


def test_a_user_without_permission_reads_only(
    {{ resource.module }}: dict[str, Any], api_without_permission: APIClient
) -> None:
    api = api_without_permission
    url = detail({{ resource.module }}["id"])
    assert [api.get(LIST).status_code, api.get(url).status_code] == [200, 200]
    assert api.post(LIST, body(2)).status_code == 403
    assert api.patch(url, body(2)).status_code == 403
    assert api.delete(url).status_code == 403
# % endif
