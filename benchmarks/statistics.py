"""Medians, spreads and ratios."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median, quantiles


def spread(values: Sequence[float], form: str = ".0f") -> str:
    """Returns the median and the quartiles."""
    low, _, high = quantiles(values, n=4, method="inclusive")
    return f"{median(values):{form}} ({low:{form}} to {high:{form}})"


def compare(values: Sequence[float], others: Sequence[float]) -> str:
    """Returns the median and the quartiles of the ratios of pairs."""
    return spread([value / other for value, other in zip(values, others, strict=True)], ".2f")
