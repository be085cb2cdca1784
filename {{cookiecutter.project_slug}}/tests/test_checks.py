"""System checks for the token policy."""

from typing import Any

import pytest
from django.conf import settings
from django.core.checks import run_checks
from django.db import connection
from django.test import override_settings
from django.urls import clear_url_caches, include, path
from rest_framework.views import APIView
from rest_framework_simplejwt import authentication
from rest_framework_simplejwt import tokens as simplejwt
from rest_framework_simplejwt.settings import api_settings

from config.env import BASE_DIR
from tokens import checks
from tokens.keys import KeyRing
from tokens.password_validation import EndSessionsValidator


def find_problems(*, deploy: bool = False, **overrides: Any) -> list[str | None]:
    with override_settings(**overrides):
        found = run_checks(tags=["tokens"], include_deployment_checks=deploy)
    return [message.id for message in found]


def test_settings_have_no_problems() -> None:
    assert find_problems() == []


@pytest.mark.parametrize("key", ["", "short", "a" * 100])
def test_invalid_key_is_reported(key: str) -> None:
    assert find_problems(JWT_KEYS=KeyRing(keys=(key,))) == ["tokens.E001"]
# % if project.keys.symmetric


def test_secret_key_as_signing_key_is_reported() -> None:
    key = settings.JWT_KEYS.keys[0].signing
    assert find_problems(SECRET_KEY=key) == ["tokens.E002"]
    assert find_problems(SECRET_KEY_FALLBACKS=[key]) == ["tokens.E002"]
# % endif


def test_wrong_algorithm_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rest_framework_simplejwt.state.token_backend.algorithm", "none")
    assert find_problems() == ["tokens.E003"]


def test_short_refresh_lifetime_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    # % if project.tokens.sliding
    long, short = "SLIDING_TOKEN_REFRESH_LIFETIME", "SLIDING_TOKEN_LIFETIME"
    # % else
    long, short = "REFRESH_TOKEN_LIFETIME", "ACCESS_TOKEN_LIFETIME"
    # % endif
    monkeypatch.setattr(api_settings, long, getattr(api_settings, short))
    assert find_problems() == ["tokens.E004"]


@pytest.mark.parametrize("name", ["pk", "first_name", "none"])
def test_invalid_user_id_field_is_reported(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(api_settings, "USER_ID_FIELD", name)
    assert find_problems() == ["tokens.E008"]


@pytest.mark.parametrize("name", checks.FIXED)
def test_setting_without_effect_is_reported(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(api_settings, name, not checks.FIXED[name][0])
    assert find_problems() == ["tokens.E009"]


def test_signing_key_in_settings_is_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api_settings, "SIGNING_KEY", "a secret")
    assert "a secret" not in str(run_checks(tags=["tokens"]))
# % if project.revocation.enabled


def test_tokens_without_id_are_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api_settings, "JTI_CLAIM", None)
    assert "tokens.E010" in find_problems()
# % endif
# % if project.revocation.blacklist


def test_missing_blacklist_app_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    app = "rest_framework_simplejwt.token_blacklist"
    apps = [name for name in settings.INSTALLED_APPS if name != app]
    monkeypatch.setattr(settings, "INSTALLED_APPS", apps)
    assert find_problems() == ["tokens.E005"]
# % endif
# % if project.keys.remote


@pytest.mark.parametrize("name", ["JWK_URL", "AUDIENCE", "ISSUER"])
def test_issuer_without_audience_is_reported(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(api_settings, name, None)
    assert find_problems() == ["tokens.E011"]


def test_missing_issuer_token_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api_settings, "AUTH_TOKEN_CLASSES", (simplejwt.AccessToken,))
    assert find_problems() == ["tokens.E012"]
# % endif
# % if project.revocation.sessions


def test_serializer_without_sessions_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    stock = "rest_framework_simplejwt.serializers.{{ project.tokens.obtain_serializer }}"
    monkeypatch.setattr(api_settings, "{{ project.jwt.obtain_setting }}", stock)
    assert find_problems() == ["tokens.E006"]


@pytest.mark.parametrize("name", checks.SESSION_SERIALIZERS)
def test_stock_serializer_is_reported(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(api_settings, name, "rest_framework.serializers.Serializer")
    assert find_problems() == ["tokens.E013"]


class StockView(APIView):
    authentication_classes = (authentication.JWTStatelessUserAuthentication,)


def test_view_that_ignores_sessions_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    urls = [path("api/", include([path("stock/", StockView.as_view())]))]
    monkeypatch.setattr("config.urls.urlpatterns", urls)
    clear_url_caches()
    try:
        assert find_problems() == ["tokens.W002"]
    finally:
        monkeypatch.undo()
        clear_url_caches()
# % endif
# % if project.revocation.by_password


class OwnValidator(EndSessionsValidator):
    """A subclass, which a project may use instead."""


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ([], ["tokens.E007"]),
        (["django.contrib.auth.password_validation.MinimumLengthValidator"], ["tokens.E007"]),
        ([f"{__name__}.OwnValidator"], []),
    ],
)
def test_password_validator_is_required(names: list[str], expected: list[str]) -> None:
    validators = [{"NAME": name} for name in names]
    assert find_problems(AUTH_PASSWORD_VALIDATORS=validators) == expected
# % endif


def test_backend_without_limits_is_reported() -> None:
    stock = "django.contrib.auth.backends.ModelBackend"
    assert find_problems(AUTHENTICATION_BACKENDS=[stock]) == ["tokens.W003"]


MEMORY = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
PRODUCTION: dict[str, Any] = {
    "CACHES": {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache"}},
    "SECURE_SSL_REDIRECT": True,
    "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https"),
}


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("SECURE_SSL_REDIRECT", False, []),
        ("CACHES", MEMORY, ["tokens.W001"]),
        ("SECURE_PROXY_SSL_HEADER", None, ["tokens.W005"]),
    ],
)
def test_problem_of_production_is_reported(
    monkeypatch: pytest.MonkeyPatch, name: str, value: Any, expected: list[str]
) -> None:
    monkeypatch.setitem(connection.settings_dict, "NAME", "/srv/database")
    assert find_problems(deploy=True, **PRODUCTION | {name: value}) == expected
# % if not project.postgresql


@pytest.mark.parametrize(
    ("engine", "name", "expected"),
    [
        ("sqlite3", BASE_DIR / "db.sqlite3", ["tokens.W006"]),
        ("sqlite3", "/srv/db.sqlite3", []),
        ("postgresql", "name", []),
    ],
)
def test_database_beside_code_is_reported(
    monkeypatch: pytest.MonkeyPatch, engine: str, name: object, expected: list[str]
) -> None:
    monkeypatch.setitem(connection.settings_dict, "ENGINE", f"django.db.backends.{engine}")
    monkeypatch.setitem(connection.settings_dict, "NAME", name)
    assert find_problems(deploy=True, **PRODUCTION) == expected
# % endif
