"""The OpenAPI description and its two pages."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.urls import reverse
from rest_framework.test import APIClient


def test_the_schema_is_valid_and_without_warnings() -> None:
    out = StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=out)
    assert out.getvalue().startswith("openapi: 3")


@pytest.mark.django_db
def test_the_schema_is_served(anonymous: APIClient) -> None:
    response = anonymous.get(reverse("schema"), {"format": "json"})
    assert response.status_code == 200
    paths = response.json()["paths"]
    assert {reverse("{{ project.obtain_name }}"), reverse("user-me")} <= set(paths)


@pytest.mark.parametrize("page", ["swagger-ui", "redoc"])
def test_the_pages_load_nothing_from_elsewhere(anonymous: APIClient, page: str) -> None:
    response = anonymous.get(reverse(page))
    assert response.status_code == 200
    text = response.content.decode()
    assert "/static/drf_spectacular_sidecar/" in text
    assert 'src="http' not in text
    assert 'href="http' not in text
