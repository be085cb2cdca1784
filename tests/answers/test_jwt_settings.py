"""The SIMPLE_JWT settings that are accepted, and their source."""

from __future__ import annotations

import ast
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from drf_jwt_template.answers.jwt_settings import (
    CLAIM_DEFAULTS,
    JWT_SETTINGS,
    KEY_SETTINGS,
    PAIR_SETTINGS,
    PROMPT_OF_SETTING,
    SLIDING_SETTINGS,
)
from drf_jwt_template.answers.reading import read
from drf_jwt_template.prompts import PROMPTS

from ..baking import skip_unavailable
from .refusals import Raw, refusal_of


@pytest.fixture(scope="module")
def simple_jwt_defaults() -> dict[str, Any]:
    """The source of each default in Simple JWT, which cannot be imported without Django."""
    package = find_spec("rest_framework_simplejwt")
    if not package or not package.origin:
        skip_unavailable("djangorestframework-simplejwt is not installed")
        raise AssertionError
    source = Path(package.origin).with_name("settings.py").read_text(encoding="utf-8")
    for node in ast.parse(source).body:
        match node:
            case ast.Assign(targets=[ast.Name(id="DEFAULTS")], value=ast.Dict(keys, values)):
                return {
                    ast.literal_eval(key): value
                    for key, value in zip(keys, values, strict=True)
                    if key
                }
    raise AssertionError("Simple JWT has no DEFAULTS")


def test_each_simple_jwt_setting_is_known(simple_jwt_defaults: dict[str, Any]) -> None:
    places = [*JWT_SETTINGS, *PROMPT_OF_SETTING, *KEY_SETTINGS]
    assert sorted(places) == sorted(simple_jwt_defaults)
    assert set(PROMPT_OF_SETTING.values()) <= set(PROMPTS)
    assert {*PAIR_SETTINGS, *SLIDING_SETTINGS} <= set(JWT_SETTINGS)
    claims = {name: ast.literal_eval(simple_jwt_defaults[name]) for name in CLAIM_DEFAULTS}
    assert claims == CLAIM_DEFAULTS
    assert {name for name in simple_jwt_defaults if name.endswith("_CLAIM")} == set(CLAIM_DEFAULTS)


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("ISSUER=https://issuer.example/?a=b", '"https://issuer.example/?a=b"'),
        ('ISSUER = it\'s "me" \\ 🎉 ', r"""'it\'s "me" \\ 🎉'"""),
        ("AUDIENCE=mobile", '"mobile"'),
        ("AUDIENCE=mobile, web", '["mobile", "web"]'),
        ("LEEWAY=10s", "timedelta(seconds=10)"),
        ("LEEWAY=10", "timedelta(seconds=10)"),
        ("LEEWAY=0", "timedelta(seconds=0)"),
        ("LEEWAY=1h", "timedelta(hours=1)"),
        ("AUTH_HEADER_TYPES=JWT", '("JWT",)'),
        ("AUTH_HEADER_TYPES=JWT, Bearer", '("JWT", "Bearer")'),
        ("AUTH_HEADER_TYPES=Token", '("Token",)'),
        ("AUTH_HEADER_NAME=HTTP_X_ACCESS_TOKEN", '"HTTP_X_ACCESS_TOKEN"'),
        ("AUTH_TOKEN_CLASSES=tokens.models.Mine", '("tokens.models.Mine",)'),
        ("CHECK_REVOKE_TOKEN=yes", "True"),
        ("CHECK_USER_IS_ACTIVE=Off", "False"),
        ("UPDATE_LAST_LOGIN=TRUE", "True"),
        ("JSON_ENCODER=rest_framework.utils.encoders.JSONEncoder", None),
        ("TOKEN_USER_CLASS=accounts.models.Anybody", None),
        ("TOKEN_VERIFY_SERIALIZER=tokens.serializers.Mine", None),
        ("USER_AUTHENTICATION_RULE=accounts.rules.rule", None),
        ("USER_ID_CLAIM=sub", '"sub"'),
        ("USER_ID_CLAIM=https://example.com/uid", '"https://example.com/uid"'),
        ("JTI_CLAIM=user_id; USER_ID_CLAIM=jti", '"user_id"'),
        ("USER_ID_FIELD=username", '"username"'),
        ("USER_ID_FIELD=id", '"id"'),
    ],
)
def test_setting_is_converted(default_answers: Raw, text: str, source: str | None) -> None:
    name, _, value = (part.strip() for part in text.partition("="))
    found = read({**default_answers, "jwt_settings": text}).jwt_settings
    assert found[name] == (source or f'"{value}"')
    assert name in JWT_SETTINGS


def test_semicolons_separate_settings(default_answers: Raw) -> None:
    for text in ("", " ", ";", " ; ; "):
        assert read({**default_answers, "jwt_settings": text}).jwt_settings == {}
    text = ";ISSUER=me ;\n LEEWAY = 5s;;"
    found = read({**default_answers, "jwt_settings": text}).jwt_settings
    assert found == {"ISSUER": '"me"', "LEEWAY": "timedelta(seconds=5)"}


@pytest.mark.parametrize("name", ["AUDIENCE", "AUTH_HEADER_TYPES", "AUTH_TOKEN_CLASSES"])
def test_long_list_has_one_item_per_line(default_answers: Raw, name: str) -> None:
    items = [f"tokens.models.Mine{number}" for number in range(5)]
    found = read({**default_answers, "jwt_settings": f"{name}={','.join(items)}"}).jwt_settings
    rows = found[name].splitlines()
    assert rows[1:-1] == [f'        "{item}",' for item in items]
    assert list(ast.literal_eval(found[name])) == items


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        *(
            (f"{name}=x", f"{name} has its own prompt; use {prompt}")
            for name, prompt in PROMPT_OF_SETTING.items()
        ),
        *((f"{name}=x", "JWT_SIGNING_KEY in .env") for name in KEY_SETTINGS),
        ("JWK_URL=https://x.example/keys", "requires an algorithm with public keys"),
        ("JWK_URL=https://x.example/keys", "JWK_URL requires AUDIENCE and ISSUER"),
        ("JWK_URL=https://x.example/keys; ISSUER=x", "JWK_URL requires AUDIENCE: "),
        (
            "JWK_URL=https://x.example/keys; ISSUER=x; AUDIENCE=y; AUTH_TOKEN_CLASSES=tokens.pair.X",
            "AUTH_TOKEN_CLASSES must contain tokens.issuer.IssuerToken",
        ),
        ("JWK_URL=file:///etc/passwd", "JWK_URL must be an http or https URL"),
        ("USER_ID_CLAIM=sid", "which the project's tokens already contain"),
        ("ISUER=x", "ISUER is not a Simple JWT setting; did you mean ISSUER?"),
        ("issuer=x", "did you mean ISSUER?"),
        ("ALGORITM=x", "did you mean ALGORITHM?"),
        ("LEEWY=5s", "did you mean LEEWAY?"),
        ("QQQQ=x", "QQQQ is not a Simple JWT setting; allowed: AUDIENCE, AUTH_HEADER_NAME"),
        *(
            (text, "must be written as NAME=value; NAME=value")
            for text in ("ISSUER", "nonsense", "ISSUER: x")
        ),
        ("=x", "is not a Simple JWT setting"),
        ("ISSUER=a; ISSUER=a", "ISSUER must not be given twice"),
        *((f"{name}=", name) for name in JWT_SETTINGS if name not in SLIDING_SETTINGS),
        *(
            (f"ISSUER={value}", "must be a printable text")
            for value in ("", "a\nb", "a\x00b", "a\u202eb")
        ),
        *((f"AUDIENCE={value}", "must be a printable text") for value in ("", ",", "a,", "a,,b")),
        *(
            (f"LEEWAY={value}", "must be a duration")
            for value in ("soon", "-5s", "1.5", "²", "1_0")
        ),
        *((f"LEEWAY={value}", "at most 1h") for value in ("2h", "3601")),
        *(
            (f"AUTH_HEADER_TYPES={value}", "different authentication schemes")
            for value in ("My JWT", "JWT,", "JWT,JWT", "JWT,jwt", "É", '"JWT"', "J/T")
        ),
        *(
            (f"AUTH_HEADER_NAME={value}", "HTTP_AUTHORIZATION")
            for value in (
                "Authorization",
                "AUTHORIZATION",
                "HTTP_x",
                "HTTP_",
                "HTTP_X-Y",
                "HTTP__X",
            )
        ),
        *(
            (f"{name}={value}", "must be yes or no")
            for name in ("CHECK_REVOKE_TOKEN", "CHECK_USER_IS_ACTIVE", "UPDATE_LAST_LOGIN")
            for value in ("maybe", "2", "None")
        ),
        *(
            (f"{name}={value}", "dotted path")
            for name in (
                "JSON_ENCODER",
                "TOKEN_USER_CLASS",
                "TOKEN_OBTAIN_SERIALIZER",
                "USER_AUTHENTICATION_RULE",
                "AUTH_TOKEN_CLASSES",
            )
            for value in (
                "Mine",
                ".Mine",
                "tokens.",
                "tokens..Mine",
                "tokens/Mine",
                "json.JSONEncoder",
            )
        ),
        ("AUTH_TOKEN_CLASSES=tokens.models.Mine,", "dotted path"),
        *((f"USER_ID_CLAIM={value}", "name of a claim") for value in ("a b", "é", "none", "a'b")),
        *((f"JTI_CLAIM={name}", "RFC 7519") for name in ("iss", "aud", "exp", "nbf", "iat")),
        ("USER_ID_CLAIM=jti", "USER_ID_CLAIM must differ from JTI_CLAIM"),
        ("JTI_CLAIM=token_type", "JTI_CLAIM must differ from TOKEN_TYPE_CLAIM"),
        ("JTI_CLAIM=x; USER_ID_CLAIM=x", "JTI_CLAIM must differ from USER_ID_CLAIM"),
        ("USER_ID_FIELD=a b", "name of a field"),
        ("USER_ID_FIELD=email", "id or username"),
        ("USER_ID_FIELD=password", "id or username"),
    ],
)
def test_setting_refused(default_answers: Raw, text: str, reason: str) -> None:
    assert reason in refusal_of({**default_answers, "jwt_settings": text}, "jwt_settings")


@pytest.mark.parametrize(
    ("name", "flow"),
    [
        *((name, "pair") for name in PAIR_SETTINGS),
        *((name, "sliding") for name in SLIDING_SETTINGS),
    ],
)
def test_setting_of_other_flow_is_refused(default_answers: Raw, name: str, flow: str) -> None:
    other = {"pair": "sliding", "sliding": "pair"}[flow]
    # A valid dotted path, and a valid name of a claim.
    raw = {**default_answers, "jwt_settings": f"{name}=tokens.serializers.Mine"}
    assert name in read({**raw, "token_flow": flow}).jwt_settings
    assert "token_flow = sliding" in refusal_of({**raw, "token_flow": other}, "jwt_settings")


@pytest.mark.parametrize("scheme", ["token", "basic"])
def test_header_type_of_other_scheme_is_refused(default_answers: Raw, scheme: str) -> None:
    raw = {**default_answers, "jwt_settings": f"AUTH_HEADER_TYPES=JWT, {scheme.title()}"}
    reason = refusal_of({**raw, "also_accept": scheme}, "jwt_settings")
    assert f"also_accept = {scheme}" in reason
    for other in set(PROMPTS["also_accept"]) - {scheme}:
        read({**raw, "also_accept": other})


def test_user_id_field_is_id_or_login_field(default_answers: Raw) -> None:
    raw = {**default_answers, "login_field": "email", "jwt_settings": "USER_ID_FIELD=email"}
    assert read(raw).jwt_settings == {"USER_ID_FIELD": '"email"'}
    raw["jwt_settings"] = "USER_ID_FIELD=username"
    assert "id or email" in refusal_of(raw, "jwt_settings")
