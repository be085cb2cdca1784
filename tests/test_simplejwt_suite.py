"""Simple JWT's own tests, from the sources of its release, run in rendered projects.

Where the tests import a class that the project replaces, they get the project's class.
"""

from __future__ import annotations

import re
import shutil
import sys
import tarfile
from pathlib import Path

import pytest

from .baking import BIN, run, run_unchecked
from .changing import render_project

MODULES = ("integration", "serializers", "token_blacklist", "views")
SETTINGS = """
from config.settings import *

DATABASES["default"] = {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}
INSTALLED_APPS += ["simplejwt_tests"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ROOT_URLCONF = "simplejwt_tests.urls"
SECURE_SSL_REDIRECT = False
REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"] = dict.fromkeys(REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"])
"""
URLS = """
from django.urls import path

from config.urls import urlpatterns as own

from .views import test_view

urlpatterns = [*own, path("test-view/", test_view, name="test_view")]
"""
# Tests create tokens without a user, which projects refuse, and access tokens without a login.
WITH_USER = """
from typing import Any

from accounts.models import User


def with_user(token_class: Any, login_class: Any) -> Any:
    def create(token: Any = None, verify: bool = True) -> Any:
        if token is not None:
            return token_class(token, verify)
        user = User.objects.get_or_create(username="owner")[0]
        if login_class.token_type == "refresh" and token_class.token_type == "access":
            return login_class.for_user(user).access_token
        return token_class.for_user(user)

    create.for_user = token_class.for_user
    return create
"""
# Tests of a class that a project does not have, by its answers.
ABSENT = {
    "pair": ("Sliding", "sliding", "wrong_auth_type"),
    "sliding": (
        "ObtainPair",
        "TokenRefresh[SV]",
        "TokenBlacklist[SV]",
        "TokenVerify[SV]",
        "TestView",
    ),
    "sessions": ("lacklist", "Migration"),
    "blacklist": (),
    "none": ("lacklist", "Migration"),
}
# What projects do on purpose in another way; docs/tokens.md lists it.
DIFFERENT = {
    # Logout succeeds with a token that has expired.
    "TestTokenBlacklistSerializer::test_it_should_raise_token_error_if_token_invalid",
    "TestTokenBlacklistView::test_it_should_return_401_if_token_invalid",
    # A refresh for a deleted or inactive user is an error of the authentication.
    "TestTokenRefreshSerializer::test_it_should_raise_error_for_deleted_users",
    "TestTokenRefreshSerializer::test_it_should_raise_error_for_inactive_users",
    # The verify endpoint refuses revoked tokens with every setting.
    "TokenVerifySerializerShouldHonourBlacklist"
    "::test_token_verify_serializer_should_honour_blacklist_if_blacklisting_enabled",
    "TokenVerifySerializerShouldHonourBlacklist"
    "::test_token_verify_serializer_should_not_honour_blacklist_if_blacklisting_not_enabled",
    # A sliding token is stored for as long as it can be refreshed.
    "TestTokenBlacklist::test_sliding_tokens_are_added_to_outstanding_list",
}


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tests of the Simple JWT release that the projects use."""
    folder = tmp_path_factory.mktemp("simplejwt")
    requirement = "djangorestframework-simplejwt>=5.5.1,<5.6"
    command = ("-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:")
    run(sys.executable, *command, requirement, "--dest", folder, cwd=folder)
    (archive,) = folder.glob("*.tar.gz")
    with tarfile.open(archive) as files:
        files.extractall(folder, filter="data")
    (tests,) = folder.glob("*/tests")
    return tests


def use_project(text: str, project: Path, flow: str) -> str:
    """Returns the source of a test module that uses the classes of the project."""
    text = text.replace("django.contrib.auth.models import User", "accounts.models import User")
    own = []
    for path in sorted((project / "tokens").glob("*.py")):
        for name in re.findall(r"^class (\w+)\(", path.read_text(encoding="utf-8"), re.MULTILINE):
            if re.search(rf"\b{name}\b", text):
                own.append(f"from tokens.{path.stem} import {name}")
    if "AccessToken.lifetime" not in text:
        own.append("from .with_user import with_user")
        login = "SlidingToken" if flow == "sliding" else "RefreshToken"
        names = [name for name in (login, "AccessToken") if re.search(rf"\b{name}\b", text)]
        own += [f"{name} = with_user({name}, {login})" for name in reversed(names)]
    first = re.search("^(class|User =|from .utils)", text, re.MULTILINE)
    assert first
    return "\n".join([text[: first.start()], *own, text[first.start() :]])


@pytest.mark.slow
@pytest.mark.parametrize("flow", ["pair", "sliding"])
@pytest.mark.parametrize("revocation", ["sessions", "blacklist", "none"])
def test_simplejwt_tests_pass(sources: Path, flow: str, revocation: str, tmp_path: Path) -> None:
    answers = {"token_flow": flow, "revocation": revocation, "resources": "none"}
    project = render_project(answers, tmp_path / "project")
    tests = project / "simplejwt_tests"
    tests.mkdir()
    for name in ("__init__", "models", "utils", "views"):
        shutil.copy(sources / f"{name}.py", tests)
    for name in MODULES:
        text = (sources / f"test_{name}.py").read_text(encoding="utf-8")
        (tests / f"test_{name}.py").write_text(use_project(text, project, flow), encoding="utf-8")
    for name, text in (("settings", SETTINGS), ("urls", URLS), ("with_user", WITH_USER)):
        (tests / f"{name}.py").write_text(text, encoding="utf-8")
    python = project / ".venv" / BIN / "python"
    run(python, "manage.py", "makemigrations", "accounts", "api", "tokens", cwd=project)
    options = (
        "--ds=simplejwt_tests.settings",
        "-q",
        "--tb=short",
        "-rfE",
        "-p",
        "no:cacheprovider",
    )
    command = (python, "-m", "pytest", *options, "-o", "filterwarnings=", tests.name)
    _, output = run_unchecked(*command, cwd=project)
    failed = set(re.findall(r"^(?:FAILED|ERROR) \S+?::(\S+)", output, re.MULTILINE))
    absent = re.compile("|".join((*ABSENT[flow], *ABSENT[revocation])) or "$^")
    passed = int((re.search(r"(\d+) passed", output) or ["", "0"])[1])
    assert passed > 30
    assert {name for name in failed if not absent.search(name)} <= DIFFERENT, output
