"""Errors are in the language of the request, or else in LANGUAGE_CODE."""

import pytest
from django.test import override_settings
from django.urls import reverse
from django.utils.translation import gettext, override
from rest_framework.test import APIClient

from .conftest import create_client

MESSAGES = {
    "REST framework": "Authentication credentials were not provided.",
    "Simple JWT": "Given token not valid for any token type",
}


@pytest.mark.parametrize("source", MESSAGES)
@pytest.mark.parametrize(
    ("code", "accepted"), [("en-us", "fr, en;q=0.5"), ("fr", ""), ("fr", "xx")]
)
@pytest.mark.django_db
def test_error_is_translated(source: str, code: str, accepted: str) -> None:
    client = APIClient() if source == "REST framework" else create_client("no.valid.token")
    with override_settings(LANGUAGE_CODE=code):
        response = client.get(reverse("user-me"), headers={"Accept-Language": accepted})
    with override("fr"):
        expected = gettext(MESSAGES[source])
    assert response.json()["detail"] == expected != MESSAGES[source]
    assert response["Content-Language"] == "fr"
