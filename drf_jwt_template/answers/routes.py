"""The addresses of a project's endpoints."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from . import Answers

Route = list[str]
"""The segments of an address: `#` stands for any number, `**` for any rest."""


def find_collisions(answers: Answers) -> Iterator[tuple[str, str]]:
    """Yields the variable to blame and the reason for each address that two endpoints share.

    Django would serve the first endpoint and hide the second.
    """
    seen: list[tuple[str, Route]] = []
    for variable, owner, route in _routes(answers):
        other = next((other for other, taken in seen if _overlap(route, taken)), None)
        if other:
            reason = f"/{'/'.join(route)}/ is already the address of {other}; choose another path"
            yield variable, f"{owner}: {reason} with `at`" if variable == "resources" else reason
            if variable == "api_prefix":
                # Everything below the prefix would collide, too.
                return
        seen.append((owner, route))


def _routes(answers: Answers) -> Iterator[tuple[str, str, Route]]:
    """Yields the variable to blame, the owner and the address of each endpoint."""
    prefix = _split(answers.api_prefix)
    yield "api_prefix", "the admin", ["admin", "**"]
    yield "api_prefix", "the static files", ["static", "**"]
    yield "api_prefix", "the liveness check", ["livez"]
    yield "api_prefix", "the readiness check", ["readyz"]
    yield "api_prefix", "the metrics", ["metrics"]
    if answers.also_accept == "session":
        yield "api_prefix", "the browsable API's login", ["api-auth", "**"]
    if not answers.algorithm.startswith("HS"):
        yield "api_prefix", "the public keys", [".well-known", "jwks.json"]
    yield "api_prefix", "the root of the API", prefix
    for owner, address in _account_addresses(answers):
        yield "api_prefix", owner, [*prefix, *_split(address)]
    for name in ("schema", "docs", "redoc"):
        yield "api_prefix", f"the API's {name}", [*prefix, name]
    for resource in answers.resources:
        path = [*prefix, *_split(resource.path)]
        yield "resources", resource.name, path
        yield "resources", f"each {resource.name}", [*path, "#"]
    yield "token_obtain_path", "token_obtain_path", _split(answers.token_obtain_path)
    yield "token_refresh_path", "token_refresh_path", _split(answers.token_refresh_path)
    if answers.token_verify_path:
        yield "token_verify_path", "token_verify_path", _split(answers.token_verify_path)
    if answers.token_blacklist_path:
        yield "token_blacklist_path", "token_blacklist_path", _split(answers.token_blacklist_path)


def _account_addresses(answers: Answers) -> Iterator[tuple[str, str]]:
    """Yields the owner and the address below the prefix of each endpoint for users."""
    yield "the user's own account", "users/me"
    yield "the user's own password", "users/me/password"
    if any(resource.user_relations for resource in answers.resources):
        yield "the search for users", "users/search"
    if answers.accounts != "closed":
        yield "the creation of accounts", "users"
        yield "the confirmation of an account", "users/confirm"
        yield "the user's own e-mail address", "users/me/email"
        yield "the confirmation of an e-mail address", "users/email/confirm"
        yield "the restoration of an e-mail address", "users/email/restore"
        yield "the deletion of an account", "users/me/delete"
        yield "the export of an account", "users/me/export"
        yield "the reset of a password", "password/reset"
        yield "the confirmation of a reset", "password/reset/confirm"
    if answers.revocation == "sessions":
        yield "the user's own sessions", "sessions"
        yield "each session", "sessions/#"
        if answers.accounts != "closed":
            yield "the end of sessions by a link", "sessions/end"


def _split(path: str) -> Route:
    return [segment for segment in path.split("/") if segment]


def _overlap(one: Sequence[str], other: Sequence[str]) -> bool:
    if one[:1] == ["**"] or other[:1] == ["**"]:
        return True
    if not one or not other:
        return not one and not other
    same = one[0] == other[0] or (
        "#" in (one[0], other[0]) and any(segment.isdigit() for segment in (one[0], other[0]))
    )
    return same and _overlap(one[1:], other[1:])
