"""The answer `jwt_settings`: Simple JWT settings that have no prompt of their own."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from ..prompts import NO, YES
from ..rendering.literals import LINE_LENGTH, duration_source, parse_duration, string
from .problems import Problem
from .slug import DEPENDENCIES, PROJECT_PACKAGES

CLAIM_DEFAULTS = {
    "USER_ID_CLAIM": "user_id",
    "TOKEN_TYPE_CLAIM": "token_type",
    "JTI_CLAIM": "jti",
    "REVOKE_TOKEN_CLAIM": "hash_password",
    "SLIDING_TOKEN_REFRESH_EXP_CLAIM": "refresh_exp",
}
# RFC 7519, section 4.1, without "sub" and "jti": the claims above may use these two.
REGISTERED_CLAIMS = ("iss", "aud", "exp", "nbf", "iat")
# Claims of the project: OpenID Connect's time of login, and the session.
OWN_CLAIMS = ("auth_time", "sid")
PROMPT_OF_SETTING = {
    "ACCESS_TOKEN_LIFETIME": "access_token_lifetime",
    "SLIDING_TOKEN_LIFETIME": "access_token_lifetime",
    "REFRESH_TOKEN_LIFETIME": "refresh_token_lifetime",
    "SLIDING_TOKEN_REFRESH_LIFETIME": "refresh_token_lifetime",
    "ROTATE_REFRESH_TOKENS": "rotate_refresh_tokens",
    "BLACKLIST_AFTER_ROTATION": "revocation",
    "ALGORITHM": "algorithm",
}
ISSUER_TOKEN = "tokens.issuer.IssuerToken"
"""The class of the tokens whose keys are at JWK_URL."""
KEY_SETTINGS = ("SIGNING_KEY", "VERIFYING_KEY")
PAIR_SETTINGS = ("TOKEN_OBTAIN_SERIALIZER", "TOKEN_REFRESH_SERIALIZER")
SLIDING_SETTINGS = (
    "SLIDING_TOKEN_OBTAIN_SERIALIZER",
    "SLIDING_TOKEN_REFRESH_EXP_CLAIM",
    "SLIDING_TOKEN_REFRESH_SERIALIZER",
)


def read_jwt_settings(
    text: str, choices: Mapping[str, str]
) -> tuple[Mapping[str, str], list[Problem]]:
    """Returns the settings in `text` as Python source, and what is wrong with it.

    `choices` are the answers that a setting may contradict.
    """
    found: dict[str, str] = {}
    given: dict[str, str] = {}
    problems = []
    for part in filter(None, map(str.strip, text.split(";"))):
        name, equals, value = (piece.strip() for piece in part.partition("="))
        try:
            if not equals:
                raise ValueError("must be written as NAME=value; NAME=value")
            if name in found:
                raise ValueError("must not be given twice")
            found[name] = _converter(name)(value)
            given[name] = value
            _check_setting(name, value, choices)
        except ValueError as error:
            problems.append(Problem("jwt_settings", part, f"{name} {error}"))
    return found, problems + _check_claims(given) + _check_issuer(given)


def _check_setting(name: str, value: str, choices: Mapping[str, str]) -> None:
    """Raises ValueError if a setting contradicts another answer."""
    sliding = choices["token_flow"] == "sliding"
    login_field = choices["login_field"]
    also_accept = choices["also_accept"]
    if name in SLIDING_SETTINGS and not sliding:
        raise ValueError("requires token_flow = sliding")
    if name in PAIR_SETTINGS and sliding:
        raise ValueError("has no effect with token_flow = sliding; remove it")
    if name == "USER_ID_FIELD" and value not in ("id", login_field):
        raise ValueError(f"must be a unique field of the user: id or {login_field}")
    if name == "JWK_URL" and choices["algorithm"].startswith("HS"):
        raise ValueError("requires an algorithm with public keys, such as ES256")
    if name == "JWK_URL" and choices["revocation"] == "sessions":
        raise ValueError(
            "requires revocation = blacklist or none: tokens of another issuer have no session"
        )
    schemes = [item.lower() for item in _items(value)]
    if name == "AUTH_HEADER_TYPES" and also_accept in ("token", "basic") and also_accept in schemes:
        raise ValueError(
            f"must not contain {also_accept.title()}, which also_accept = {also_accept} uses"
        )


def _check_claims(given: Mapping[str, str]) -> list[Problem]:
    """Returns a problem for each setting that names a claim which another setting names."""
    claims = {**CLAIM_DEFAULTS, **{n: given[n] for n in CLAIM_DEFAULTS if n in given}}
    problems = []
    for name in CLAIM_DEFAULTS:
        same = [other for other in claims if other != name and claims[other] == claims[name]]
        if name in given and same:
            reason = f"{name} must differ from {same[0]}, which uses the same claim"
            problems.append(Problem("jwt_settings", f"{name}={given[name]}", reason))
    return problems


def _check_issuer(given: Mapping[str, str]) -> list[Problem]:
    """Returns a problem if the tokens of another issuer are not restricted to this API."""
    if "JWK_URL" not in given:
        return []
    problems = []
    missing = [name for name in ("AUDIENCE", "ISSUER") if name not in given]
    if missing:
        reason = f"JWK_URL requires {' and '.join(missing)}: without, tokens for other APIs would be accepted"
        problems.append(Problem("jwt_settings", f"JWK_URL={given['JWK_URL']}", reason))
    classes = given.get("AUTH_TOKEN_CLASSES", ISSUER_TOKEN)
    if ISSUER_TOKEN not in _items(classes):
        reason = f"AUTH_TOKEN_CLASSES must contain {ISSUER_TOKEN}, which JWK_URL adds"
        problems.append(Problem("jwt_settings", f"AUTH_TOKEN_CLASSES={classes}", reason))
    return problems


def _converter(name: str) -> Callable[[str], str]:
    """Returns the function that converts the text of a setting. Raises ValueError if there is none."""
    if name in PROMPT_OF_SETTING:
        raise ValueError(f"has its own prompt; use {PROMPT_OF_SETTING[name]}")
    if name in KEY_SETTINGS:
        raise ValueError(
            "must not be given here: the setup generates the key; set JWT_SIGNING_KEY in .env to use another"
        )
    if name not in JWT_SETTINGS:
        near = difflib.get_close_matches(name.upper(), [*JWT_SETTINGS, *PROMPT_OF_SETTING], 1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise ValueError(
            f"is not a Simple JWT setting{hint}; allowed: " + ", ".join(sorted(JWT_SETTINGS))
        )
    return JWT_SETTINGS[name]


def _flag(text: str) -> str:
    if text.lower() not in (*YES, *NO):
        raise ValueError("must be yes or no")
    return str(text.lower() in YES)


def _text(text: str) -> str:
    if not text or not text.isprintable():
        raise ValueError("must be a printable text and not empty")
    return string(text)


def _items(text: str) -> list[str]:
    return [item.strip() for item in text.split(",")]


def _audience(text: str) -> str:
    items = [_text(item) for item in _items(text)]
    return items[0] if len(items) == 1 else _rows("[", items, "]") or f"[{', '.join(items)}]"


def tuple_source(items: Sequence[str]) -> str:
    """Returns the source of a tuple, by the sources of its items."""
    return _rows("(", items, ")") or f"({', '.join(items)}{',' if len(items) == 1 else ''})"


def _rows(opening: str, items: Sequence[str], closing: str) -> str:
    """Returns a collection with one item per line, or nothing if it fits on one line."""
    if sum(map(len, items)) < LINE_LENGTH // 2:
        return ""
    return opening + "".join(f"\n        {item}," for item in items) + f"\n    {closing}"


def _header_types(text: str) -> str:
    items = _items(text)
    # RFC 9110, section 5.6.2: a scheme is a token.
    if not all(re.fullmatch(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+", item) for item in items) or len(
        {item.lower() for item in items}
    ) < len(items):
        raise ValueError("must be a list of different authentication schemes such as JWT,Bearer")
    return tuple_source([string(item) for item in items])


def _header_name(text: str) -> str:
    if not re.fullmatch(r"HTTP_[A-Z0-9]+(_[A-Z0-9]+)*", text):
        raise ValueError("must be a key of Django's request.META such as HTTP_AUTHORIZATION")
    return string(text)


def _leeway(text: str) -> str:
    try:
        value = parse_duration(f"{text}s" if text.isdigit() else text)
    except ValueError as error:
        raise ValueError(f"must be {error}") from None
    if value > timedelta(hours=1):
        raise ValueError("must be at most 1h: it extends the lifetime of every token")
    return duration_source(value)


def _url(text: str) -> str:
    if not re.fullmatch(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[!-~]*)?", text):
        raise ValueError("must be an http or https URL such as https://issuer.example/jwks.json")
    return string(text)


def _claim(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_.:/-]+", text) or text.lower() == "none":
        raise ValueError("must be the name of a claim, such as uid")
    if text in REGISTERED_CLAIMS:
        raise ValueError(f"must not be {text}, which RFC 7519 defines for another purpose")
    if text in OWN_CLAIMS:
        raise ValueError(f"must not be {text}, which the project's tokens already contain")
    return string(text)


def _field_name(text: str) -> str:
    if not text.isidentifier():
        raise ValueError("must be the name of a field of the user")
    return string(text)


def _dotted(text: str) -> str:
    first = text.partition(".")[0]
    if not re.fullmatch(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+", text):
        raise ValueError("must be a dotted path such as tokens.serializers.MySerializer")
    if first not in (*PROJECT_PACKAGES, *DEPENDENCIES):
        raise ValueError(
            f"must be a dotted path into the project ({', '.join(PROJECT_PACKAGES)}) or a dependency"
        )
    return string(text)


def _dotted_tuple(text: str) -> str:
    return tuple_source([_dotted(item) for item in _items(text)])


JWT_SETTINGS: Mapping[str, Callable[[str], str]] = {
    "AUDIENCE": _audience,
    "AUTH_HEADER_NAME": _header_name,
    "AUTH_HEADER_TYPES": _header_types,
    "AUTH_TOKEN_CLASSES": _dotted_tuple,
    "CHECK_REVOKE_TOKEN": _flag,
    "CHECK_USER_IS_ACTIVE": _flag,
    "ISSUER": _text,
    "JSON_ENCODER": _dotted,
    "JTI_CLAIM": _claim,
    "JWK_URL": _url,
    "LEEWAY": _leeway,
    "REVOKE_TOKEN_CLAIM": _claim,
    "SLIDING_TOKEN_OBTAIN_SERIALIZER": _dotted,
    "SLIDING_TOKEN_REFRESH_EXP_CLAIM": _claim,
    "SLIDING_TOKEN_REFRESH_SERIALIZER": _dotted,
    "TOKEN_BLACKLIST_SERIALIZER": _dotted,
    "TOKEN_OBTAIN_SERIALIZER": _dotted,
    "TOKEN_REFRESH_SERIALIZER": _dotted,
    "TOKEN_TYPE_CLAIM": _claim,
    "TOKEN_USER_CLASS": _dotted,
    "TOKEN_VERIFY_SERIALIZER": _dotted,
    "UPDATE_LAST_LOGIN": _flag,
    "USER_AUTHENTICATION_RULE": _dotted,
    "USER_ID_CLAIM": _claim,
    "USER_ID_FIELD": _field_name,
}
