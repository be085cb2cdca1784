"""The Content Security Policy: pages run no scripts but those of the project's own files."""

import re

import pytest
from django.test import Client, override_settings
from django.urls import reverse

from accounts.models import User

POLICY = "Content-Security-Policy"


def parse(policy: str) -> dict[str, list[str]]:
    directives = (directive.split() for directive in policy.split("; "))
    return {name: values for name, *values in directives}


@pytest.fixture
def staff(user: User, client: Client) -> Client:
    user.is_staff = user.is_superuser = True
    user.save()
    client.force_login(user)
    return client


def test_policy_is_strict(anonymous: Client) -> None:
    for path in ("/unknown", reverse("user-me"), reverse("admin:login")):
        policy = parse(anonymous.get(path)[POLICY])
        assert policy["default-src"] == ["'self'"]
        assert not {"script-src", "script-src-elem", "connect-src", "font-src"} & set(policy)
        assert "'unsafe-inline'" not in policy["img-src"] + policy["worker-src"]
        assert policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == ["'none'"]
        assert policy["form-action"] == ["'self'"]


@override_settings(SECURE_SSL_REDIRECT=True)
def test_early_responses_have_policy(anonymous: Client) -> None:
    for host, status in (("testserver", 301), ("unknown.example", 400)):
        response = anonymous.get(reverse("user-me"), headers={"host": host})
        assert (response.status_code, POLICY in response) == (status, True)


def test_pages_have_no_inline_script(staff: Client) -> None:
    names = ["swagger-ui", "redoc", "admin:index", "admin:accounts_user_changelist"]
    names += ["admin:accounts_user_add", "admin:password_change", "user-me"]
    for url in map(reverse, names):
        response = staff.get(url, headers={"accept": "text/html"})
        assert POLICY in response
        if not response["Content-Type"].startswith("text/html"):
            continue
        page = re.sub(r'<script type="application/json".*?</script>', "", response.text, flags=re.S)
        assert not re.search(r"<script(?![^>]* src=)", page), url
        assert not re.search(r"<[^>]+\son[a-z]+=", page), url
        assert "javascript:" not in page, url


def test_script_of_documentation_is_file(client: Client) -> None:
    page = client.get(reverse("swagger-ui"))
    sources = re.findall(r'<script src="([^"]+)"', page.text)
    response = client.get(sources[-1])
    assert response["Content-Type"] == "application/javascript"
    assert "SwaggerUIBundle({" in response.text


@override_settings(DEBUG=True)
def test_error_page_of_development_keeps_scripts(client: Client) -> None:
    response = client.get("/api-auth/unknown/")
    assert response.status_code == 404
    assert POLICY not in response
