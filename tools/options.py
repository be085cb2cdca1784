"""Writes docs/options.md from cookiecutter.json: `python -m tools.options`.

What an answer changes is found by rendering the project with it, so that the page cannot be wrong
about it. When to choose which is said here, in WHEN: a new prompt gets its sentences there.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from drf_jwt_template.answers.jwt_settings import JWT_SETTINGS

from .rendering import Renderer, variables

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "options.md"
HEAD = """\
# Options

The prompts in their order; of several choices, the first is the default. **When** tells which to take. **Where** tells
what an answer costs: the files by which the project differs from the default one, counted where a folder has more than
three. Where any text is an answer, examples stand for it. Made from `cookiecutter.json` by `python -m tools.options`,
which renders the project with each answer.
"""
WHEN = {
    "project_name": "The name that people read: in the README, the admin and the OpenAPI pages.",
    "project_slug": "Another one only where a folder of the name is there already, or a rule for names says"
    " so. The default database of PostgreSQL is called the same.",
    "description": "What a newcomer reads first, in the README and on the OpenAPI pages.",
    "resources": "What is known today: adding a field or a resource later takes a few lines in the"
    " project, whose README lists the steps. Owners (`owner`) are worth it from the start."
    " `none` for a project whose API you write yourself.",
    "resource_links": "`url` for clients that follow links, and for a browsable API to click through:"
    " relations are links, too. `id` for all that keep keys; it is shorter.",
    "login_field": "`email` for people who sign up themselves, and where nobody wants a second name."
    " `username` where names are given out, or accounts have no address. Decide now: with"
    " users in the database, changing it is a migration by hand.",
    "token_flow": "`pair` for mobile apps and services, which can keep a secret."
    " `pair-with-refresh-cookie` for pages in a browser, where a script that should not be"
    " there could read whatever other scripts can; requests then carry a header, and come"
    " from this origin or one that is listed. `sliding` for simple clients that keep one"
    " token: each leaked token can be refreshed, too.",
    "revocation": "`sessions` for a new API whose users log in with a password. `blacklist` if Simple"
    " JWT's tables or tools for them are there already; access tokens live until they"
    " expire. `none` for services that must not ask a database for a token, with short"
    " lifetimes: nothing ends a login early but disabling the user. [How they"
    " differ](tokens.md).",
    "rotate_refresh_tokens": "`yes` for all that can keep what it is given: a refresh token works once, and a copy"
    " that is used gives itself away, unless `revocation` is `none`. `no` for clients that"
    " cannot replace theirs. With `sliding` tokens it means nothing.",
    "access_token_lifetime": "How long a stolen token opens the door, and with `revocation` = `blacklist` or `none`"
    " also how long one does after a logout. Minutes, then; with `sessions` a logout counts"
    " at once, and it may be longer. With `sliding` tokens, how long one may lie unused"
    " before the user logs in again.",
    "refresh_token_lifetime": "How long a user may stay away and still be logged in. With `rotate_refresh_tokens`"
    " each refresh counts anew, up to 30 days after the login, or three of these where that"
    " is more (`JWT_ABSOLUTE_LIFETIME` in `config/jwt.py`). Without it, and with `sliding`"
    " tokens, it counts from the login.",
    "algorithm": "An HS* has one secret for one service: whoever could verify could also sign. With all"
    " others, other services verify with the public keys at `/.well-known/jwks.json`, and"
    " cannot sign. `ES256` and `EdDSA` have short signatures (86 characters, RS* and PS*"
    " 512) and are the first choice there; `ES256` is known to more libraries. `RS256` is"
    " known to all. Those with 384 and 512 are for rules that name them.",
    "api_prefix": "`api/` beside other pages, `api/v1/` if versions are planned, `/` where the host is"
    " the API's own, such as `api.example.com`. All endpoints move with it, and so do the"
    " defaults of the token paths below; the admin does not.",
    "token_obtain_path": "Another one where clients know theirs already. With or without a slash at the end; the"
    " three paths below follow it.",
    "token_refresh_path": "Another one where clients know theirs already.",
    "token_verify_path": "`none` where only this service looks at its tokens, or others verify them with the"
    " public key. Keep it for clients and gateways that can only ask.",
    "token_blacklist_path": "The logout: keep it for people who log in. `none` for machines that never log out."
    " With `revocation` = `none` there is no such endpoint, whatever the answer.",
    "jwt_settings": "`ISSUER` and `AUDIENCE` as soon as another service verifies the tokens, `LEEWAY` for"
    " clocks that differ, `AUTH_HEADER_TYPES`, `USER_ID_CLAIM` and the like for clients that"
    " exist. All can be changed in `config/jwt.py` later; `JWK_URL`, which accepts the"
    " tokens of another issuer as well, brings code with it.",
    "permission": "`IsAuthenticated` unless the data is public. `IsAuthenticatedOrReadOnly` where"
    " everybody may read. `DjangoModelPermissions` where staff give rights to users and"
    " groups in the admin: a new user can only read. A view can always say otherwise.",
    "also_accept": "`session` for developers, who get pages to click through. `token` for machines that"
    " cannot refresh; each of theirs is good until it is deleted. `basic` for scripts and"
    " old clients, over HTTPS; each request hashes a password, which is slow on purpose."
    " `nothing` where a second way in is one too many.",
    "database": "`sqlite` for a start, for tests, and for a service on one machine that writes little:"
    " readers do not wait, writers queue. `postgresql` as soon as there are several machines"
    " or many writers; the setup needs a server and an empty database. The driver is in"
    " every project, so that `DATABASE_URL` alone moves it later.",
    "django_version": "`django-5.2` for a project with long maintenance intervals: it is supported until"
    " April 2028. `django-6.1` for its features, if you move on with each release, every"
    " eight months.",
    "superuser": "A real address if the project should send mail to it. With `login_field` = `email`,"
    " the first account logs in with it; with `username`, with the part before `@`."
    " `DJANGO_SUPERUSER_USERNAME` overrides the user name. The password is not an answer: it"
    " is `DJANGO_SUPERUSER_PASSWORD`, or a random one that is shown once.",
    "run_setup": "`no` where the files are all that is wanted, as in CI, or where there is no network."
    " `make setup` in the project does it later.",
}
# Of a text, answers that stand for all others.
SAMPLES = {
    "project_name": ["Book Club"],
    "project_slug": ["club"],
    "description": ["Lends books."],
    "resources": [
        "Book(title: str)",
        "Note(title: str, owner: owner)",
        "Author(name: str); Book(title: str, author: Author)",
    ],
    "access_token_lifetime": ["15m"],
    "refresh_token_lifetime": ["2 weeks"],
    "api_prefix": ["api/v1/", "/"],
    "token_obtain_path": ["api/login/"],
    "token_refresh_path": ["api/refresh/"],
    "token_verify_path": ["api/verify/", "none"],
    "token_blacklist_path": ["api/logout/", "none"],
    "jwt_settings": [
        "ISSUER=https://issuer.example; AUDIENCE=mobile,web",
        "LEEWAY=10s",
        "JWK_URL=https://issuer.example/keys",
    ],
    "superuser": ["root@example.org"],
}
# What else is answered, on both sides, where an answer alone is refused.
WITH = {"jwt_settings": {"algorithm": "ES256", "revocation": "blacklist"}}
MORE = {
    "jwt_settings": "The settings are "
    + ", ".join(f"`{name}`" for name in sorted(JWT_SETTINGS))
    + ". Those that have a prompt of their own are refused here, and so are the keys, which the"
    " setup makes. `JWK_URL` needs an algorithm of public keys, and no sessions.",
    "resources": "See [the resource language](resources.md).",
}


def render(prompts: Mapping[str, Any]) -> str:
    """The page."""
    renderer = Renderer()
    defaults = variables({})
    paragraphs = [HEAD.rstrip()]
    for name, default in prompts.items():
        if not name.startswith("_"):
            paragraphs.append(f"## `{name}`")
            paragraphs += _meaning(prompts["__prompts__"][name], default, defaults[name])
            if name in MORE:
                paragraphs.append(_wrapped(MORE[name]))
            paragraphs.append(_wrapped(f"**When.** {WHEN[name]}"))
            paragraphs.append(_where(renderer, name, default))
    return "\n\n".join(paragraphs) + "\n"


def _meaning(sentence: Any, default: Any, rendered: Any) -> list[str]:
    """What is asked, and the choices or the default."""
    if isinstance(default, list):
        choices = [f"- `{choice}`{sentence[choice].removeprefix(choice)}" for choice in default]
        return [sentence["__prompt__"], "\n".join(choices)]
    shown = f"`{_shown(rendered)}`" if rendered != "" else "empty"
    if sources := dict.fromkeys(re.findall(r"cookiecutter\.(\w+)", str(default))):
        shown += f", made of {_names(sources)}"
    return [sentence, f"Default: {shown}"]


def _where(renderer: Renderer, name: str, default: Any) -> str:
    """How the project differs with other answers; those that make the same difference together."""
    others: Sequence[Any]
    if isinstance(default, bool):
        others = [not default]
    else:
        others = default[1:] if isinstance(default, list) else SAMPLES[name]
    given = WITH.get(name, {})
    usual = renderer.render(given)
    alike: dict[str, list[str]] = {}
    for other in others:
        difference = _difference(usual, renderer.render({**given, name: other}))
        alike.setdefault(difference, []).append(_shown(other))
    rows = [f"{_names(answers, 'or')} {difference}." for difference, answers in alike.items()]
    start = "**Where.**"
    if given:
        start += f" With {_names(f'{key} = {value}' for key, value in given.items())}:"
    if len(rows) == 1:
        return _wrapped(f"{start} {rows[0]}")
    return f"{start}\n\n" + "\n".join(_wrapped(f"- {row}", indent="  ") for row in rows)


def _difference(usual: Mapping[str, str], other: Mapping[str, str]) -> str:
    kinds = {
        "adds": other.keys() - usual.keys(),
        "drops": usual.keys() - other.keys(),
        "changes": {path for path in usual.keys() & other.keys() if usual[path] != other[path]},
    }
    return (
        "; ".join(f"{verb} {_files(paths)}" for verb, paths in kinds.items() if paths)
        or "changes no file"
    )


def _files(paths: Iterable[str]) -> str:
    """Paths, counted where a folder has many: the code first, then what is at the top, the tests last."""
    folders: dict[str, list[str]] = {}
    for path in sorted(paths):
        folders.setdefault(path.split("/")[0] if "/" in path else "", []).append(f"`{path}`")
    shown: list[str] = []
    for folder in sorted(folders, key=lambda name: (name == "tests", name == "", name)):
        files = folders[folder]
        counted = folder and len(files) > 3
        shown += [f"{len(files)} files of `{folder}/`"] if counted else files
    return _joined(shown)


def _names(names: Iterable[object], word: str = "and") -> str:
    return _joined([f"`{name}`" for name in names], word)


def _joined(items: Sequence[str], word: str = "and") -> str:
    return f" {word} ".join(filter(None, [", ".join(items[:-1]), items[-1]]))


def _shown(answer: Any) -> str:
    return {True: "yes", False: "no"}[answer] if isinstance(answer, bool) else str(answer)


def _wrapped(text: str, indent: str = "") -> str:
    return textwrap.fill(
        text, 118, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


if __name__ == "__main__":
    prompts = json.loads((ROOT / "cookiecutter.json").read_text(encoding="utf-8"))
    TARGET.write_text(render(prompts), encoding="utf-8", newline="\n")
