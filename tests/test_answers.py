"""Which answers are taken, what is said of the others, and what the templates are told."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import fields
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from drf_jwt_template import answers
from drf_jwt_template.answers import (
    CHOICES,
    CLAIM_DEFAULTS,
    JWT_SETTINGS,
    KEY_SETTINGS,
    LONGEST_LIFETIME,
    MAX_PREFIX,
    MAX_SLUG,
    MAX_TEXT,
    NO,
    OWN_SERIALIZERS,
    PAIR_SETTINGS,
    PROMPT_OF_SETTING,
    SLIDING_SETTINGS,
    YES,
    Answers,
    BadAnswers,
    Problem,
    read,
)

from .baking import PROMPTS, ROOT, unavailable

VARIABLES = [name for name in PROMPTS if not name.startswith("_")]
TEXTS = [name for name in VARIABLES if isinstance(PROMPTS[name], str)]
PATHS = [name for name in VARIABLES if name.endswith("_path")]
OPTIONAL_PATHS = ["token_verify_path", "token_blacklist_path"]
BLACKLIST = "TOKEN_BLACKLIST_SERIALIZER"
SLIDING_PAIR = ("SLIDING_TOKEN_OBTAIN_SERIALIZER", "SLIDING_TOKEN_REFRESH_SERIALIZER")

Raw = dict[str, object]


def problems_of(raw: Mapping[str, object]) -> tuple[Problem, ...]:
    with pytest.raises(BadAnswers) as refusal:
        read(raw)
    return refusal.value.problems


def refusal_of(raw: Mapping[str, object], variable: str) -> str:
    """What is said of the one variable that is refused."""
    problems = problems_of(raw)
    assert {problem.variable for problem in problems} == {variable}
    return "\n".join(problem.reason for problem in problems)


def test_the_defaults_are_accepted(default_answers: Raw) -> None:
    found = read(default_answers)
    shown = {field.name: getattr(found, field.name) for field in fields(Answers)}
    assert [resource.name for resource in shown.pop("resources")] == ["Student"]
    assert shown == {
        "name": "My API",
        "slug": "my_api",
        "description": "A REST API secured with JSON Web Tokens.",
        "django": "5.2",
        "python": "3.10",
        "postgresql": False,
        "login_field": "username",
        "api_prefix": "api/",
        "obtain_path": "api/token/",
        "refresh_path": "api/token/refresh/",
        "verify_path": "api/token/verify/",
        "blacklist_path": "api/token/blacklist/",
        "flow": "pair",
        "access_lifetime": timedelta(minutes=5),
        "refresh_lifetime": timedelta(days=1),
        "rotates": True,
        "revocation": "blacklist",
        "algorithm": "HS256",
        "jwt_settings": {},
        "hyperlinked": False,
        "permission": "IsAuthenticated",
        "also_accept": "session",
        "superuser_username": "admin",
        "superuser_email": "admin@example.com",
        "run_setup": True,
    }


def test_choices_are_those_of_the_prompts() -> None:
    offered = {
        name: tuple(choices) for name, choices in PROMPTS.items() if isinstance(choices, list)
    }
    offered.pop("_extensions")
    offered.pop("_copy_without_render")
    assert {name: tuple(choices) for name, choices in CHOICES.items()} == offered


@pytest.mark.parametrize(
    ("variable", "choice"), [(name, choice) for name in CHOICES for choice in CHOICES[name]]
)
def test_each_choice_is_accepted(default_answers: Raw, variable: str, choice: str) -> None:
    read({**default_answers, variable: choice})


@pytest.mark.parametrize("variable", CHOICES)
@pytest.mark.parametrize("value", ["", "maybe", " ", 5.2, True, None])
def test_nothing_else_is_a_choice(default_answers: Raw, variable: str, value: object) -> None:
    reason = refusal_of({**default_answers, variable: value}, variable)
    assert all(choice in reason for choice in CHOICES[variable])


@pytest.mark.parametrize("value", [["sqlite"], {"sqlite": 1}], ids=["list", "object"])
def test_a_replay_file_may_hold_anything(default_answers: Raw, value: object) -> None:
    for variable in set(VARIABLES) - {"project_name", "description"}:
        refusal_of({**default_answers, variable: value}, variable)


@pytest.mark.parametrize("variable", ["rotate_refresh_tokens", "run_setup"])
def test_yes_and_no_in_every_spelling(default_answers: Raw, variable: str) -> None:
    fact = {"rotate_refresh_tokens": "rotates", "run_setup": "run_setup"}[variable]
    for meaning, spellings in ((True, (True, *YES)), (False, (False, *NO))):
        for spelling in spellings:
            for given in (spelling, str(spelling).title(), f" {str(spelling).upper()} "):
                assert getattr(read({**default_answers, variable: given}), fact) is meaning, given
    for other in ("maybe", "", "2", "ye", None):
        assert "yes or no" in refusal_of({**default_answers, variable: other}, variable)


@pytest.mark.parametrize("variable", VARIABLES)
def test_no_answer_may_be_missing(default_answers: Raw, variable: str) -> None:
    raw = {name: value for name, value in default_answers.items() if name != variable}
    refusal_of(raw, variable)


@pytest.mark.parametrize("value", [None, "{{"], ids=["missing", "template"])
def test_an_answer_that_cannot_be_read_is_explained_once(
    default_answers: Raw, value: object
) -> None:
    explained = {name: len(problems_of({**default_answers, name: value})) for name in TEXTS}
    assert explained == dict.fromkeys(TEXTS, 1)


def test_all_bad_answers_are_named_in_one_message(default_answers: Raw) -> None:
    bad = {
        "project_slug": "my-api",
        "django_version": "4.2",
        "token_verify_path": "/verify",
        "access_token_lifetime": "soon",
        "rotate_refresh_tokens": "maybe",
        "jwt_settings": "ISUER=me; LEEWAY=long",
        "resources": "Student(name: string)",
        "superuser_email": "nobody",
    }
    with pytest.raises(BadAnswers) as refusal:
        read({**default_answers, **bad})
    problems = refusal.value.problems
    assert sorted({problem.variable for problem in problems}) == sorted(bad)
    assert sum(problem.variable == "jwt_settings" for problem in problems) == 2
    message = str(refusal.value)
    for problem in problems:
        assert str(problem) in message
    assert "project_slug = 'my-api'\n  is a Python identifier" in message
    assert "did you mean ISSUER?" in message
    assert "did you mean 'str'?" in message
    assert {problem.variable for problem in problems_of({})} == set(VARIABLES)


# ---------------------------------------------------------------------------------------- texts


@pytest.mark.parametrize("variable", TEXTS)
@pytest.mark.parametrize("mark", ["{{ x }}", "{% x %}", "{# x #}", "{{", "# % if x", "a\n  # % x"])
def test_no_answer_can_be_taken_for_a_template(
    default_answers: Raw, variable: str, mark: str
) -> None:
    assert "template" in refusal_of({**default_answers, variable: mark}, variable)


@pytest.mark.parametrize("variable", ["project_name", "description"])
@pytest.mark.parametrize(
    "char",
    [
        *("\n", "\r", "\t", "\0", "\x1b", "\x7f", "\x85", "\u2028", "\u2029", "\ud800"),
        *("\u202a", "\u202b", "\u202c", "\u202d", "\u202e", "\u2066", "\u2067", "\u2068", "\u2069"),
    ],
    ids=ascii,
)
def test_names_and_descriptions_are_one_visible_line(
    default_answers: Raw, variable: str, char: str
) -> None:
    reason = refusal_of({**default_answers, variable: f"a{char}b"}, variable)
    assert f"U+{ord(char):04X}" in reason


@pytest.mark.parametrize("variable", ["project_name", "description"])
@pytest.mark.parametrize(
    "text",
    [
        *("it's", 'say "hi"', '"""', "'''", "\\", "C:\\new\\", "ends in \\"),
        *(
            "🎉",
            "naïve 日本",
            "שלום",
            "e\u0301",
            "<b>&amp;</b>",
            "# 1",
            "100 # %",
            "100 %",
            "{x}",
            "}}",
        ),
        "x" * MAX_TEXT,
    ],
)
def test_names_and_descriptions_may_hold(default_answers: Raw, variable: str, text: str) -> None:
    fact = {"project_name": "name", "description": "description"}[variable]
    assert getattr(read({**default_answers, variable: f"  {text}\n"}), fact) == text


def test_texts_have_a_length(default_answers: Raw) -> None:
    for variable in ("project_name", "description"):
        assert "200" in refusal_of({**default_answers, variable: "x" * (MAX_TEXT + 1)}, variable)
    for empty in ("", "  "):
        assert read({**default_answers, "description": empty}).description == ""
        refusal_of({**default_answers, "project_name": empty}, "project_name")


@pytest.mark.parametrize(
    ("slug", "reason"),
    [
        *(
            (slug, "Python identifier")
            for slug in (
                *("", " ", "1abc", "my-api", "my api", "my.api", "../evil", "/evil", "a/b", "a\\b"),
                *("a_", "_a", "_", "é", "añb", "api\u0661", "a\nb", "{x}"),
            )
        ),
        *((slug, "keyword") for slug in ("class", "match", "case", "None", "import")),
        *((slug, "standard library") for slug in ("json", "sys", "JSON", "site")),
        *(
            (slug, "the project itself")
            for slug in ("config", "api", "accounts", "tokens", "Tests")
        ),
        *(
            (slug, "dependencies")
            for slug in (
                "django",
                "Django",
                "rest_framework",
                "djangorestframework",
                "jwt",
                "pytest",
            )
        ),
        *((slug, "Windows") for slug in ("CON", "nul", "Aux", "com1", "LPT9")),
        ("x" * (MAX_SLUG + 1), "at most 50"),
        ("x" * 60, "found 60"),
    ],
)
def test_slugs_refused(default_answers: Raw, slug: str, reason: str) -> None:
    assert reason in refusal_of({**default_answers, "project_slug": slug}, "project_slug")


@pytest.mark.parametrize(
    "slug", ["a", "my_api", "MyAPI", "api2", "classes", "json2", "a__b", "x" * MAX_SLUG]
)
def test_slugs_accepted(default_answers: Raw, slug: str) -> None:
    assert read({**default_answers, "project_slug": f" {slug} "}).slug == slug


def test_no_project_can_be_called_like_what_it_depends_on(default_answers: Raw) -> None:
    source = (ROOT / "{{cookiecutter.project_slug}}" / "pyproject.toml").read_text(encoding="utf-8")
    required = set(re.findall(r'^  "([a-z0-9-]+)(?:\[[a-z,-]+\])?[<>=]', source, re.MULTILINE))
    assert {"django", "djangorestframework-simplejwt", "argon2-cffi", "pytest"} <= required
    taken = set()
    for name in required:
        try:
            read({**default_answers, "project_slug": name.replace("-", "_")})
        except BadAnswers:
            continue
        taken.add(name)
    assert not taken


# ---------------------------------------------------------------------------------------- paths


@pytest.mark.parametrize(
    ("given", "prefix"),
    [
        *(("", ""), ("/", ""), (" / ", ""), ("api", "api/"), ("api/", "api/"), (" api/ ", "api/")),
        *(("api/v1", "api/v1/"), ("api/v1/", "api/v1/"), ("a.b-c_d~e", "a.b-c_d~e/")),
        ("x" * MAX_PREFIX, "x" * MAX_PREFIX + "/"),
    ],
)
def test_prefixes_accepted(default_answers: Raw, given: str, prefix: str) -> None:
    assert read({**default_answers, "api_prefix": given}).api_prefix == prefix


@pytest.mark.parametrize("variable", ["api_prefix", *PATHS])
@pytest.mark.parametrize(
    "path",
    [
        *("/api/x", "//", "///", "api//x", "api/x//", "..", ".", "../x", "api/../x", "api/./x"),
        *("api x", "api/<int:x>", "api/'x'", 'api/"x"', "%20", "api/x%2F", "ünï", "api/\u0661"),
        *("api\\x", "api/x?y", "api/x#y", "api/^x$", "http://x", "api/x\ny", "api/(x)", "{x}"),
        "x" * (MAX_TEXT + 1),
    ],
)
def test_no_path(default_answers: Raw, variable: str, path: str) -> None:
    assert "is a path such as" in refusal_of({**default_answers, variable: path}, variable)


@pytest.mark.parametrize("variable", PATHS)
@pytest.mark.parametrize("path", ["login", "login/", "auth/v1/login", "a.b-c_d~e/", "api/5x"])
def test_paths_are_kept_as_they_are_given(default_answers: Raw, variable: str, path: str) -> None:
    fact = variable.removeprefix("token_")
    assert getattr(read({**default_answers, variable: f" {path} "}), fact) == path


@pytest.mark.parametrize("none", ["", " ", "none", "None", "NONE"])
def test_some_endpoints_can_be_left_out(default_answers: Raw, none: str) -> None:
    found = read({**default_answers, **dict.fromkeys(OPTIONAL_PATHS, none)})
    assert (found.verify_path, found.blacklist_path) == (None, None)
    for variable in ("token_obtain_path", "token_refresh_path"):
        assert "left out" in refusal_of({**default_answers, variable: none}, variable)


@pytest.mark.parametrize("path", ["api/token/blacklist/", "none", "", "not a path", "api/token/"])
def test_without_revocation_there_is_no_blacklist(default_answers: Raw, path: str) -> None:
    found = read({**default_answers, "revocation": "none", "token_blacklist_path": path})
    assert found.blacklist_path is None
    assert not found.revokes


@pytest.mark.parametrize(
    ("changed", "refused", "owner"),
    [
        ({"token_refresh_path": "api/token/"}, "token_refresh_path", "token_obtain_path"),
        ({"token_refresh_path": "api/token"}, "token_refresh_path", "token_obtain_path"),
        ({"token_verify_path": "api/token/refresh"}, "token_verify_path", "token_refresh_path"),
        (
            {"token_blacklist_path": "api/token/verify"},
            "token_blacklist_path",
            "token_verify_path",
        ),
        ({"token_obtain_path": "admin/token"}, "token_obtain_path", "the admin"),
        ({"token_obtain_path": "admin"}, "token_obtain_path", "the admin"),
        ({"token_obtain_path": "static/token"}, "token_obtain_path", "the static files"),
        (
            {"token_obtain_path": "api-auth/login/"},
            "token_obtain_path",
            "the browsable API's login",
        ),
        ({"token_obtain_path": "api"}, "token_obtain_path", "the root of the API"),
        ({"token_obtain_path": "api/docs"}, "token_obtain_path", "the API's docs"),
        ({"token_verify_path": "api/schema/"}, "token_verify_path", "the API's schema"),
        ({"token_verify_path": "api/users/me/"}, "token_verify_path", "the user's own account"),
        ({"token_obtain_path": "api/students/"}, "token_obtain_path", "Student"),
        ({"token_obtain_path": "api/students/7"}, "token_obtain_path", "each Student"),
        ({"api_prefix": "admin"}, "api_prefix", "the admin"),
        ({"api_prefix": "static/v1"}, "api_prefix", "the static files"),
        ({"resources": "A(x: int) at docs"}, "resources", "the API's docs"),
        ({"resources": "A(x: int) at users/me"}, "resources", "the user's own account"),
        (
            {"api_prefix": "/", "resources": "A(x: int) at admin/things"},
            "resources",
            "the admin",
        ),
        ({"resources": "A(x: int) at b; B(x: int) at b/7"}, "resources", "each A"),
        ({"resources": "A(x: int) at token"}, "token_obtain_path", "A"),
    ],
)
def test_no_two_endpoints_at_one_address(
    default_answers: Raw, changed: Raw, refused: str, owner: str
) -> None:
    reason = refusal_of({**default_answers, **changed}, refused)
    assert f"is the address of {owner} already" in reason


@pytest.mark.parametrize(
    "changed",
    [
        {"token_obtain_path": "api/students/token"},
        {"token_obtain_path": "api/students/7/token"},
        {"token_obtain_path": "administration"},
        {"token_obtain_path": "API/docs"},
        {"token_obtain_path": "docs"},
        {"token_obtain_path": "api-auth/login", "also_accept": "nothing"},
        {"resources": "A(x: int) at admin"},
        {"resources": "User2(x: int) at users"},
        {"resources": "A(x: int) at b; B(x: int) at b/c"},
        {"revocation": "none", "token_verify_path": "api/token/blacklist/"},
    ],
)
def test_addresses_that_only_look_alike(default_answers: Raw, changed: Raw) -> None:
    read({**default_answers, **changed})


# ------------------------------------------------------------------------------------ lifetimes


@pytest.mark.parametrize("variable", ["access_token_lifetime", "refresh_token_lifetime"])
@pytest.mark.parametrize(
    ("text", "reason"),
    [
        *((text, "a duration such as 30s") for text in ("soon", "", "-5m", "5", "1.5h", "٥m")),
        ("0s", "longer than nothing"),
        ("0h 0m", "longer than nothing"),
        ("9999999999d", "at most 999999999 days"),
        ("36501d", "at most 36500 days"),
        ("5300 weeks", "at most 36500 days"),
    ],
)
def test_lifetimes_refused(default_answers: Raw, variable: str, text: str, reason: str) -> None:
    assert reason in refusal_of({**default_answers, variable: text}, variable)


@pytest.mark.parametrize(
    ("access", "refresh"), [("1d", "1d"), ("24h", "1 day"), ("2d", "1d"), ("61s", "1m")]
)
def test_the_refresh_lifetime_is_the_longer_one(
    default_answers: Raw, access: str, refresh: str
) -> None:
    raw = {
        **default_answers,
        "access_token_lifetime": access,
        "refresh_token_lifetime": refresh,
    }
    reason = refusal_of(raw, "refresh_token_lifetime")
    assert f"longer than access_token_lifetime ({access})" in reason


def test_lifetimes_accepted(default_answers: Raw) -> None:
    raw = {
        **default_answers,
        "access_token_lifetime": "1 hour 30 minutes",
        "refresh_token_lifetime": f"{LONGEST_LIFETIME.days}d",
    }
    found = read(raw)
    assert found.access_lifetime == timedelta(hours=1, minutes=30)
    assert found.refresh_lifetime == LONGEST_LIFETIME
    assert found.access_lifetime_source == "timedelta(hours=1, minutes=30)"
    assert found.access_lifetime_words == "1 hour 30 minutes"
    assert found.refresh_lifetime_source == "timedelta(days=36500)"
    assert found.refresh_lifetime_words == "36500 days"


# ---------------------------------------------------------------------------------- superuser


@pytest.mark.parametrize("username", ["", "a b", "a/b", "a'b", "a\nb", "a:b", "🎉", "x" * 151])
def test_user_names_refused(default_answers: Raw, username: str) -> None:
    raw = {**default_answers, "superuser_username": username}
    refusal_of(raw, "superuser_username")
    found = read({**raw, "login_field": "email"})
    assert (found.superuser_username, found.superuser_login) == ("", "admin@example.com")


@pytest.mark.parametrize("username", ["a", "é", "a.b@c+d-e_f", "x" * 150])
def test_user_names_accepted(default_answers: Raw, username: str) -> None:
    found = read({**default_answers, "superuser_username": f" {username} "})
    assert (found.superuser_username, found.superuser_login) == (username, username)


@pytest.mark.parametrize("login_field", CHOICES["login_field"])
@pytest.mark.parametrize(
    "email",
    [
        *("", "admin", "@example.com", "admin@", "admin@localhost", "a b@example.com"),
        *("a@b@example.com", "a..b@example.com", ".a@example.com", "a@-example.com"),
        *(
            "a@example..com",
            "é@example.com",
            "a@exämple.com",
            "a'b@example.com",
            "a\nb@example.com",
        ),
        *("a;b@example.com", "a@example.c", f"{'x' * 250}@example.com", "a@[127.0.0.1]"),
    ],
)
def test_addresses_refused(default_answers: Raw, login_field: str, email: str) -> None:
    raw = {**default_answers, "login_field": login_field, "superuser_email": email}
    assert "e-mail address" in refusal_of(raw, "superuser_email")


@pytest.mark.parametrize("email", ["a@b.io", "first.last+tag@mail.example.com", "A_B%c-d@x-y.org"])
def test_addresses_accepted(default_answers: Raw, email: str) -> None:
    assert read({**default_answers, "superuser_email": f" {email} "}).superuser_email == email


# ------------------------------------------------------------------------- settings of Simple JWT


@pytest.fixture(scope="module")
def simple_jwt_defaults() -> dict[str, Any]:
    """The source of each default in Simple JWT's own settings, which cannot be imported here."""
    package = find_spec("rest_framework_simplejwt")
    if not package or not package.origin:
        unavailable("djangorestframework-simplejwt is not installed")
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


def test_each_setting_of_simple_jwt_has_its_place(simple_jwt_defaults: dict[str, Any]) -> None:
    places = [*JWT_SETTINGS, *PROMPT_OF_SETTING, *KEY_SETTINGS]
    assert sorted(places) == sorted(simple_jwt_defaults)
    assert set(PROMPT_OF_SETTING.values()) <= set(VARIABLES)
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
def test_jwt_settings_become_python(default_answers: Raw, text: str, source: str | None) -> None:
    name, _, value = (part.strip() for part in text.partition("="))
    found = read({**default_answers, "jwt_settings": text}).jwt_settings
    assert found[name] == (source or f'"{value}"')
    assert name in JWT_SETTINGS


def test_jwt_settings_are_parted_by_semicolons(default_answers: Raw) -> None:
    for text in ("", " ", ";", " ; ; "):
        assert read({**default_answers, "jwt_settings": text}).jwt_settings == {}
    text = ";ISSUER=me ;\n LEEWAY = 5s;;"
    found = read({**default_answers, "jwt_settings": text}).jwt_settings
    assert found == {"ISSUER": '"me"', "LEEWAY": "timedelta(seconds=5)"}


@pytest.mark.parametrize("name", ["AUDIENCE", "AUTH_HEADER_TYPES", "AUTH_TOKEN_CLASSES"])
def test_long_lists_have_an_item_a_line(default_answers: Raw, name: str) -> None:
    items = [f"tokens.models.Mine{number}" for number in range(5)]
    found = read({**default_answers, "jwt_settings": f"{name}={','.join(items)}"}).jwt_settings
    rows = found[name].splitlines()
    assert rows[1:-1] == [f'        "{item}",' for item in items]
    assert list(ast.literal_eval(found[name])) == items


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        *(
            (f"{name}=x", f"{name} has a prompt of its own: {prompt}")
            for name, prompt in PROMPT_OF_SETTING.items()
        ),
        *((f"{name}=x", "JWT_SIGNING_KEY in .env") for name in KEY_SETTINGS),
        ("JWK_URL=https://x.example/keys", "an algorithm of public keys alone"),
        ("JWK_URL=file:///etc/passwd", "JWK_URL is an http or https URL"),
        ("USER_ID_CLAIM=sid", "which the project's tokens say already"),
        ("ISUER=x", "ISUER is no setting of Simple JWT; did you mean ISSUER?"),
        ("issuer=x", "did you mean ISSUER?"),
        ("ALGORITM=x", "did you mean ALGORITHM?"),
        ("LEEWY=5s", "did you mean LEEWAY?"),
        ("QQQQ=x", "QQQQ is no setting of Simple JWT; allowed: AUDIENCE, AUTH_HEADER_NAME"),
        *((text, "is NAME=value; NAME=value") for text in ("ISSUER", "nonsense", "ISSUER: x")),
        ("=x", "is no setting"),
        ("ISSUER=a; ISSUER=a", "ISSUER is given twice"),
        *((f"{name}=", name) for name in JWT_SETTINGS if name not in SLIDING_SETTINGS),
        *((f"ISSUER={value}", "is a text") for value in ("", "a\nb", "a\x00b", "a\u202eb")),
        *((f"AUDIENCE={value}", "is a text") for value in ("", ",", "a,", "a,,b")),
        *((f"LEEWAY={value}", "is a duration") for value in ("soon", "-5s", "1.5", "²", "1_0")),
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
            (f"{name}={value}", "is yes or no")
            for name in ("CHECK_REVOKE_TOKEN", "CHECK_USER_IS_ACTIVE", "UPDATE_LAST_LOGIN")
            for value in ("maybe", "2", "None")
        ),
        *(
            (f"{name}={value}", "dotted path")
            for name in (
                *("JSON_ENCODER", "TOKEN_USER_CLASS", "TOKEN_OBTAIN_SERIALIZER"),
                *("USER_AUTHENTICATION_RULE", "AUTH_TOKEN_CLASSES"),
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
        ("USER_ID_CLAIM=jti", "USER_ID_CLAIM is the claim of JTI_CLAIM already"),
        ("JTI_CLAIM=token_type", "is the claim of TOKEN_TYPE_CLAIM already"),
        ("JTI_CLAIM=x; USER_ID_CLAIM=x", "JTI_CLAIM is the claim of USER_ID_CLAIM already"),
        ("USER_ID_FIELD=a b", "name of a field"),
        ("USER_ID_FIELD=email", "id or username"),
        ("USER_ID_FIELD=password", "id or username"),
    ],
)
def test_jwt_settings_refused(default_answers: Raw, text: str, reason: str) -> None:
    assert reason in refusal_of({**default_answers, "jwt_settings": text}, "jwt_settings")


@pytest.mark.parametrize(
    ("name", "flow"),
    [
        *((name, "pair") for name in PAIR_SETTINGS),
        *((name, "sliding") for name in SLIDING_SETTINGS),
    ],
)
def test_settings_of_one_token_flow(default_answers: Raw, name: str, flow: str) -> None:
    other = {"pair": "sliding", "sliding": "pair"}[flow]
    # A dotted path, and the name of a claim as well.
    raw = {**default_answers, "jwt_settings": f"{name}=tokens.serializers.Mine"}
    assert name in read({**raw, "token_flow": flow}).jwt_settings
    assert "token_flow = sliding" in refusal_of({**raw, "token_flow": other}, "jwt_settings")


@pytest.mark.parametrize("scheme", ["token", "basic"])
def test_two_schemes_cannot_share_a_header(default_answers: Raw, scheme: str) -> None:
    raw = {**default_answers, "jwt_settings": f"AUTH_HEADER_TYPES=JWT, {scheme.title()}"}
    reason = refusal_of({**raw, "also_accept": scheme}, "jwt_settings")
    assert f"also_accept = {scheme}" in reason
    for other in set(CHOICES["also_accept"]) - {scheme}:
        read({**raw, "also_accept": other})


def test_the_user_is_named_by_a_field_that_there_is(default_answers: Raw) -> None:
    raw = {**default_answers, "login_field": "email", "jwt_settings": "USER_ID_FIELD=email"}
    assert read(raw).jwt_settings == {"USER_ID_FIELD": '"email"'}
    raw["jwt_settings"] = "USER_ID_FIELD=username"
    assert "id or email" in refusal_of(raw, "jwt_settings")


# -------------------------------------------------------------------------------- derived facts


@pytest.mark.parametrize(
    ("changed", "facts"),
    [
        (
            {},
            {
                "next_django": "5.3",
                "email_login": False,
                "superuser_login": "admin",
                "symmetric": True,
                "secret_bytes": 32,
                "serializer_base": "ModelSerializer",
                "browsable": True,
                "anonymous_reads": False,
                "header_type": "Bearer",
                "header_name": "Authorization",
                "own_serializers": {
                    name: f'"tokens.serializers.{OWN_SERIALIZERS[name]}"'
                    for name in (*PAIR_SETTINGS, "TOKEN_VERIFY_SERIALIZER", BLACKLIST)
                },
                "token_field": "refresh",
                "access_field": "access",
                "obtain_name": "token_obtain_pair",
                "refresh_name": "token_refresh",
                "user_is_checked": True,
                "choice_fields": [],
            },
        ),
        ({"django_version": "6.1"}, {"python": "3.12", "next_django": "6.2"}),
        ({"database": "postgresql"}, {"postgresql": True}),
        ({"login_field": "email"}, {"email_login": True, "superuser_login": "admin@example.com"}),
        ({"algorithm": "HS384"}, {"secret_bytes": 48, "symmetric": True}),
        ({"algorithm": "HS512"}, {"secret_bytes": 64, "symmetric": True}),
        *(
            (
                {"algorithm": f"{family}{bits}"},
                {
                    "symmetric": False,
                    "key_module": "rsa",
                    "key_source": "rsa.generate_private_key(public_exponent=65537, key_size=BITS)",
                },
            )
            for family in ("RS", "PS")
            for bits in (256, 384, 512)
        ),
        *(
            (
                {"algorithm": f"ES{bits}"},
                {
                    "symmetric": False,
                    "key_module": "ec",
                    "key_source": f"ec.generate_private_key(ec.{curve}())",
                },
            )
            for bits, curve in ((256, "SECP256R1"), (384, "SECP384R1"), (512, "SECP521R1"))
        ),
        (
            {"algorithm": "EdDSA"},
            {
                "symmetric": False,
                "key_module": "ed25519",
                "key_source": "ed25519.Ed25519PrivateKey.generate()",
            },
        ),
        (
            {"token_flow": "sliding"},
            {
                "sliding": True,
                "rotates": False,
                "token_field": "token",
                "access_field": "token",
                "obtain_name": "token_obtain_sliding",
                "refresh_name": "token_refresh_sliding",
                "own_serializers": {
                    name: f'"tokens.serializers.{OWN_SERIALIZERS[name]}"'
                    for name in (*SLIDING_PAIR, "TOKEN_VERIFY_SERIALIZER", BLACKLIST)
                },
            },
        ),
        (
            {
                "token_flow": "sliding",
                "token_verify_path": "none",
                "token_blacklist_path": "none",
                "jwt_settings": "SLIDING_TOKEN_REFRESH_SERIALIZER=tokens.serializers.Mine",
            },
            {
                "own_serializers": {
                    SLIDING_PAIR[0]: '"tokens.serializers.TokenObtainSlidingSerializer"'
                }
            },
        ),
        (
            {
                "token_verify_path": "none",
                "token_blacklist_path": "none",
                "jwt_settings": "TOKEN_REFRESH_SERIALIZER=tokens.serializers.Mine",
            },
            {
                "own_serializers": {
                    PAIR_SETTINGS[0]: '"tokens.serializers.TokenObtainPairSerializer"'
                }
            },
        ),
        ({"token_flow": "pair-with-refresh-cookie"}, {"cookie": True, "sliding": False}),
        ({"revocation": "sessions"}, {"sessions": True, "blacklists": False, "revokes": True}),
        ({"refresh_token_lifetime": "1d"}, {"absolute_lifetime": timedelta(days=30)}),
        ({"refresh_token_lifetime": "60d"}, {"absolute_lifetime": timedelta(days=180)}),
        ({"jwt_settings": "AUTH_HEADER_TYPES=JWT,Bearer"}, {"header_type": "JWT"}),
        ({"jwt_settings": "AUTH_HEADER_TYPES=it's"}, {"header_type": "it's"}),
        ({"jwt_settings": "AUTH_HEADER_NAME=HTTP_X_MY_TOKEN"}, {"header_name": "X-My-Token"}),
        ({"jwt_settings": "CHECK_USER_IS_ACTIVE=no"}, {"user_is_checked": False}),
        ({"jwt_settings": "CHECK_USER_IS_ACTIVE=yes"}, {"user_is_checked": True}),
        ({"rotate_refresh_tokens": "no"}, {"rotates": False}),
        ({"revocation": "none"}, {"revokes": False, "rotates": True, "blacklist_path": None}),
        ({"resource_links": "url"}, {"serializer_base": "HyperlinkedModelSerializer"}),
        ({"permission": "IsAuthenticatedOrReadOnly"}, {"anonymous_reads": True}),
        ({"permission": "DjangoModelPermissions"}, {"anonymous_reads": False}),
        *(
            ({"also_accept": other}, {"browsable": False})
            for other in ("token", "basic", "nothing")
        ),
        ({"resources": "A(a: url)"}, {"warns_of_url_forms": True}),
        ({"resources": "A(a: url)", "django_version": "6.1"}, {"warns_of_url_forms": False}),
        ({}, {"warns_of_url_forms": False, "validator_names": []}),
        (
            {"resources": "A(state: choice(on|off)); B(x: int, work_state: choice(new|done))"},
            {
                "choice_fields": [
                    ("AStateEnum", "api.models.A.State"),
                    ("BWorkStateEnum", "api.models.B.WorkState"),
                ]
            },
        ),
    ],
)
def test_facts(default_answers: Raw, changed: Raw, facts: Mapping[str, object]) -> None:
    found = read({**default_answers, **changed})
    assert {name: getattr(found, name) for name in facts} == facts


def test_a_problem_is_shown_with_what_was_given() -> None:
    assert str(Problem("a", "b\n", "is so\nand so")) == "a = 'b\\n'\n  is so\n  and so"
    assert str(Problem("a", None, "is so")) == "a\n  is so"
    assert answers.BadAnswers([Problem("a", 1, "x"), Problem("b", 2, "y")]).args == (
        "a = '1'\n  x\nb = '2'\n  y",
    )
