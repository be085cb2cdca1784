"""The messages of a project for its operators and clients: each one says what to do next.

They are collected from the code of unlike projects, so that a new message is tested as soon as it is
written. The helpers of the tests of refused answers check the messages of the template in the same way.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from .answers.refusals import SAYS_WHAT_TO_DO
from .proving import renderer

PROJECTS: list[dict[str, object]] = [
    {},
    {
        "accounts": "open",
        "algorithm": "ES256",
        "database": "postgresql",
        "deployment": "kubernetes",
        "login_field": "email",
        "token_flow": "pair-with-refresh-cookie",
    },
    {"accounts": "invited", "token_flow": "sliding", "revocation": "blacklist"},
    {
        "algorithm": "RS256",
        "jwt_settings": "JWK_URL=https://a.example/keys; ISSUER=https://a.example/; AUDIENCE=api",
        "revocation": "none",
    },
]
# The calls whose texts an operator reads. `make setup` adds what to do to each StepError.
CALLS = {"CommandError", "Error", "ImproperlyConfigured", "Warning", "exit"}
# The texts of libraries, which translate them, and one like them.
OF_LIBRARIES = {
    "A user with that e-mail address already exists.",
    "A user with that username already exists.",
    "No active account found for the given token.",
    "The user's password has been changed.",
}
# Not an error: what happens after a change of the password.
HELP_TEXTS = {"A new password logs you out on all devices."}


def find_messages(source: str) -> Iterator[str]:
    """Yields the texts of messages, with `{…}` for what they contain; a hint follows its message."""
    for call in ast.walk(ast.parse(source)):
        if not isinstance(call, ast.Call):
            continue
        name = ast.unparse(call.func).rpartition(".")[2]
        hints = [keyword.value for keyword in call.keywords if keyword.arg == "hint"]
        texts = [text for node in [*call.args, *hints] if (text := text_of(node))]
        if name in CALLS and texts:
            yield " ".join(texts)


def find_translated_messages(source: str) -> Iterator[str]:
    """Yields the sentences for clients: their texts are translated, unlike names and help texts."""
    tree = ast.parse(source)
    helps = {
        keyword.value
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        for keyword in call.keywords
        if keyword.arg == "help_text"
    }
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and call not in helps:
            name = ast.unparse(call.func)
            if name in ("_", "gettext_lazy") and (text := text_of(call.args[0])).endswith("."):
                yield text


def text_of(node: ast.expr) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(map(text_of, node.values))
    if isinstance(node, ast.FormattedValue):
        return f"{{{ast.unparse(node.value)}}}"
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def find_in_projects(find: Callable[[str], Iterator[str]], *omitted: str) -> set[str]:
    """Returns what `find` yields for the code of the projects."""
    return {
        message
        for answers in PROJECTS
        for path, source in renderer.render(answers).items()
        if path.endswith(".py") and not path.startswith(("tests/", *omitted))
        for message in find(source)
    }


def find_silent(messages: set[str]) -> list[str]:
    return [message for message in messages if not SAYS_WHAT_TO_DO.search(message)]


def test_message_for_operator_says_what_to_do() -> None:
    messages = find_in_projects(find_messages)
    assert find_silent(messages) == []
    assert len(messages) > 40


def test_message_for_client_says_what_to_do() -> None:
    messages = find_in_projects(find_translated_messages, "accounts/mail.py")
    assert find_silent(messages - HELP_TEXTS - OF_LIBRARIES) == []
    assert len(messages) > 20
