"""The matrix of options: the answers that the tests use, and their combinations.

The axes are the prompts of cookiecutter.json: all choices, both sides of each yes/no, and the samples
below for each free text. Two more axes are the Python version and the database server of the tests. A
covering array contains each pair (or triple) of values of any two (three) axes in at least one row,
unless the answers are refused together.

The array of pairs contains one algorithm of each family; tests/test_algorithms.py proves the others.
A prompt that does not change the API joins SAME_API. If its answers select whole files (a workflow, a
Dockerfile), the checker of these files runs once for each distinct text, in a test module of its own.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import shlex
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from importlib.metadata import version
from typing import Any

from covertable import make
from filelock import FileLock

from drf_jwt_template.prompts import PROMPTS
from drf_jwt_template.rendering.literals import parse_duration

from .baking import CACHE

Axes = Mapping[str, Sequence[Any]]
Row = dict[str, Any]
Values = frozenset[tuple[str, Any]]

TYPES = (
    "Sample(text_of_3: str(3), long: text, number: int, ratio: float, price: decimal(8,2),"
    " share: decimal(2,2), ok: bool, day: date, moment: datetime, hour: time, length: duration,"
    " key: uuid, mail: email, link: url, tag: slug, data: json, state: choice(open|in-work|done),"
    " big: bigint, stars: int(1..5), part: float(0..1) = 0.5, cost: decimal(8,2,0..9.99) optional,"
    " unique(stars, state, ok), unique(day, tag)) at people/sample_ones;"
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
           note: Note, notebooks: many Notebook optional, boss: User, fans: many User optional,
           unique(boss, favourite));
Notebook(label: str, owner: owner, unique(owner, label)); Cart(buyer: owner);
Note(title: str(120), body: text optional, notebook: Notebook, sisters: many Notebook,
     pin: Notebook optional unique, day: date, language: Language, author: owner, reader: User,
     editor: User optional unique)
"""
# Names that mean something in Python, Django, REST framework, factory_boy or the project itself.
AWKWARD = """
Class(name: str, build: int); Once(x: Class, of: many Class); Owner(x: Once, y: many Once);
Made(x: Owner, state: choice(a|b), span: duration unique, source: Class unique, source_of: many Class optional);
Number(x: Made, factory: Class, state: choice(a|b), span: duration, made: choice(I|II), all: many Made);
Note(settings: json, models: str, dict: str, dt: date = 2026-01-31, data: json = {}, str: int,
     many: many Tag optional, writer: owner);
Thing(filters: Tag, other: Tag, decimal: choice(a|b) = a, price: decimal(5,2) = 9.5, meta: choice(I|II));
Tag(name: str, url: url, page: int, format: choice(mp3|flac), created_at: date);
Decimal(cls: str, meta: json); Testimonial(test: str, tests: int, build_batch: many Decimal);
Meta(search: Tag, updated_at: datetime, ordering: Note, page_size: many Note, parent: owner);
Song(x: int); SongRequest(x: int, meta: choice(a|b), m_eta: choice(c|d), song_request: choice(e|f));
TokenRefresh(commit: owner, x: Model); Model(x: int); BookAdmin(x: int); Book(x: int);
Owned(data: owner, list: json = [], user: str); BookSerializer(dt: date, x: duration, date: datetime);
DjangoModel(l1: int, created_at: Book, updated_at: int, filter: UUID); UUID(uuid: uuid);
Invitation(invited_by: owner, email: email, link: Link); Link(token: str, sender: owner);
Registration(password: str, email: email unique); Media(series: Series, news: many Series);
Series(staff: Series optional unique);
Search(user: User, users: many User, named: User unique optional, state: choice(a|b|c), on: bool,
       min: int(..9) = 9, max_value: float(0..), who: owner, unique(who, state), unique(user, min))
"""
LONG = "A" + "b" * 29
LONG_NAMES = (
    f"{LONG}({'c' * 30}: str(600) = {'d' * 80} optional, {'e' * 30}: choice({'f' * 70}|g) = g,"
    f" {'h' * 30}: decimal(100,50) optional, {'i' * 30}: datetime = 2026-01-31T12:00:00Z optional,"
    f" {'j' * 30}: int unique optional, {'l' * 30}: owner) at {'k' * 100};"
    f" B{'m' * 29}({'n' * 30}: {LONG}, {'o' * 30}: many {LONG}, {'p' * 30}: {LONG} optional unique,"
    f" {'q' * 30}: owner, {'x' * 30}: many User, {'y' * 30}: decimal(30,9,0.5..123456789.000000001),"
    f" unique({'n' * 30}, {'y' * 30}, {'q' * 30}));"
    f" C{'r' * 29}({'s' * 30}: D{'t' * 29}, {'u' * 30}: D{'t' * 29} unique, {'v' * 30}: many D{'t' * 29});"
    f" D{'t' * 29}({'w' * 30}: str unique)"
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
REMOTE = (
    "JWK_URL=https://issuer.example/jwks.json; ISSUER=https://issuer.example; AUDIENCE=api;"
    " USER_ID_CLAIM=sub"
)

# None is the default of the prompt, which may depend on other answers. The longest axes determine the
# number of rows: add new words of the resource language to an existing sample.
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
# One algorithm of each family, with the others of the family. Templates distinguish families only, by
# `keys.symmetric` and `keys.module`. RS* and PS* are one family: they use the same keys, and the rendered
# files differ only in the name of the algorithm and the section of its RFC. tests/test_algorithms.py
# checks that the projects of a family differ in single lines.
FAMILIES: Mapping[str, Sequence[str]] = {
    "HS256": ("HS384", "HS512"),
    "RS256": ("RS384", "RS512", "PS256", "PS384", "PS512"),
    "ES256": ("ES384", "ES512"),
    "EdDSA": (),
}
# Pairs of answers that are refused, regardless of the other answers. The lifetimes have further ones.
REFUSED: Sequence[tuple[str, Sequence[Any], str, Sequence[Any]]] = (
    ("jwt_settings", [OTHERS], "login_field", ["email"]),
    ("jwt_settings", [REMOTE], "algorithm", ["HS256", "HS384", "HS512"]),
    ("jwt_settings", [REMOTE], "revocation", ["sessions"]),
    ("jwt_settings", [SLIDING], "token_flow", ["pair", "pair-with-refresh-cookie"]),
)
# Prompts that do not change the files of a project, with the module that tests them.
ELSEWHERE = {"run_setup": "test_setup.py"}
# Axes that are not answers.
TRIAL: Mapping[str, Sequence[str]] = {
    "python": ("newest", "oldest"),
    "server": ("sqlite", "postgresql"),
}
# Prompts that do not change the responses of the API.
SAME_API = frozenset(
    {
        "access_token_lifetime",
        "algorithm",
        "ci",
        "database",
        "deployment",
        "description",
        "project_name",
        "project_slug",
        "refresh_token_lifetime",
        "superuser",
    }
)
# Rows in addition to the array.
NAMED: Mapping[str, Row] = {
    "default": {},
    "no-resources": {"resources": "none"},
    "no-resources-open": {"resources": "none", "accounts": "open"},
    "only-owned": {
        "resources": "Note(text_of: str, owner: owner); Cart(user: owner)",
        "permission": "IsAuthenticatedOrReadOnly",
        "api_prefix": "api/v1",
    },
    "awkward-names": {
        "accounts": "invited",
        "resources": AWKWARD,
        "resource_links": "id",
    },
}


def axes() -> Axes:
    """Returns the values of each prompt, the default first, and the axes that are not answers.

    Raises KeyError if a text prompt has no samples.
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


def array_axes(strength: int) -> Axes:
    """Returns the axes of an array: for pairs with one algorithm of each family, else with all."""
    return {**axes(), "algorithm": tuple(FAMILIES)} if strength == 2 else axes()


def api_axes() -> Axes:
    """Returns the axes that change the responses of an API, and its database server."""
    return {name: values for name, values in axes().items() if name not in {*SAME_API, "python"}}


def row(**given: Any) -> Row:
    """Returns the row with these values, and the first value of each other axis."""
    return {name: values[0] for name, values in axes().items()} | given


def answers(row: Mapping[str, Any]) -> Row:
    """Returns the answers of a row. A default is as in cookiecutter.json."""
    return {
        name: PROMPTS[name] if value is None else value
        for name, value in row.items()
        if name not in TRIAL
    }


def refused_pairs() -> list[Values]:
    access, refresh = "access_token_lifetime", "refresh_token_lifetime"
    pairs = [
        ((access, value), (refresh, its))
        for value, its in itertools.product(SAMPLES[access], SAMPLES[refresh])
        if read_lifetime(access, value) >= read_lifetime(refresh, its)
    ]
    pairs += [
        ((one, value), (other, its))
        for one, values, other, others in REFUSED
        for value, its in itertools.product(values, others)
    ]
    return list(map(frozenset, pairs))


def read_lifetime(name: str, value: str | None) -> timedelta:
    return parse_duration(value or PROMPTS[name])


def covering_array(axes: Axes, strength: int) -> list[Row]:
    """Returns rows that contain each combination of `strength` values of these axes."""
    constraints = [
        {
            "operator": "or",
            "conditions": [
                {"operator": "ne", "left": name, "value": value}
                for name, value in sorted(pair, key=str)
            ],
        }
        for pair in refused_pairs()
        if all(value in axes.get(name, ()) for name, value in pair)
    ]
    request = {
        "factors": axes,
        "strength": strength,
        "constraints": constraints,
        # The defaults.
        "presets": [{name: values[0] for name, values in axes.items()}],
        # Of sixty salts, this one results in the fewest rows of the two arrays of pairs.
        "salt": "3",
    }
    # An array of triples takes almost a minute.
    digest = hashlib.sha256(json.dumps([version("covertable"), request]).encode()).hexdigest()
    kept = CACHE / "arrays" / f"{digest}.json"
    kept.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(kept.with_suffix(".lock")):
        if not kept.exists():
            found = make(**request)
            rows = [{name: row[name] for name in axes} for row in found]
            draft = kept.with_suffix(".new")
            draft.write_text(json.dumps(rows), encoding="utf-8")
            draft.replace(kept)
    return list(json.loads(kept.read_text(encoding="utf-8")))


def combinations(rows: Iterable[Mapping[str, Any]], strength: int) -> set[Values]:
    """Returns the combinations of `strength` values that some row contains."""
    return {
        frozenset(combination)
        for row in rows
        for combination in itertools.combinations(row.items(), strength)
    }


def allowed(axes: Axes, strength: int) -> set[Values]:
    """Returns all combinations of `strength` values of these axes, without the refused ones."""
    refused = refused_pairs()
    chosen = itertools.combinations(axes.items(), strength)
    found = (
        frozenset(zip(names, values, strict=True))
        for names, lists in (zip(*some, strict=True) for some in chosen)
        for values in itertools.product(*lists)
    )
    return {values for values in found if not any(pair <= values for pair in refused)}


def describe_coverage(rows: Iterable[Mapping[str, Any]], axes: Axes, strength: int) -> str:
    """Returns how many of all combinations the rows contain, in words."""
    every = allowed(axes, strength)
    covered = combinations(rows, strength) & every
    kind = "pairs" if strength == 2 else "triples"
    return f"{len(covered):,} of {len(every):,} {kind} of values"


def rows(strength: int, shard: str = "1/1") -> dict[str, Row]:
    """Returns the rows to prove, by their names, or one part of them, such as `2/4`."""
    found = {name: row(**given) for name, given in NAMED.items()}
    array = enumerate(covering_array(array_axes(strength), strength))
    found |= {f"{strength}-{n:03}": row for n, row in array if row not in found.values()}
    part, parts = map(int, shard.split("/"))
    return dict(list(found.items())[part - 1 :: parts])


def api_rows() -> dict[str, Row]:
    """Returns rows that contain each pair of values of the API's axes, by their names."""
    # An algorithm with a shared secret cannot be combined with another issuer.
    rows = (row(algorithm="ES256", **given) for given in covering_array(api_axes(), 2))
    return {f"api-{n:02}": row for n, row in enumerate(rows)}


def light_rows() -> dict[str, Row]:
    """Returns one row for each algorithm that is not in the array of pairs, by its name."""
    return {name: row(algorithm=name) for name in itertools.chain(*FAMILIES.values())}


def command(row: Mapping[str, Any]) -> str:
    """Returns the command that renders the project of a row."""
    defaults = answers({name: values[0] for name, values in axes().items()})
    given = [f"{n}={value}" for n, value in answers(row).items() if value != defaults[n]]
    return shlex.join(["cookiecutter", ".", "--no-input", "run_setup=no", *given])
