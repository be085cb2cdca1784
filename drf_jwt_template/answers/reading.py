"""Reads the raw answers and checks them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import timedelta

from ..language.parser import parse
from ..language.reader import LanguageError
from ..language.resource import Resource
from ..prompts import NO, PROMPTS, YES
from ..rendering.literals import EMAIL, parse_duration
from . import Answers
from .jwt_settings import read_jwt_settings
from .problems import AnswersError, Problem
from .routes import find_collisions
from .slug import find_slug_problem

ROUTED = {
    "api_prefix",
    "resources",
    "token_blacklist_path",
    "token_obtain_path",
    "token_refresh_path",
    "token_verify_path",
}
"""The variables that decide at which address an endpoint is."""
# The explicit directional characters of Unicode's UAX 9.
DIRECTIONS = ("FSI", "LRE", "LRI", "LRO", "PDF", "PDI", "RLE", "RLI", "RLO")
MAX_TEXT = 200
MAX_PREFIX = 50
LONGEST_LIFETIME = timedelta(days=36_500)


def read(raw: Mapping[str, object]) -> Answers:
    """Returns the answers in `raw`, which are Cookiecutter's variables.

    Raises AnswersError that names all bad answers.
    """
    return _Reader(raw).answers()


class _Reader:
    def __init__(self, raw: Mapping[str, object]) -> None:
        self.raw = raw
        self.problems: list[Problem] = []

    def answers(self) -> Answers:
        revocation = self.choice("revocation")
        access, refresh = self.lifetimes()
        answers = Answers(
            project_name=self.line("project_name", empty=False),
            project_slug=self.slug(),
            description=self.line("description"),
            resources=self.resources(),
            resource_links=self.choice("resource_links"),
            login_field=self.choice("login_field"),
            accounts=self.choice("accounts"),
            token_flow=self.choice("token_flow"),
            revocation=revocation,
            rotate_refresh_tokens=self.yes_no("rotate_refresh_tokens"),
            access_token_lifetime=access,
            refresh_token_lifetime=refresh,
            algorithm=self.choice("algorithm"),
            api_prefix=self.api_prefix(),
            token_obtain_path=self.path("token_obtain_path"),
            token_refresh_path=self.path("token_refresh_path"),
            token_verify_path=self.optional_path("token_verify_path"),
            token_blacklist_path=None
            if revocation == "none"
            else self.optional_path("token_blacklist_path"),
            jwt_settings=self.jwt_settings(),
            permission=self.choice("permission"),
            also_accept=self.choice("also_accept"),
            database=self.choice("database"),
            django_version=self.choice("django_version"),
            deployment=self.choice("deployment"),
            ci=self.choice("ci"),
            superuser=self.superuser(),
            run_setup=self.yes_no("run_setup"),
        )
        self.check_links(answers)
        if not self.refused & ROUTED:
            for variable, reason in find_collisions(answers):
                self.refuse(variable, reason)
        if self.problems:
            raise AnswersError(self.problems)
        return answers

    @property
    def refused(self) -> set[str]:
        return {problem.variable for problem in self.problems}

    def refuse(self, variable: str, reason: str) -> None:
        """Records a problem unless the variable already has one."""
        if variable not in self.refused:
            self.problems.append(Problem(variable, self.raw.get(variable), reason))

    def text(self, variable: str) -> str:
        value = self.raw.get(variable)
        if value is None:
            self.refuse(variable, "must be answered")
            return ""
        text = str(value)
        if any(mark in text for mark in ("{{", "{%", "{#")) or re.search(r"^\s*# %", text, re.M):
            self.refuse(
                variable,
                "must not contain template syntax: {{, {%, {# or a line that starts with # %",
            )
            return ""
        if any(unicodedata.category(char) == "Cs" for char in text):
            # Python decodes unknown bytes to surrogates.
            self.refuse(variable, "must be UTF-8; set the locale, such as LC_ALL=C.UTF-8")
            return ""
        return text

    def choice(self, variable: str) -> str:
        value = self.raw.get(variable)
        if isinstance(value, str) and value in PROMPTS[variable]:
            return value
        self.refuse(variable, "must be one of: " + ", ".join(PROMPTS[variable]))
        return ""

    def yes_no(self, variable: str) -> bool:
        value = str(self.raw.get(variable)).strip().lower()
        if value not in (*YES, *NO):
            self.refuse(variable, "must be yes or no")
        return value in YES

    def line(self, variable: str, *, empty: bool = True) -> str:
        text = self.text(variable).strip()
        bad = [
            c
            for c in text
            if unicodedata.category(c) in ("Cc", "Zl", "Zp") or _changes_direction(c)
        ]
        if bad:
            self.refuse(
                variable,
                "must be one line of text without control characters, found "
                + ", ".join(sorted({f"U+{ord(c):04X}" for c in bad})),
            )
        elif len(text) > MAX_TEXT:
            self.refuse(variable, f"must have at most {MAX_TEXT} characters, found {len(text)}")
        elif not text and not empty:
            self.refuse(variable, "must not be empty")
        return text

    def slug(self) -> str:
        slug = self.text("project_slug").strip()
        reason = find_slug_problem(slug)
        if reason:
            self.refuse("project_slug", reason)
        return slug

    def api_prefix(self) -> str:
        text = self.text("api_prefix").strip()
        if text in ("", "/"):
            return ""
        reason = _find_path_problem(text, MAX_PREFIX)
        if reason:
            self.refuse("api_prefix", reason + "; or / for no prefix")
        return text.removesuffix("/") + "/"

    def path(self, variable: str) -> str:
        path = self.optional_path(variable, hint="")
        if path is None:
            self.refuse(
                variable, "must be a path such as api/token/: this endpoint cannot be omitted"
            )
        return path or ""

    def optional_path(
        self, variable: str, *, hint: str = "; or none to omit the endpoint"
    ) -> str | None:
        text = self.text(variable).strip()
        if text.lower() in ("", "none"):
            return None
        reason = _find_path_problem(text)
        if reason:
            self.refuse(variable, reason + hint)
        return text

    def lifetimes(self) -> tuple[timedelta, timedelta]:
        found = []
        for variable in ("access_token_lifetime", "refresh_token_lifetime"):
            value = timedelta()
            try:
                value = parse_duration(self.text(variable))
            except ValueError as error:
                self.refuse(variable, f"must be {error}")
            else:
                if not value:
                    self.refuse(variable, "must be longer than zero, such as 5m")
                elif value > LONGEST_LIFETIME:
                    self.refuse(variable, f"must be at most {LONGEST_LIFETIME.days} days")
                    value = timedelta()
            found.append(value)
        access, refresh = found
        if access and refresh and access >= refresh:
            self.refuse(
                "refresh_token_lifetime",
                f"must be longer than access_token_lifetime ({self.raw['access_token_lifetime']})",
            )
        return access, refresh

    def superuser(self) -> str:
        text = self.text("superuser").strip()
        if len(text) > 254 or not re.fullmatch(EMAIL, text):
            self.refuse("superuser", "must be an e-mail address such as admin@example.com")
        return text

    def resources(self) -> tuple[Resource, ...]:
        text = self.text("resources")
        if "resources" in self.refused:
            return ()
        try:
            return parse(text)
        except LanguageError as error:
            self.problems.append(Problem("resources", None, str(error)))
            return ()

    def check_links(self, answers: Answers) -> None:
        for resource in answers.resources:
            if answers.resource_links == "url" and any(f.name == "url" for f in resource.fields):
                self.refuse(
                    "resources",
                    f"{resource.name}.url would replace the link of the object, which REST framework"
                    " calls url; rename the field, or choose resource_links=id",
                )

    def jwt_settings(self) -> Mapping[str, str]:
        choices = {
            name: self.choice(name)
            for name in ("algorithm", "also_accept", "login_field", "revocation", "token_flow")
        }
        settings, problems = read_jwt_settings(self.text("jwt_settings"), choices)
        self.problems += problems
        return settings


def _changes_direction(char: str) -> bool:
    """Returns whether `char` changes the direction of the surrounding text."""
    return unicodedata.bidirectional(char) in DIRECTIONS


def _find_path_problem(text: str, longest: int = MAX_TEXT) -> str:
    """Returns why a text is not a path, or nothing."""
    segments = text.removesuffix("/").split("/")
    if (
        len(text) <= longest
        and all(re.fullmatch(r"[A-Za-z0-9._~-]+", segment) for segment in segments)
        and not {".", ".."} & set(segments)
    ):
        return ""
    return (
        "must be a path such as api/token/: ASCII letters, digits and - . _ ~ between single slashes,"
        f" no slash at the start, at most {longest} characters"
    )
