"""Attacks must fail, and no request may cause a server error."""

import itertools
import json
import logging
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from rest_framework.test import APIClient
from rest_framework_simplejwt import state
from rest_framework_simplejwt.settings import api_settings

from accounts.models import User
from tokens.algorithm import Key, generate_key

from .conftest import (
    CREDENTIALS,
    LOGIN,
    PASSWORD,
    create_client,
    log_out,
    read_tokens,
    refresh,
    status_with_token,
)

ACCESS = "{{ project.tokens.access_field }}"
REFRESH = "{{ project.tokens.refresh_field }}"
UNKNOWN = UUID("3f2504e0-4f89-41d3-9a0c-0305e82c3301")


def read_claims(token: str) -> dict[str, Any]:
    return jwt.decode(token, options={"verify_signature": False})


def is_refused(token: str) -> bool:
    """Whether all endpoints refuse a token."""
    statuses = {status_with_token(token), refresh(token).status_code}
    # % if project.paths.verify
    response = APIClient().post(reverse("token_verify"), {"token": token})
    statuses.add(response.status_code)
    # % endif
    # % if project.paths.blacklist
    # A logout is no error if the token is expired or its user deleted.
    assert log_out(token).status_code in (200, 400, 401)
    # % endif
    return statuses <= {400, 401}


def sign_claims(claims: dict[str, Any], **headers: Any) -> str:
    """Returns a token with these claims, signed with the project's key."""
    key = settings.JWT_KEYS.keys[0]
    headers = ({"kid": key.kid} if key.kid else {}) | headers
    return jwt.encode(claims, key.signing, algorithm=api_settings.ALGORITHM, headers=headers)


def replace_header(token: str, header: dict[str, Any]) -> str:
    """Returns the token with another header and its old signature."""
    _, payload, signature = token.split(".")
    text = json.dumps(header, separators=(",", ":")).encode()
    return f"{jwt.utils.base64url_encode(text).decode()}.{payload}.{signature}"


@pytest.fixture
def claims(tokens: dict[str, str]) -> dict[str, Any]:
    return read_claims(tokens[ACCESS])


# Signature


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", ""])
def test_token_without_signature_is_refused(tokens: dict[str, str], algorithm: str) -> None:
    header = {"alg": algorithm, "typ": "JWT"}
    token = replace_header(tokens[ACCESS], header)
    assert is_refused(token)
    assert is_refused(token.rpartition(".")[0] + ".")


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
def test_algorithm_confusion_is_refused(claims: dict[str, Any], algorithm: str) -> None:
    """An attacker may sign with nothing, a leaked SECRET_KEY, or the public key as a secret."""
    # % if project.keys.symmetric
    known = (b"", settings.SECRET_KEY.encode())
    # % else
    known = (b"", settings.SECRET_KEY.encode(), public_key())
    # % endif
    for secret in known:
        header = {"alg": algorithm, "typ": "JWT", "kid": settings.JWT_KEYS.keys[0].kid}
        parts = [jwt.utils.base64url_encode(json.dumps(p).encode()) for p in (header, claims)]
        hashed = jwt.get_algorithm_by_name(algorithm).sign(b".".join(parts), secret)
        token = b".".join([*parts, jwt.utils.base64url_encode(hashed)]).decode()
        assert is_refused(token)
# % if not project.keys.symmetric


def public_key() -> bytes:
    key = settings.JWT_KEYS.keys[0].verifying
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def test_unknown_key_is_refused(claims: dict[str, Any]) -> None:
    other = Key(generate_key())
    for kid in (other.kid, settings.JWT_KEYS.keys[0].kid):
        token = jwt.encode(claims, other.signing, api_settings.ALGORITHM, headers={"kid": kid})
        assert is_refused(token)


def test_embedded_key_is_refused(claims: dict[str, Any]) -> None:
    other = Key(generate_key())
    for headers in (
        {"jwk": other.jwk},
        {"jku": "http://127.0.0.1:9/jwks.json"},
        {"x5u": "http://127.0.0.1:9/cert.pem"},
        {"x5c": ["MIIB"]},
    ):
        own = {"kid": other.kid, **headers}
        assert is_refused(jwt.encode(claims, other.signing, api_settings.ALGORITHM, headers=own))
# % endif


@pytest.mark.parametrize(
    "kid",
    [None, 5, [], {}, "", "../../etc/passwd", "' OR 1=1 --", "\0", "x" * 5_000],
    ids=lambda kid: repr(kid)[:12],
)
def test_hostile_key_id_is_refused(tokens: dict[str, str], kid: Any) -> None:
    assert is_refused(replace_header(tokens[ACCESS], {"alg": api_settings.ALGORITHM, "kid": kid}))


# % if project.paths.blacklist
def test_forged_token_ends_no_login(tokens: dict[str, str]) -> None:
    forged = jwt.encode(read_claims(tokens[REFRESH]), "another secret " * 5, algorithm="HS256")
    # % if project.tokens.cookie
    assert log_out(forged).status_code == 200
    # % else
    assert log_out(forged).status_code == 401
    # % endif
    assert refresh(tokens[REFRESH]).status_code == 200


# % endif
@pytest.mark.parametrize("part", [0, 1, 2])
def test_changed_token_is_refused(tokens: dict[str, str], part: int) -> None:
    for token in tokens.values():
        parts = token.split(".")
        other = "B" if parts[part][5] == "A" else "A"
        parts[part] = parts[part][:5] + other + parts[part][6:]
        assert is_refused(".".join(parts))
# % if not project.tokens.sliding


# Token type


def test_token_of_wrong_type_is_refused(tokens: dict[str, str]) -> None:
    assert status_with_token(tokens["refresh"]) == 401
    assert refresh(tokens["access"]).status_code == 401
    # % if project.paths.blacklist
    log_out(tokens["access"])
    assert status_with_token(tokens["access"]) == 200
    # % endif
# % endif


@pytest.mark.parametrize("kind", ["sliding", "refresh", "access", "", None, 5, [], {}])
def test_token_type_changed_is_refused(claims: dict[str, Any], kind: Any) -> None:
    claim = api_settings.TOKEN_TYPE_CLAIM
    if kind != claims[claim]:
        assert status_with_token(sign_claims(claims | {claim: kind})) == 401


# Claims of the wrong type with a valid signature

WRONG = [
    *(None, True, [], {}, "", "x", "\0", "\ud800", "x" * 5_000, -1, 0.5, 10**30, 10**400),
    *(float("inf"), float("nan"), ["\0"], {"a": 1}),
]


@pytest.mark.parametrize(
    "claim",
    [
        *("exp", "nbf", "iat", "sub"),
        api_settings.JTI_CLAIM,
        api_settings.USER_ID_CLAIM,
        # % if project.tokens.sliding
        api_settings.SLIDING_TOKEN_REFRESH_EXP_CLAIM,
        # % endif
        # % if project.revocation.sessions
        "sid",
        # % endif
    ],
)
def test_claim_of_wrong_type_is_refused(tokens: dict[str, str], claim: str) -> None:
    for value, name in itertools.product(WRONG, tokens):
        changed = sign_claims(read_claims(tokens[name]) | {claim: value})
        # Rolled back, because a session that one value ends would hide the effect of the next.
        with transaction.atomic():
            # Only at the endpoints that accept this token.
            statuses = [status_with_token(changed)] if name == ACCESS else []
            if name == REFRESH:
                statuses.append(refresh(changed).status_code)
                # % if project.paths.verify
                response = APIClient().post(reverse("token_verify"), {"token": changed})
                statuses.append(response.status_code)
                # % endif
            transaction.set_rollback(True)
        assert max(statuses) < 500, value
        if claim in ("exp", api_settings.USER_ID_CLAIM):
            assert statuses[0] == 401, value


@pytest.mark.parametrize("claim", ["exp", api_settings.JTI_CLAIM, api_settings.USER_ID_CLAIM])
def test_missing_claim_is_refused(tokens: dict[str, str], claim: str) -> None:
    for token in tokens.values():
        claims = read_claims(token)
        del claims[claim]
        assert is_refused(sign_claims(claims))


@pytest.mark.parametrize(
    "value",
    [0, "0", "999999999", 2**63, str(2**63), int("9" * 38), "9" * 38, str(UNKNOWN), UNKNOWN.hex],
    ids=str,
)
def test_unknown_user_id_is_refused(tokens: dict[str, str], value: Any) -> None:
    for token in tokens.values():
        changed = read_claims(token) | {api_settings.USER_ID_CLAIM: value}
        assert is_refused(sign_claims(changed))


def test_user_id_in_other_format_is_refused(tokens: dict[str, str]) -> None:
    """A key has one format: Python reads integers and UUIDs in several."""
    for token in tokens.values():
        claims = read_claims(token)
        own = claims[api_settings.USER_ID_CLAIM]
        others = {f" {own}", f"0{own}", f"+{own}", own.upper(), own.replace("-", "")}
        for value in others - {own}:
            assert is_refused(sign_claims(claims | {api_settings.USER_ID_CLAIM: value})), value


def test_token_outside_its_lifetime_is_refused(claims: dict[str, Any]) -> None:
    leeway = state.token_backend.get_leeway() + timedelta(seconds=2)
    past = claims["iat"] - int(leeway.total_seconds())
    future = claims["iat"] + int(leeway.total_seconds()) + 60
    assert is_refused(sign_claims(claims | {"exp": past}))
    assert is_refused(sign_claims(claims | {"nbf": future}))
    assert is_refused(sign_claims(claims | {"iat": future}))
# % if project.jwt.named_parties


@pytest.mark.parametrize("claim", {{ project.jwt.named_parties | tojson }})
def test_wrong_issuer_or_audience_is_refused(tokens: dict[str, str], claim: str) -> None:
    for token in tokens.values():
        claims = read_claims(token)
        assert is_refused(sign_claims(claims | {claim: "https://evil.example"}))
        del claims[claim]
        assert is_refused(sign_claims(claims))
# % endif


# Headers and bodies


@pytest.mark.parametrize(
    "value",
    [
        "",
        " ",
        "x",
        "{type}",
        "{type} ",
        "{type} a b",
        "{type} é.ü.ß",
        "{type} ..",
        "{type} \0",
        "{type} " + "x" * 20_000,
        "{type} " + ".".join(["x" * 5_000] * 3),
        "{type} " + "." * 20_000,
        "{type} " + jwt.utils.base64url_encode(b"[" * 15_000).decode() + ".e30.x",
        "{type} " + jwt.utils.base64url_encode(b'{"a":' * 5_000).decode() + ".e30.x",
        "{type} " + jwt.utils.base64url_encode(b"\xff\xfe").decode() + ".e30.x",
    ],
    ids=lambda value: repr(value)[:24],
)
@pytest.mark.django_db
def test_hostile_header_is_refused(anonymous: APIClient, value: str) -> None:
    header = value.replace("{type}", api_settings.AUTH_HEADER_TYPES[0])
    anonymous.credentials(**{api_settings.AUTH_HEADER_NAME: header})
    assert anonymous.get(reverse("user-me")).status_code == 401


@pytest.mark.parametrize("spelling", [str.lower, str.upper, str.title])
def test_scheme_is_case_insensitive(tokens: dict[str, str], spelling: Callable[[str], str]) -> None:
    header = f"{spelling(api_settings.AUTH_HEADER_TYPES[0])}  {tokens[ACCESS]}"
    client = APIClient()
    client.credentials(**{api_settings.AUTH_HEADER_NAME: header})
    assert client.get(reverse("user-me")).status_code == 200


def test_error_follows_rfc_6750(anonymous: APIClient, tokens: dict[str, str]) -> None:
    assert "error=" not in anonymous.get(reverse("user-me"))["WWW-Authenticate"]
    response = create_client(tokens[ACCESS] + "x").get(reverse("user-me"))
    assert 'error="invalid_token"' in response["WWW-Authenticate"]


@pytest.mark.parametrize(
    "value",
    [None, True, 5, 1.5, [], {}, "", "\0", "\ud800", "x" * 100_000, ["x"], {"a": "b"}],
    ids=lambda value: repr(value)[:12],
)
@pytest.mark.usefixtures("user")
def test_hostile_login_is_refused(anonymous: APIClient, value: Any) -> None:
    for field in CREDENTIALS:
        data = json.dumps(CREDENTIALS | {field: value})
        response = anonymous.generic(
            "POST", reverse("{{ project.paths.obtain_name }}"), data, content_type="application/json"
        )
        assert response.status_code in (400, 401)


def test_oversized_body_is_refused(anonymous: APIClient) -> None:
    body = json.dumps({"password": "x" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE})
    url = reverse("{{ project.paths.obtain_name }}")
    response = anonymous.generic("POST", url, body, content_type="application/json")
    assert response.status_code == 400
    assert set(response.json()) == {"detail", "code"}


def test_form_with_too_many_fields_is_refused(anonymous: APIClient) -> None:
    body = "a&" * (settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 1)
    url = reverse("{{ project.paths.obtain_name }}")
    response = anonymous.generic("POST", url, body, "application/x-www-form-urlencoded")
    assert response.status_code == 400
    assert set(response.json()) == {"detail", "code"}


# Log


def test_log_contains_no_secrets(
    user: User,
    tokens: dict[str, str],
    anonymous: APIClient,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    url = reverse("{{ project.paths.obtain_name }}")
    wrong = "wrong horse battery staple"
    anonymous.post(url, CREDENTIALS)
    anonymous.post(url, CREDENTIALS | {"password": wrong})
    anonymous.post(url, {"{{ project.accounts.login_field }}": PASSWORD, "password": PASSWORD})
    responses = [refresh(tokens[REFRESH]), refresh(tokens[REFRESH])]
    status_with_token(tokens[ACCESS] + "x")
    # % if project.paths.blacklist
    log_out((tokens | read_tokens(responses[0]))[REFRESH])
    # % endif
    logged = [record.getMessage() + repr(record.__dict__) for record in caplog.records]
    logged += capfd.readouterr()
    events = {getattr(record, "event", "") for record in caplog.records}
    # % if project.paths.blacklist
    assert {"login", "login_failed", "refresh", "logout"} <= events
    # % else
    assert {"login", "login_failed", "refresh"} <= events
    # % endif
    new = [v for r in responses if r.status_code == 200 for v in read_tokens(r).values()]
    assert not any(re.search(rf"\b{LOGIN}\b", text) for text in logged)
    for secret in [PASSWORD, wrong, *tokens.values(), *new]:
        # A token is useless without its signature.
        assert not any(secret.rpartition(".")[2] in text for text in logged)
