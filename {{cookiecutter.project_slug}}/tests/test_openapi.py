"""The OpenAPI description and its documentation pages."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.urls import reverse
from drf_spectacular.generators import SchemaGenerator
from rest_framework.test import APIClient

from .conftest import CREDENTIALS

LOGIN = reverse("{{ project.paths.obtain_name }}")
ME = reverse("user-me")
# % if project.api.resources
ROWS = reverse("{{ project.api.resources[0].basename }}-list")
ROW = ROWS + "{id}/"
# % endif


@pytest.fixture
def paths() -> dict[str, Any]:
    """The operations of each path in the description."""
    schema = SchemaGenerator().get_schema(request=None, public=True)
    found: dict[str, Any] = schema["paths"]
    return found


def test_schema_is_valid() -> None:
    out = StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=out)
    assert out.getvalue().startswith("openapi: 3")


@pytest.mark.django_db
def test_schema_endpoint(anonymous: APIClient) -> None:
    response = anonymous.get(reverse("schema"), {"format": "json"})
    assert response.status_code == 200
    paths = response.json()["paths"]
    # % if project.api.resources
    assert {LOGIN, ME, ROWS, ROW} <= set(paths)
    # % else
    assert {LOGIN, ME} <= set(paths)
    # % endif


def test_errors_are_described(api: APIClient, anonymous: APIClient, paths: dict[str, Any]) -> None:
    for path, response in (
        (LOGIN, anonymous.post(LOGIN)),
        (LOGIN, anonymous.post(LOGIN, CREDENTIALS | {"password": "?"})),
        (ME, anonymous.get(ME)),
        (ME, api.patch(ME, {"first_name": None})),
        # % if project.api.resources
        (ROWS, api.get(ROWS, {"page": "?"})),
        (ROW, api.get(f"{ROWS}0/")),
        (ROW, api.get(f"{ROWS}none/")),
        # % endif
    ):
        status, method = response.status_code, response.request["REQUEST_METHOD"].lower()
        assert status >= 400
        assert str(status) in paths[path][method]["responses"]
        assert response["Content-Type"] == "application/json"


def test_impossible_errors_are_not_described(paths: dict[str, Any]) -> None:
    assert list(paths[LOGIN]["post"]["responses"]) == [
        "200",
        "400",
        "401",
        # % if project.tokens.cookie
        "403",
        # % endif
        "429",
    ]
    # % if project.api.resources
    assert list(paths[ROWS]["get"]["responses"]) == [
        "200",
        "400",
        "401",
        "404",
        # % if project.api.also_accept == "basic"
        "429",
        # % endif
        # % if project.keys.remote
        "503",
        # % endif
    ]
    assert list(paths[ROWS]["post"]["responses"]) == [
        "201",
        "400",
        "401",
        # % if project.api.browsable or project.api.permission == "DjangoModelPermissions"
        "403",
        # % endif
        # % if project.api.resources[0].can_conflict
        "409",
        # % endif
        # % if project.api.also_accept == "basic"
        "429",
        # % endif
        # % if project.keys.remote
        "503",
        # % endif
    ]
    # % endif


@pytest.mark.parametrize("page", ["swagger-ui", "redoc"])
def test_documentation_loads_only_local_files(anonymous: APIClient, page: str) -> None:
    response = anonymous.get(reverse(page))
    assert response.status_code == 200
    text = response.content.decode()
    assert "/static/drf_spectacular_sidecar/" in text
    assert 'src="http' not in text
    assert 'href="http' not in text
# % if project.api.protects


def test_conflicts_are_described(paths: dict[str, Any]) -> None:
    conflicts = {
        method
        for path in paths.values()
        for method, operation in path.items()
        if "409" in operation["responses"]
    }
    assert conflicts == {"post", "put", "patch", "delete"}
# % endif
