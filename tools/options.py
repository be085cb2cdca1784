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

This page describes the prompts in their order. If a prompt has choices, the first one is the default.

- **When** states which answer to choose.
- **Where** lists the files by which the project then differs from the default project. If a folder has more than three
  such files, only their number is given. For prompts that accept any text, it uses example answers.

`python -m tools.options` writes this page from `cookiecutter.json`; it renders the project with each answer.

## Config files

With `--config-file`, answers are values under `default_context`. Put texts that YAML could read as a number or a yes/no
in quotes.

Cookiecutter ignores an invalid answer of a config file, such as an unquoted `6.1` for `django_version`, and all answers
after it. It only prints a warning. The template notices the warning and refuses to render. There is one exception: if
Python's warnings are switched off (`PYTHONWARNINGS=ignore`) or shown repeatedly (`PYTHONWARNINGS=always`), the template
cannot notice it, and the ignored answers keep their defaults. Do not set this variable, or compare the policy that the
setup prints with your answers.

A list where a text is expected is refused, too: Cookiecutter would use its first item only.

## Arguments

`name=answer` arguments, and `--extra-context` of cruft, are checked like typed answers. A name without a prompt is
refused, too. Such a name in a config file is ignored, because a config file serves all templates.

## Tracebacks of Cookiecutter

Cookiecutter refuses these mistakes itself, with a traceback. Its last line states the error. Nothing is written.

| mistake | last line |
|---|---|
| an argument that is not one of the choices of its prompt | `ValueError: rs256 provided for choice variable algorithm, but the choices are …` |
| an argument that is neither yes nor no (Cookiecutter 2.7) | `ValueError: perhaps provided for variable run_setup could not be converted to a boolean.` |
| a config file that is missing or not valid YAML | `ConfigDoesNotExistException` or `InvalidConfiguration`, with the file's name |
| a replay file that is missing or not valid JSON | `FileNotFoundError`, or `JSONDecodeError` with the line |

Cookiecutter before 2.1 and cruft before 2.13 cannot load the template, and report `Unable to load extension`. All other
old versions of Cookiecutter and Python are refused with a message.
"""
WHEN = {
    "project_name": "The display name in the README, the admin, the OpenAPI pages and mails.",
    "project_slug": "Change it if a folder of that name exists already, or if your naming rules require"
    " it. The default PostgreSQL database has the same name.",
    "description": "The first sentence of the README and of the OpenAPI pages.",
    "resources": "Describe the resources that you know today. To add a field or a resource later,"
    " follow the steps in the project's README. Decide about owners (`owner`) from the"
    " start. Choose `none` for a project whose API you write yourself.",
    "resource_links": "`url` for clients that follow links, and for navigation in the browsable API:"
    " relations are links, too. `id` for clients that store keys; responses are shorter.",
    "login_field": "`email` for people who sign up themselves: they need no second name. `username` if"
    " an administrator assigns names, or if accounts have no address. Decide now: once the"
    " database has users, you must write the migration for a change by hand.",
    "accounts": "`closed` if staff create all accounts in the admin; users then change only their password and"
    " names. `invited` if staff decide who gets an account, but not the password. `open` if everyone can sign"
    " up. With the last two, the project sends mail: a person opens a link in a mail before the account exists,"
    " and can reset the password with another one. They need an SMTP server, a page for the links"
    " (`FRONTEND_URL`) and a worker process.",
    "token_flow": "`pair` for mobile apps and services, which can keep a secret."
    " `pair-with-refresh-cookie` for browsers: an injected script can read whatever the"
    " page's scripts can read, but not this cookie. Requests that use the cookie must send"
    " a header, and must come from this origin or a listed one. `sliding` for simple"
    " clients that keep one token. A leaked sliding token can be refreshed, too.",
    "revocation": "`sessions` for a new API whose users log in with a password. `blacklist` if you"
    " already use Simple JWT's tables or tools for them; access tokens stay valid until"
    " they expire. `none` for services that must not query a database for a token, with"
    " short lifetimes: only disabling or deleting the user ends a login early."
    " [Comparison](tokens.md).",
    "rotate_refresh_tokens": "`yes` for all clients that can store a new refresh token. A refresh token then works"
    " once, and reuse of a copy is detected, unless `revocation` is `none`. `no` for"
    " clients that cannot replace their token. It has no effect with `sliding` tokens.",
    "access_token_lifetime": "This is how long a stolen token is accepted. With `revocation` = `blacklist` or"
    " `none`, it is also how long a token is accepted after a logout, so choose minutes."
    " With `sessions`, a logout takes effect immediately, and a longer lifetime is"
    " acceptable. With `sliding` tokens, this is how long a user can be inactive before"
    " they must log in again.",
    "refresh_token_lifetime": "This is how long a user can stay away without a new login. With"
    " `rotate_refresh_tokens`, each refresh starts it again, up to 30 days after the"
    " login, or up to three of these lifetimes if that is longer (`JWT_ABSOLUTE_LIFETIME`"
    " in `config/jwt.py`). Without rotation, and with `sliding` tokens, it counts from the"
    " login.",
    "algorithm": "An HS* algorithm uses one secret for one service: every service that can verify"
    " tokens could also sign them. With all others, other services verify tokens with the"
    " public keys at `/.well-known/jwks.json`, and cannot sign. Of these, prefer `ES256`"
    " or `EdDSA`, whose signatures are short (86 characters; RS* and PS* have 512). More"
    " libraries support `ES256` than `EdDSA`; all support `RS256`. Choose 384 or 512 only"
    " if your rules require it.",
    "api_prefix": "`api/` if the host has other pages. `api/v1/` if you plan versions. `/` if the host"
    " serves only the API, such as `api.example.com`. The prefix applies to all endpoints"
    " and to the defaults of the token paths below, but not to the admin.",
    "token_obtain_path": "Change it if your clients expect another path. It can end with or without a slash."
    " The defaults of the three paths below start with it.",
    "token_refresh_path": "Change it if your clients expect another path.",
    "token_verify_path": "`none` if only this service accepts its tokens, or if other services verify them"
    " with the public key. Keep it for clients and gateways that cannot verify tokens"
    " themselves.",
    "token_blacklist_path": "The logout: keep it for people who log in. `none` for machines that never log out."
    " With `revocation` = `none`, the endpoint is always omitted.",
    "jwt_settings": "`ISSUER` and `AUDIENCE` as soon as another service verifies the tokens. `LEEWAY` for"
    " clocks that differ. `AUTH_HEADER_TYPES`, `USER_ID_CLAIM` and similar settings for"
    " existing clients. You can change all of them later in `config/jwt.py`, except"
    " `JWK_URL`, which adds code: with it, the API accepts access tokens of another issuer,"
    " such as Auth0, as well.",
    "permission": "`IsAuthenticated` unless the data is public. `IsAuthenticatedOrReadOnly` if everyone"
    " may read. `DjangoModelPermissions` if staff give permissions to users and groups in"
    " the admin: a new user can only read. Each view can override the default.",
    "also_accept": "`session` for developers, who get the browsable API. `token` for machines that"
    " cannot refresh; each of these tokens is valid until it is deleted. `basic` for"
    " scripts and old clients, over HTTPS; each request verifies a password hash, which is"
    " slow on purpose. `nothing` if you want only one way to authenticate.",
    "database": "`sqlite` for a start, for tests, and for a service on one machine that writes"
    " little: readers do not wait, writers queue. `postgresql` if you have several"
    " machines or many writers; the setup needs a server and an empty database. Every"
    " project contains the driver, so that you can change the database later with"
    " `DATABASE_URL` alone.",
    "django_version": "`django-5.2` for a project with long maintenance intervals: it is supported until"
    " April 2028. `django-6.1` for its features, if you upgrade to each release, every"
    " eight months.",
    "deployment": "`docker` if you run containers, on one server or on a platform that accepts an image."
    " `kubernetes` for a cluster: it adds manifests to the same image. `none` for a server with systemd, or if"
    " your organization has its own way. `docs/production.md` in the project describes each way.",
    "ci": "`github` or `gitlab`, by where the repository is. `none` for other services: they can run the same"
    " commands, `make lint` and `make test`.",
    "superuser": "Enter a real address if the project will send mail to it. With `login_field` ="
    " `email`, the first account logs in with it; with `username`, with the part before"
    " `@`. `DJANGO_SUPERUSER_USERNAME` overrides the user name. The password is not an"
    " answer: it is `DJANGO_SUPERUSER_PASSWORD`, or a random one that the setup prints"
    " once.",
    "run_setup": "`no` to render the files without setting them up, for example in CI or without a"
    " network. Run `make setup` in the project later.",
}
# Sample answers of the prompts for texts.
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
        "JWK_URL=https://issuer.example/keys; ISSUER=https://issuer.example; AUDIENCE=api",
    ],
    "superuser": ["root@example.org"],
}
# Further answers of both compared projects, if a sample needs them to be valid.
WITH = {"jwt_settings": {"algorithm": "ES256", "revocation": "blacklist"}}
MORE = {
    "jwt_settings": "The settings are "
    + ", ".join(f"`{name}`" for name in sorted(JWT_SETTINGS))
    + ". Settings with a prompt are refused here, and so are the keys, which the setup creates."
    " `JWK_URL` requires an algorithm with public keys, `revocation` = `blacklist` or `none`, and"
    " `AUDIENCE` and `ISSUER`, so that tokens for other APIs are refused.",
    "resources": "See [the resource language](resources.md).",
}


def render(prompts: Mapping[str, Any]) -> str:
    """Returns the page."""
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
    """Returns the question of a prompt, and its choices or its default."""
    if isinstance(default, list):
        choices = [f"- `{choice}`{sentence[choice].removeprefix(choice)}" for choice in default]
        return [_wrapped(sentence["__prompt__"]), "\n".join(choices)]
    shown = f"`{_shown(rendered)}`" if rendered != "" else "empty"
    if sources := dict.fromkeys(re.findall(r"cookiecutter\.(\w+)", str(default))):
        shown += f", derived from {_names(sources)}"
    return [_wrapped(sentence), f"Default: {shown}"]


def _where(renderer: Renderer, name: str, default: Any) -> str:
    """Returns the files that other answers change, grouped by equal differences."""
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
    """Returns the paths: first packages, then the root, then tests. Large folders are counted."""
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
