"""Names that a class or its attributes hide."""

from __future__ import annotations

import pytest

from drf_jwt_template.rendering.hiding import replace_hidden_names


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "from a import b\n\nclass C:\n    b = b.X()\n    c = b.Y()\n",
            "from a import b as b_\n\nclass C:\n    b = b_.X()\n    c = b_.Y()\n",
        ),
        # In the whole module.
        (
            "import b\n\nclass C:\n    b = 1\n    c = b.Y()\n\nclass D(b.E):\n    x = f'é{b}'\n",
            "import b as b_\n\nclass C:\n    b = 1\n    c = b_.Y()\n\nclass D(b_.E):\n    x = f'é{b_}'\n",
        ),
        (
            "import x as b, y\n\nclass C:\n    b: int = 1\n    c: 'b.X' = b.Y(y)\n",
            "import x as b_, y\n\nclass C:\n    b: int = 1\n    c: 'b_.X' = b_.Y(y)\n",
        ),
        (
            "class C:\n    é = dict = list\n    x = dict\n    def f(self) -> list: return dict()\n",
            "class C:\n    é = dict = list\n    x = builtins.dict\n"
            "    def f(self) -> list: return dict()\n",
        ),
        (
            "class C:\n    str = 1\n    def f(self, a: str = str) -> str:\n        return str()\n",
            "class C:\n    str = 1\n    def f(self, a: builtins.str = builtins.str) -> builtins.str:\n"
            "        return str()\n",
        ),
        # A class instead of an attribute; the string is the class.
        (
            "from a import D\n\nclass C:\n    x: 'D' = D(1)\n\nclass D: ...\n",
            "from a import D as D_\n\nclass C:\n    x: 'D' = D_(1)\n\nclass D: ...\n",
        ),
    ],
)
def test_hidden_name_is_replaced(before: str, after: str) -> None:
    assert replace_hidden_names(before) == after


@pytest.mark.parametrize(
    "source",
    [
        # Nothing reads the name after the attribute.
        "import b\n\nclass C:\n    c = b.Y()\n    b = b.X()\n",
        # Functions, lambdas and nested classes do not see the attributes of a class.
        "import b\n\nclass C:\n    b = 1\n    def f(self):\n        return b\n",
        "import b\n\nclass C:\n    b = 1\n    c = lambda: b\n",
        "import b\n\nclass C:\n    b = 1\n    class Meta:\n        x = b\n",
        # Neither an import nor a builtin.
        "class C:\n    b = 1\n    c = b\n",
        "import b\n\nclass C:\n    c = 1\n    d = b\n",
    ],
)
def test_other_names_are_unchanged(source: str) -> None:
    assert replace_hidden_names(source) == source
