"""Accepted and refused answers."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta

import pytest

from drf_jwt_template.answers import Answers
from drf_jwt_template.answers.problems import AnswersError
from drf_jwt_template.answers.reading import LONGEST_LIFETIME, MAX_PREFIX, MAX_TEXT, read
from drf_jwt_template.prompts import NO, PROMPTS, YES

from .refusals import Raw, problems_of, refusal_of

VARIABLES = [name for name in PROMPTS if not name.startswith("_")]
TEXTS = [name for name in VARIABLES if isinstance(PROMPTS[name], str)]
CHOICES = {name: PROMPTS[name] for name in VARIABLES if isinstance(PROMPTS[name], list)}
PATHS = [name for name in VARIABLES if name.endswith("_path")]
OPTIONAL_PATHS = ["token_verify_path", "token_blacklist_path"]


def test_defaults_are_accepted(default_answers: Raw) -> None:
    found = read(default_answers)
    assert [field.name for field in fields(Answers)] == VARIABLES
    given = {field.name: getattr(found, field.name) for field in fields(Answers)}
    assert [resource.name for resource in given.pop("resources")] == ["Student"]
    assert given == {
        "project_name": "My API",
        "project_slug": "my_api",
        "description": "A REST API secured with JSON Web Tokens.",
        "django_version": "django-5.2",
        "database": "sqlite",
        "login_field": "username",
        "accounts": "closed",
        "api_prefix": "api/",
        "token_obtain_path": "api/token/",
        "token_refresh_path": "api/token/refresh/",
        "token_verify_path": "api/token/verify/",
        "token_blacklist_path": "api/token/blacklist/",
        "token_flow": "pair",
        "access_token_lifetime": timedelta(minutes=5),
        "refresh_token_lifetime": timedelta(days=1),
        "rotate_refresh_tokens": True,
        "revocation": "sessions",
        "algorithm": "HS256",
        "jwt_settings": {},
        "resource_links": "id",
        "permission": "IsAuthenticated",
        "also_accept": "session",
        "deployment": "docker",
        "ci": "github",
        "superuser": "admin@example.com",
        "run_setup": True,
    }


@pytest.mark.parametrize(
    ("variable", "choice"), [(name, choice) for name in CHOICES for choice in CHOICES[name]]
)
def test_each_choice_is_accepted(default_answers: Raw, variable: str, choice: str) -> None:
    read({**default_answers, variable: choice})


@pytest.mark.parametrize("variable", CHOICES)
@pytest.mark.parametrize("value", ["", "maybe", " ", 5.2, True, None])
def test_other_choices_are_refused(default_answers: Raw, variable: str, value: object) -> None:
    reason = refusal_of({**default_answers, variable: value}, variable)
    assert all(choice in reason for choice in CHOICES[variable])


@pytest.mark.parametrize("value", [["sqlite"], {"sqlite": 1}], ids=["list", "object"])
def test_values_of_other_types_are_refused(default_answers: Raw, value: object) -> None:
    for variable in set(VARIABLES) - {"project_name", "description"}:
        refusal_of({**default_answers, variable: value}, variable)


@pytest.mark.parametrize("variable", ["rotate_refresh_tokens", "run_setup"])
def test_yes_no_spellings(default_answers: Raw, variable: str) -> None:
    for meaning, spellings in ((True, (True, *YES)), (False, (False, *NO))):
        for spelling in spellings:
            for given in (spelling, str(spelling).title(), f" {str(spelling).upper()} "):
                assert getattr(read({**default_answers, variable: given}), variable) is meaning, (
                    given
                )
    for other in ("maybe", "", "2", "ye", None):
        assert "must be yes or no" in refusal_of({**default_answers, variable: other}, variable)


@pytest.mark.parametrize("variable", VARIABLES)
def test_missing_answer_is_refused(default_answers: Raw, variable: str) -> None:
    raw = {name: value for name, value in default_answers.items() if name != variable}
    refusal_of(raw, variable)


@pytest.mark.parametrize("value", [None, "{{"], ids=["missing", "template"])
def test_unreadable_answer_has_one_problem(default_answers: Raw, value: object) -> None:
    explained = {name: len(problems_of({**default_answers, name: value})) for name in TEXTS}
    assert explained == dict.fromkeys(TEXTS, 1)


def test_message_names_all_bad_answers(default_answers: Raw) -> None:
    bad = {
        "project_slug": "my-api",
        "django_version": "4.2",
        "token_verify_path": "/verify",
        "access_token_lifetime": "soon",
        "rotate_refresh_tokens": "maybe",
        "jwt_settings": "ISUER=me; LEEWAY=long",
        "resources": "Student(name: string)",
        "superuser": "nobody",
    }
    with pytest.raises(AnswersError) as refusal:
        read({**default_answers, **bad})
    problems = refusal.value.problems
    assert sorted({problem.variable for problem in problems}) == sorted(bad)
    assert sum(problem.variable == "jwt_settings" for problem in problems) == 2
    message = str(refusal.value)
    for problem in problems:
        assert str(problem) in message
    assert "project_slug = 'my-api'\n  must be a Python identifier" in message
    assert "did you mean ISSUER?" in message
    assert "did you mean 'str'?" in message
    assert {problem.variable for problem in problems_of({})} == set(VARIABLES)


@pytest.mark.parametrize("variable", TEXTS)
@pytest.mark.parametrize("mark", ["{{ x }}", "{% x %}", "{# x #}", "{{", "# % if x", "a\n  # % x"])
def test_template_syntax_is_refused(default_answers: Raw, variable: str, mark: str) -> None:
    assert "template" in refusal_of({**default_answers, variable: mark}, variable)


@pytest.mark.parametrize("variable", ["project_name", "resources", "superuser"])
def test_text_in_unknown_encoding_is_refused(default_answers: Raw, variable: str) -> None:
    text = b"caf\xe9".decode("ascii", "surrogateescape")
    assert "must be UTF-8" in refusal_of({**default_answers, variable: text}, variable)


@pytest.mark.parametrize("variable", ["project_name", "description"])
@pytest.mark.parametrize(
    "char",
    [
        "\n",
        "\r",
        "\t",
        "\0",
        "\x1b",
        "\x7f",
        "\x85",
        "\u2028",
        "\u2029",
        "\u202a",
        "\u202b",
        "\u202c",
        "\u202d",
        "\u202e",
        "\u2066",
        "\u2067",
        "\u2068",
        "\u2069",
    ],
    ids=ascii,
)
def test_line_with_control_characters_is_refused(
    default_answers: Raw, variable: str, char: str
) -> None:
    reason = refusal_of({**default_answers, variable: f"a{char}b"}, variable)
    assert f"U+{ord(char):04X}" in reason


@pytest.mark.parametrize("variable", ["project_name", "description"])
@pytest.mark.parametrize(
    "text",
    [
        "it's",
        'say "hi"',
        '"""',
        "'''",
        "\\",
        "C:\\new\\",
        "ends in \\",
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
        "x" * MAX_TEXT,
    ],
)
def test_line_accepts_other_characters(default_answers: Raw, variable: str, text: str) -> None:
    assert getattr(read({**default_answers, variable: f"  {text}\n"}), variable) == text


def test_line_length(default_answers: Raw) -> None:
    for variable in ("project_name", "description"):
        assert "200" in refusal_of({**default_answers, variable: "x" * (MAX_TEXT + 1)}, variable)
    for empty in ("", "  "):
        assert read({**default_answers, "description": empty}).description == ""
        refusal_of({**default_answers, "project_name": empty}, "project_name")


@pytest.mark.parametrize(
    ("given", "prefix"),
    [
        ("", ""),
        ("/", ""),
        (" / ", ""),
        ("api", "api/"),
        ("api/", "api/"),
        (" api/ ", "api/"),
        ("api/v1", "api/v1/"),
        ("api/v1/", "api/v1/"),
        ("a.b-c_d~e", "a.b-c_d~e/"),
        ("x" * MAX_PREFIX, "x" * MAX_PREFIX + "/"),
    ],
)
def test_prefix_accepted(default_answers: Raw, given: str, prefix: str) -> None:
    assert read({**default_answers, "api_prefix": given}).api_prefix == prefix


@pytest.mark.parametrize("variable", ["api_prefix", *PATHS])
@pytest.mark.parametrize(
    "path",
    [
        "/api/x",
        "//",
        "///",
        "api//x",
        "api/x//",
        "..",
        ".",
        "../x",
        "api/../x",
        "api/./x",
        "api x",
        "api/<int:x>",
        "api/'x'",
        'api/"x"',
        "%20",
        "api/x%2F",
        "ünï",
        "api/\u0661",
        "api\\x",
        "api/x?y",
        "api/x#y",
        "api/^x$",
        "http://x",
        "api/x\ny",
        "api/(x)",
        "{x}",
        "x" * (MAX_TEXT + 1),
    ],
)
def test_path_refused(default_answers: Raw, variable: str, path: str) -> None:
    assert "must be a path such as" in refusal_of({**default_answers, variable: path}, variable)


@pytest.mark.parametrize("variable", PATHS)
@pytest.mark.parametrize("path", ["login", "login/", "auth/v1/login", "a.b-c_d~e/", "api/5x"])
def test_path_is_kept_as_given(default_answers: Raw, variable: str, path: str) -> None:
    assert getattr(read({**default_answers, variable: f" {path} "}), variable) == path


@pytest.mark.parametrize("none", ["", " ", "none", "None", "NONE"])
def test_optional_paths_can_be_omitted(default_answers: Raw, none: str) -> None:
    found = read({**default_answers, **dict.fromkeys(OPTIONAL_PATHS, none)})
    assert (found.token_verify_path, found.token_blacklist_path) == (None, None)
    for variable in ("token_obtain_path", "token_refresh_path"):
        assert "cannot be omitted" in refusal_of({**default_answers, variable: none}, variable)


@pytest.mark.parametrize("path", ["api/token/blacklist/", "none", "", "not a path", "api/token/"])
def test_blacklist_path_without_revocation_is_none(default_answers: Raw, path: str) -> None:
    found = read({**default_answers, "revocation": "none", "token_blacklist_path": path})
    assert found.token_blacklist_path is None


@pytest.mark.parametrize("variable", ["access_token_lifetime", "refresh_token_lifetime"])
@pytest.mark.parametrize(
    ("text", "reason"),
    [
        *((text, "a duration such as 30s") for text in ("soon", "", "-5m", "5", "1.5h", "٥m")),
        ("0s", "longer than zero"),
        ("0h 0m", "longer than zero"),
        ("9999999999d", "at most 999999999 days"),
        ("36501d", "at most 36500 days"),
        ("5300 weeks", "at most 36500 days"),
    ],
)
def test_lifetime_refused(default_answers: Raw, variable: str, text: str, reason: str) -> None:
    assert reason in refusal_of({**default_answers, variable: text}, variable)


@pytest.mark.parametrize(
    ("access", "refresh"), [("1d", "1d"), ("24h", "1 day"), ("2d", "1d"), ("61s", "1m")]
)
def test_shorter_refresh_lifetime_is_refused(
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
    assert found.access_token_lifetime == timedelta(hours=1, minutes=30)
    assert found.refresh_token_lifetime == LONGEST_LIFETIME


@pytest.mark.parametrize(
    "email",
    [
        "",
        "admin",
        "@example.com",
        "admin@",
        "admin@localhost",
        "a b@example.com",
        "a@b@example.com",
        "a..b@example.com",
        ".a@example.com",
        "a@-example.com",
        "a@example..com",
        "é@example.com",
        "a@exämple.com",
        "a'b@example.com",
        "a\nb@example.com",
        "a;b@example.com",
        "a@example.c",
        f"{'x' * 250}@example.com",
        "a@[127.0.0.1]",
    ],
)
def test_superuser_refused(default_answers: Raw, email: str) -> None:
    assert "e-mail address" in refusal_of({**default_answers, "superuser": email}, "superuser")


@pytest.mark.parametrize("email", ["a@b.io", "first.last+tag@mail.example.com", "A_B%c-d@x-y.org"])
def test_superuser_accepted(default_answers: Raw, email: str) -> None:
    assert read({**default_answers, "superuser": f" {email} "}).superuser == email
