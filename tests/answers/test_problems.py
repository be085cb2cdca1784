"""The messages of refused answers."""

from __future__ import annotations

from drf_jwt_template.answers.problems import AnswersError, Problem


def test_problem_text_quotes_answer() -> None:
    assert str(Problem("a", "b\n", "must be so\nand so")) == "a = 'b\\n'\n  must be so\n  and so"
    assert str(Problem("a", None, "must be so")) == "a\n  must be so"
    assert AnswersError([Problem("a", 1, "x"), Problem("b", 2, "y")]).args == (
        "a = '1'\n  x\nb = '2'\n  y",
    )


def test_problem_text_fits_on_terminal() -> None:
    reason = f"{'must be so ' * 10}\n    {'a quoted line ' * 10}"
    first, *wrapped, quoted = str(Problem("a", "x" * 999, reason)).splitlines()
    assert first == f"a = '{'x' * 200}'..."
    assert max(map(len, wrapped)) <= 80
    assert " ".join(wrapped).split() == ["must", "be", "so"] * 10
    assert quoted == f"      {'a quoted line ' * 10}"
