"""The OpenAPI description and its documentation pages."""

import time
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import override_settings
from django.urls import reverse
from drf_spectacular import generators
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.settings import spectacular_settings
from rest_framework.test import APIClient

from .conftest import CREDENTIALS

LOGIN = reverse("{{ project.paths.obtain_name }}")
REFRESH = reverse("{{ project.paths.refresh_name }}")
ME = reverse("user-me")
# % if project.api.resources
ROWS = reverse("{{ project.api.resources[0].basename }}-list")
ROW = ROWS + "{id}/"
# % endif


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    found: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return found


@pytest.fixture(scope="module")
def paths(schema: dict[str, Any]) -> dict[str, Any]:
    """The operations of each path."""
    found: dict[str, Any] = schema["paths"]
    return found


@pytest.fixture(scope="module")
def operations(paths: dict[str, Any]) -> dict[str, Any]:
    """The operations by their names."""
    return {
        operation["operationId"]: operation
        for path in paths.values()
        for operation in path.values()
    }


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


def test_operations_are_named_for_callers(
    paths: dict[str, Any], operations: dict[str, Any]
) -> None:
    assert len(operations) == sum(map(len, paths.values()))
    assert {
        "login": ["tokens"],
        "refresh": ["tokens"],
        # % if project.paths.verify
        "verify": ["tokens"],
        # % endif
        # % if project.paths.blacklist
        "logout": ["tokens"],
        # % endif
        # % if project.revocation.sessions
        "sessions_list": ["account"],
        "sessions_destroy": ["account"],
        "sessions_end_others": ["account"],
        # % if project.accounts.notices
        "sessions_end": ["account"],
        # % endif
        # % endif
        "users_me_retrieve": ["account"],
        "users_me_update": ["account"],
        "users_me_partial_update": ["account"],
    }.items() <= {name: operation["tags"] for name, operation in operations.items()}.items()
    # % if project.api.resources
    names = {paths[ROWS][method]["operationId"] for method in ("get", "post")}
    assert {name.rpartition("_")[2] for name in names} == {"list", "create"}
    # % endif


def test_operations_have_texts_of_their_own(operations: dict[str, Any]) -> None:
    for part in ("summary", "description"):
        texts = [operation[part] for operation in operations.values()]
        assert all(texts)
        assert len(set(texts)) == len(texts)


def test_bodies_are_json(operations: dict[str, Any]) -> None:
    bodies = [o["requestBody"]["content"] for o in operations.values() if "requestBody" in o]
    assert {media for content in bodies for media in content} == {"application/json"}


def test_answers_have_all_properties(schema: dict[str, Any], operations: dict[str, Any]) -> None:
    answers = [
        response["content"]["application/json"]["schema"]
        for operation in operations.values()
        for status, response in operation["responses"].items()
        if status in ("200", "201")
    ]
    for answer in answers:
        if "$ref" in answer:
            name = answer["$ref"].rpartition("/")[2]
            component = schema["components"]["schemas"][name]
            assert set(component["required"]) == set(component["properties"]), name
            answers += [p["items"] for p in component["properties"].values() if "items" in p]


def test_errors_have_codes(schema: dict[str, Any], operations: dict[str, Any]) -> None:
    components = schema["components"]["schemas"]
    assert {"detail", "code"} <= set(components["ErrorDetail"]["required"])
    errors = [name for name in components if name.endswith("Errors")]
    assert all(components[name]["required"] == ["error_codes"] for name in errors)
    (fields, _) = operations["login"]["responses"]["400"]["content"]["application/json"]["schema"][
        "oneOf"
    ]
    login = components[fields["$ref"].rpartition("/")[2]]["properties"]
    assert set(login) == {
        "{{ project.accounts.login_field }}",
        "password",
        "non_field_errors",
        "error_codes",
    }


def test_access_token_is_first_scheme(schema: dict[str, Any]) -> None:
    assert next(iter(schema["components"]["securitySchemes"])) == "accessToken"
    assert schema["components"]["securitySchemes"]["accessToken"]["description"]


def test_schema_does_not_depend_on_environment(schema: dict[str, Any]) -> None:
    with override_settings(DEBUG=not settings.DEBUG, HTTPS=not settings.HTTPS):
        assert SchemaGenerator().get_schema(request=None, public=True) == schema


def test_errors_are_described(api: APIClient, anonymous: APIClient, paths: dict[str, Any]) -> None:
    for path, response in (
        (LOGIN, anonymous.post(LOGIN)),
        (LOGIN, anonymous.post(LOGIN, CREDENTIALS | {"password": "?"})),
        (ME, anonymous.get(ME)),
        (ME, api.patch(ME, {"first_name": None})),
        # % if project.api.resources
        (ROWS, api.get(ROWS, {"page": "?", "cursor": "?"})),
        (ROW, api.get(f"{ROWS}0/")),
        (ROW, api.get(f"{ROWS}none/")),
        # % endif
    ):
        status, method = response.status_code, response.request["REQUEST_METHOD"].lower()
        assert status >= 400
        assert str(status) in paths[path][method]["responses"]
        assert response["Content-Type"] == "application/json"


def test_impossible_errors_are_not_described(paths: dict[str, Any]) -> None:
    # % if project.tokens.cookie
    assert not {"404", "409"} & set(paths[LOGIN]["post"]["responses"])
    # % else
    assert not {"403", "404", "409"} & set(paths[LOGIN]["post"]["responses"])
    # % endif
    # % if project.api.resources
    assert not {"403", "409"} & set(paths[ROWS]["get"]["responses"])
    # % if project.api.resources[0].can_conflict
    assert "404" not in paths[ROWS]["post"]["responses"]
    # % else
    assert not {"404", "409"} & set(paths[ROWS]["post"]["responses"])
    # % endif
    # % endif


def test_descriptions_are_generated_in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    running: list[int] = []

    def generate(self: SchemaGenerator, *args: Any, **kwargs: Any) -> int:
        running.append(1)
        time.sleep(0.02)
        return len(running) - running.pop()

    monkeypatch.setattr(generators.SchemaGenerator, "get_schema", generate)
    generator = spectacular_settings.DEFAULT_GENERATOR_CLASS()
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda n: generator.get_schema(), range(4))) == [0, 0, 0, 0]


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
