"""The messages of a project for its operators: each one says what to do next.

They are collected from the code of unlike projects, so that a new message is tested as soon as it is
written. The refusals of answers have tests of their own, in tests/answers and tests/language.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

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
# A message states what is required or what to do, or ends with the message of another error.
SAYS_WHAT_TO_DO = re.compile(
    r"\b(must|requires|add|create|delete|derive|fix|install|run|set|use)\b| \{\w+\}\.?$",
    re.IGNORECASE,
)


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


def text_of(node: ast.expr) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(map(text_of, node.values))
    if isinstance(node, ast.FormattedValue):
        return f"{{{ast.unparse(node.value)}}}"
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def test_message_says_what_to_do() -> None:
    messages = {
        message
        for answers in PROJECTS
        for path, source in renderer.render(answers).items()
        if path.endswith(".py") and not path.startswith("tests/")
        for message in find_messages(source)
    }
    assert [message for message in messages if not SAYS_WHAT_TO_DO.search(message)] == []
    assert len(messages) > 40
