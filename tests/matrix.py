"""The matrix of options: which answers are tried, and in which combinations.

Its axes are the prompts of cookiecutter.json: all choices, both sides of each yes/no, and the samples
below for each free text; beside them the Python and the database that a project is tried with. A
covering array has every pair (or triple) of values of any two (three) axes in one of its rows, unless
the answers are refused together.
"""

from __future__ import annotations

import functools
import hashlib
import itertools
import json
import shlex
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version
from typing import Any

from covertable import make
from filelock import FileLock

from drf_jwt_template.prompts import PROMPTS

from .baking import CACHE

Row = dict[str, Any]
Values = frozenset[tuple[str, Any]]

TYPES = (
    "Sample(text_of_3: str(3), long: text, number: int, ratio: float, price: decimal(8,2),"
    " share: decimal(2,2), ok: bool, day: date, moment: datetime, hour: time, length: duration,"
    " key: uuid, mail: email, link: url, tag: slug, data: json, state: choice(open|in-work|done))"
    " at people/sample_ones;"
    "BookShelf(label: str unique, name: str optional, code: str(8) unique optional,"
    " note: text optional, number: int optional unique, ok: bool optional, day: date optional,"
    " data: json optional, state: choice(a|b) optional, mail: email optional unique,"
    ' title: str = "it\'s \\ {}", size: int = -3, ratio: float = 0.5, price: decimal(5,2) = 9.5,'
    " flag: bool = true, start: date = 2026-01-31, moment: datetime = 2026-01-31T12:00:00Z,"
    " hour: time = 12:30, length: duration = 1h30m, key: uuid = 3f2504e0-4f89-41d3-9a0c-0305e82c3301,"
    " sender: email = a@example.com, link: url = https://example.com/, tag: slug = a-b,"
    " extra: json = {}, stage: choice(open|done) = done)"
)
RELATIONS = """
Language(name: str unique, parent: Language optional, best: Programmer optional);
Programmer(name: str, languages: many Language, favourite: Language optional,
           mentor: Programmer optional unique, learns: many Language optional, friends: many Programmer optional,
           note: Note, notebooks: many Notebook optional);
Notebook(label: str, owner: owner);
Note(title: str(120), body: text optional, notebook: Notebook, sisters: many Notebook,
     pin: Notebook optional unique, day: date, language: Language, author: owner)
"""
LONG = "A" + "b" * 29
LONG_NAMES = (
    f"{LONG}({'c' * 30}: str(600) = {'d' * 80} optional, {'e' * 30}: choice({'f' * 70}|g) = g,"
    f" {'h' * 30}: decimal(100,50) optional, {'i' * 30}: datetime = 2026-01-31T12:00:00Z optional,"
    f" {'j' * 30}: int unique optional, {'l' * 30}: owner) at {'k' * 100};"
    f" B{'m' * 29}({'n' * 30}: {LONG}, {'o' * 30}: many {LONG}, {'p' * 30}: {LONG} optional unique,"
    f" {'q' * 30}: owner)"
)
HOSTILE = 'Ünï "quoted" it\'s \\n \\ `tick` <b>&amp;</b> *_# [x](y) | ~ $HOME %s {0} """ ☕ \\'
OTHERS = (
    "ISSUER=https://issuer.example; AUDIENCE=mobile, web; LEEWAY=10s; AUTH_HEADER_TYPES=JWT,Bearer;"
    " AUTH_HEADER_NAME=HTTP_X_TOKEN; USER_ID_CLAIM=sub; USER_ID_FIELD=username;"
    " TOKEN_TYPE_CLAIM=typ; JTI_CLAIM=id; UPDATE_LAST_LOGIN=yes; CHECK_REVOKE_TOKEN=yes;"
    " JSON_ENCODER=rest_framework.utils.encoders.JSONEncoder"
)
SLIDING = (
    "CHECK_USER_IS_ACTIVE=no; SLIDING_TOKEN_REFRESH_EXP_CLAIM=until;"
    " AUTH_TOKEN_CLASSES=rest_framework_simplejwt.tokens.SlidingToken"
)
REMOTE = "JWK_URL=https://issuer.example/jwks.json; ISSUER=https://issuer.example"

# None leaves the prompt at its default, which may follow from other answers.
SAMPLES: Mapping[str, Sequence[str | None]] = {
    "project_name": (None, HOSTILE),
    "project_slug": (None, "Hostile_1", "s" * 50),
    "description": (None, f"1. {HOSTILE}", ""),
    "api_prefix": (None, "/", "p" * 49),
    "token_obtain_path": (None, "gettoken"),
    "token_refresh_path": (None, "refreshtoken"),
    "token_verify_path": (None, "none", "verify.it"),
    "token_blacklist_path": (None, "", "bye"),
    "access_token_lifetime": (None, "30s", "2 weeks"),
    "refresh_token_lifetime": (None, "1h30m", "36500d"),
    "jwt_settings": (None, OTHERS, SLIDING, REMOTE),
    "resources": (None, TYPES, RELATIONS, LONG_NAMES),
    "superuser": (None, "Owner+1%2.x@mail.example.com"),
}
# Answers that are refused together, whatever the others are.
REFUSED: Sequence[tuple[str, Sequence[Any], str, Sequence[Any]]] = (
    ("access_token_lifetime", ["2 weeks"], "refresh_token_lifetime", [None, "1h30m"]),
    ("jwt_settings", [OTHERS], "login_field", ["email"]),
    ("jwt_settings", [REMOTE], "algorithm", ["HS256", "HS384", "HS512"]),
    ("jwt_settings", [REMOTE], "revocation", ["sessions"]),
    ("jwt_settings", [SLIDING], "token_flow", ["pair", "pair-with-refresh-cookie"]),
)
# No answer to these is in the files of a project; who tries them instead.
ELSEWHERE = {"run_setup": "test_setup.py"}
# What is no answer: an axis of the trial.
TRIAL: Mapping[str, Sequence[str]] = {
    "python": ("newest", "oldest"),
    "server": ("sqlite", "postgresql"),
}
# The prompts that change nothing of what the API answers, whatever they change in the project.
SAME_API = frozenset(
    (
        *("project_name", "project_slug", "description", "database", "algorithm"),
        *("access_token_lifetime", "refresh_token_lifetime"),
        "superuser",
    )
)
# Combinations that are tried in any case.
NAMED: Mapping[str, Row] = {
    "default": {},
    "owned-alone": {
        "resources": "Note(text_of: str, owner: owner)",
        "permission": "IsAuthenticatedOrReadOnly",
        "api_prefix": "api/v1",
    },
    "awkward-names": {
        "resources": "Class(name: str); Once(x: Class, of: many Class); Owner(x: Once, y: many Once);"
        " Made(x: Owner, state: choice(a|b), span: duration unique);"
        " Number(x: Made, state: choice(a|b), span: duration)",
    },
}


def axes() -> dict[str, Sequence[Any]]:
    """The values of each prompt, the default first, and those of the trial.

    Raises KeyError for a prompt that has no place here.
    """
    found: dict[str, Sequence[Any]] = {}
    for name, default in PROMPTS.items():
        if name.startswith("_") or name in ELSEWHERE:
            continue
        if isinstance(default, list):
            found[name] = default
        else:
            found[name] = (default, not default) if isinstance(default, bool) else SAMPLES[name]
    return {**found, **TRIAL}


def row(**given: Any) -> Row:
    """The row with these values, and the first of each other axis."""
    return {name: values[0] for name, values in axes().items()} | given


def answers(row: Mapping[str, Any]) -> Row:
    """What of a row is to be answered: neither the trial nor what is the default anyway."""
    every = axes()
    return {
        name: value
        for name, value in row.items()
        if name not in TRIAL and value not in (None, every[name][0])
    }


def refused_pairs() -> list[Values]:
    return [
        frozenset(((one, value), (other, its)))
        for one, values, other, others in REFUSED
        for value, its in itertools.product(values, others)
    ]


@functools.cache
def covering_array(strength: int, names: frozenset[str] | None = None) -> tuple[Row, ...]:
    """Rows that hold each combination of so many values, of all axes or those named."""
    chosen = {name: values for name, values in axes().items() if names is None or name in names}
    constraints = [
        {
            "operator": "or",
            "conditions": [
                {"operator": "ne", "left": name, "value": value}
                for name, value in sorted(pair, key=str)
            ],
        }
        for pair in refused_pairs()
        if {name for name, _ in pair} <= set(chosen)
    ]
    asked = {
        "factors": chosen,
        "strength": strength,
        "constraints": constraints,
        # The defaults.
        "presets": [{name: values[0] for name, values in chosen.items()}],
        # Of forty, that with the fewest rows for pairs.
        "salt": "35",
    }
    # Triples take most of a minute.
    digest = hashlib.sha256(json.dumps([version("covertable"), asked]).encode()).hexdigest()
    kept = CACHE / "arrays" / f"{digest}.json"
    kept.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(kept.with_suffix(".lock")):
        if not kept.exists():
            found = make(**asked)
            rows = [{name: row[name] for name in chosen} for row in found]
            draft = kept.with_suffix(".new")
            draft.write_text(json.dumps(rows), encoding="utf-8")
            draft.replace(kept)
    return tuple(json.loads(kept.read_text(encoding="utf-8")))


def combinations(rows: Iterable[Mapping[str, Any]], strength: int) -> set[Values]:
    """The combinations of so many values that some row holds."""
    return {
        frozenset(combination)
        for row in rows
        for combination in itertools.combinations(row.items(), strength)
    }


def allowed(strength: int, names: frozenset[str] | None = None) -> set[Values]:
    """All combinations of so many values, of all axes or those named, but for refused ones."""
    refused = refused_pairs()
    every = {name: values for name, values in axes().items() if names is None or name in names}
    chosen = itertools.combinations(every.items(), strength)
    found = (
        frozenset(zip(names, values, strict=True))
        for names, lists in (zip(*some, strict=True) for some in chosen)
        for values in itertools.product(*lists)
    )
    return {values for values in found if not any(pair <= values for pair in refused)}


def api_axes() -> frozenset[str]:
    """What changes the answers of an API, and the database behind it."""
    return frozenset(axes()) - SAME_API - {"python"}


def api_rows() -> dict[str, Row]:
    """Rows that hold each pair of values of these axes, by their names."""
    # With a secret to sign with, no other issuer can be named.
    rows = (row(algorithm="ES256", **given) for given in covering_array(2, api_axes()))
    return {f"api-{n:02}": row for n, row in enumerate(rows)}


def coverage(tried: Iterable[Mapping[str, Any]], strength: int) -> str:
    """How many of how many combinations the rows have, in words."""
    every = allowed(strength)
    held = combinations(tried, strength) & every
    return f"{len(held):,} of {len(every):,} {'pairs' if strength == 2 else 'triples'} of values"


def rows(strength: int, shard: str = "1/1") -> dict[str, Row]:
    """The rows to prove, by their names, or one part of them, such as `2/4`."""
    found = {name: row(**given) for name, given in NAMED.items()}
    array = enumerate(covering_array(strength))
    found |= {f"{strength}-{n:03}": row for n, row in array if row not in found.values()}
    part, parts = map(int, shard.split("/"))
    return dict(list(found.items())[part - 1 :: parts])


def command(row: Mapping[str, Any]) -> str:
    """What to type for the project of a row."""
    given = [f"{name}={value}" for name, value in answers(row).items()]
    return shlex.join(["cookiecutter", ".", "--no-input", "run_setup=no", *given])
