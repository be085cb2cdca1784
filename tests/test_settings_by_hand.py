"""Every setting of Simple JWT that a team changes in config/jwt.py has its effect or is reported."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from filelock import FileLock

from .baking import BIN, run
from .changing import render_project

PROBING = Path(__file__).with_name("probing.py")
PROJECTS = [
    ("pair", "sessions"),
    ("pair", "blacklist"),
    ("sliding", "sessions"),
    ("sliding", "none"),
]
OWN = """
from rest_framework.utils.encoders import JSONEncoder
from rest_framework_simplejwt.models import TokenUser

from accounts import backends
from tokens import serializers


class ModelBackend(backends.ModelBackend):
    def user_can_authenticate(self, user):
        return True


def refuse(user):
    return False


class Owner(TokenUser):
    pass


def extend(base):
    class Own(base):
        def validate(self, attrs):
            return {**super().validate(attrs), "own": True}

    return Own


for name, found in list(vars(serializers).items()):
    if name.startswith("Token") and name.endswith("Serializer"):
        globals()[name] = extend(found)
"""
USER = """
from accounts.models import User
User.objects.create_user("ada", password="correct horse battery staple")
"""


class Case(NamedTuple):
    value: Any
    """The new value; a dict contains the arguments of a timedelta."""
    effect: Callable[[dict[str, Any]], bool]
    """Whether what the project does shows the documented effect."""
    flow: str = "pair sliding"
    """The flows for which Simple JWT documents an effect."""


def lifetime(claims: dict[str, Any], end: str = "exp") -> int:
    return int(claims[end] - claims["iat"])


def reported(check: str) -> Callable[[dict[str, Any]], bool]:
    return lambda found: check in found["checks"]


FIXED = reported("tokens.E009")
CASES = {
    "ACCESS_TOKEN_LIFETIME": Case(
        {"minutes": 2}, lambda found: lifetime(found["claims"]) == 120, "pair"
    ),
    "ALGORITHM": Case("HS512", reported("tokens.E003")),
    "AUDIENCE": Case("web", lambda found: found["claims"]["aud"] == "web" and found["me"] == 200),
    "AUTH_HEADER_NAME": Case(
        "HTTP_X_TOKEN", lambda found: (found["me"], found["me_authorization"]) == (200, 401)
    ),
    "AUTH_HEADER_TYPES": Case(
        "JWT", lambda found: (found["me"], found["me_authorization"]) == (200, 401)
    ),
    "AUTH_TOKEN_CLASSES": Case(
        ["rest_framework_simplejwt.tokens.RefreshToken"], lambda found: found["me"] == 401
    ),
    "BLACKLIST_AFTER_ROTATION": Case(None, FIXED, "pair"),
    "CHECK_REVOKE_TOKEN": Case(True, lambda found: found["changed_me"] == 401),
    "CHECK_USER_IS_ACTIVE": Case(
        False, lambda found: found["disabled_me"] == found["disabled_login"] == 200
    ),
    "ISSUER": Case("me", lambda found: found["claims"]["iss"] == "me" and found["me"] == 200),
    "JSON_ENCODER": Case("own.JSONEncoder", lambda found: found["encodes_dates"]),
    "JTI_CLAIM": Case("id", lambda found: "id" in found["claims"] and found["refresh"] == 200),
    "JWK_URL": Case("https://issuer.example/keys", FIXED),
    "LEEWAY": Case(60, lambda found: found["expired"] == 200),
    "REFRESH_TOKEN_LIFETIME": Case(
        {"days": 3}, lambda found: lifetime(found["long_claims"]) == 259_200, "pair"
    ),
    "REVOKE_TOKEN_CLAIM": Case("mark", lambda found: "mark" in found["claims"]),
    "ROTATE_REFRESH_TOKENS": Case(False, FIXED, "pair"),
    "SIGNING_KEY": Case("x" * 64, FIXED),
    "SLIDING_TOKEN_LIFETIME": Case(
        {"minutes": 2}, lambda found: lifetime(found["claims"]) == 120, "sliding"
    ),
    "SLIDING_TOKEN_OBTAIN_SERIALIZER": Case(
        "own.TokenObtainSlidingSerializer", lambda found: "own" in found["login_body"], "sliding"
    ),
    "SLIDING_TOKEN_REFRESH_EXP_CLAIM": Case(
        "until", lambda found: "until" in found["claims"] and found["refresh"] == 200, "sliding"
    ),
    "SLIDING_TOKEN_REFRESH_LIFETIME": Case(
        {"days": 3},
        lambda found: lifetime(found["claims"], "refresh_exp") == 259_200,
        "sliding",
    ),
    "SLIDING_TOKEN_REFRESH_SERIALIZER": Case(
        "own.TokenRefreshSlidingSerializer",
        lambda found: "own" in found["refresh_body"],
        "sliding",
    ),
    "TOKEN_BLACKLIST_SERIALIZER": Case(
        "own.TokenBlacklistSerializer", lambda found: found["logout_body"] == ["own"]
    ),
    "TOKEN_OBTAIN_SERIALIZER": Case(
        "own.TokenObtainPairSerializer", lambda found: "own" in found["login_body"], "pair"
    ),
    "TOKEN_REFRESH_SERIALIZER": Case(
        "own.TokenRefreshSerializer", lambda found: "own" in found["refresh_body"], "pair"
    ),
    "TOKEN_TYPE_CLAIM": Case("typ", lambda found: "typ" in found["claims"] and found["me"] == 200),
    "TOKEN_USER_CLASS": Case("own.Owner", lambda found: found["token_user"] == "Owner"),
    "TOKEN_VERIFY_SERIALIZER": Case(
        "own.TokenVerifySerializer", lambda found: found["verify_body"] == ["own"]
    ),
    "UPDATE_LAST_LOGIN": Case(True, lambda found: found["last_login"]),
    "USER_AUTHENTICATION_RULE": Case("own.refuse", lambda found: found["login"] == 401),
    "USER_ID_CLAIM": Case("sub", lambda found: "sub" in found["claims"] and found["me"] == 200),
    "USER_ID_FIELD": Case("username", lambda found: found["claims"]["user_id"] == "ada"),
    "VERIFYING_KEY": Case("x" * 64, FIXED),
}
# Settings that need another one to show an effect.
WITH = {"REVOKE_TOKEN_CLAIM": ["CHECK_REVOKE_TOKEN=true"]}


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory, testrun_uid: str) -> Path:
    """A project of each kind, with a database that contains a user."""
    folder = tmp_path_factory.getbasetemp().parent / f"by-hand-{testrun_uid}"
    with FileLock(f"{folder}.lock"):
        if not folder.exists():
            for flow, revocation in PROJECTS:
                answers = {"token_flow": flow, "revocation": revocation, "resources": "none"}
                project = render_project(answers, folder / f"{flow}-{revocation}")
                (project / "own.py").write_text(OWN, encoding="utf-8")
                manage = (project / ".venv" / BIN / "python", "manage.py")
                run(*manage, "makemigrations", "accounts", "api", "tokens", cwd=project)
                run(*manage, "migrate", cwd=project)
                run(*manage, "shell", "-c", USER, cwd=project)
    return folder


def probe(project: Path, folder: Path, *changes: str) -> dict[str, Any]:
    """Returns what a project does with changed settings."""
    database = shutil.copy(project / "db.sqlite3", folder)
    python = project / ".venv" / BIN / "python"
    output = run(python, PROBING, *changes, cwd=project, DATABASE_URL=f"sqlite:///{database}")
    found: dict[str, Any] = json.loads(output.splitlines()[-1])
    return found


def test_all_settings_have_cases() -> None:
    spec = importlib.util.find_spec("rest_framework_simplejwt")
    assert spec
    assert spec.origin
    text = Path(spec.origin).with_name("settings.py").read_text(encoding="utf-8")
    defaults = text.partition("DEFAULTS = {")[2].partition("\n}")[0]
    assert sorted(re.findall(r'^    "(\w+)":', defaults, re.MULTILINE)) == sorted(CASES)


@pytest.mark.slow
@pytest.mark.parametrize(("flow", "revocation"), PROJECTS)
@pytest.mark.parametrize("name", CASES)
def test_setting_has_effect_or_is_reported(
    prepared: Path, name: str, flow: str, revocation: str, tmp_path: Path
) -> None:
    case = CASES[name]
    if flow not in case.flow.split():
        pytest.skip(f"{name} has no effect with token_flow = {flow} in Simple JWT either")
    project = prepared / f"{flow}-{revocation}"
    if name == "TOKEN_BLACKLIST_SERIALIZER" and revocation == "none":
        pytest.skip("no logout")
    value = revocation != "blacklist" if name == "BLACKLIST_AFTER_ROTATION" else case.value
    found = probe(project, tmp_path, f"{name}={json.dumps(value)}", *WITH.get(name, []))
    assert case.effect(found), found


@pytest.mark.slow
@pytest.mark.parametrize(("flow", "revocation"), PROJECTS)
def test_unchanged_settings_have_no_effect(
    prepared: Path, flow: str, revocation: str, tmp_path: Path
) -> None:
    found = probe(prepared / f"{flow}-{revocation}", tmp_path)
    shown = [name for name, case in CASES.items() if flow in case.flow and works(case, found)]
    assert shown == []


def works(case: Case, found: dict[str, Any]) -> bool:
    try:
        return case.effect(found)
    except KeyError:
        return False
