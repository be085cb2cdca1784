"""The table of types."""

from __future__ import annotations

import json
import re
from decimal import Decimal

import pytest

from drf_jwt_template.language.kinds import KINDS, SCALARS
from drf_jwt_template.language.samples import evaluate

from .helpers import EXAMPLES, field_of


@pytest.mark.parametrize(
    "type_",
    [
        *EXAMPLES.values(),
        "str(1)",
        "str(5)",
        "str(6)",
        "str(7)",
        "decimal(1,0)",
        "decimal(1,1)",
        "decimal(3,3)",
        "decimal(3,2)",
        "int(0..)",
        "int(1..5)",
        "int(1..12)",
        "int(-90..-20)",
        "int(..-3)",
        "int(0..100)",
        "bigint(5..)",
        "float(0..1)",
        "float(..-2)",
        "float(2.5..)",
        "decimal(8,2,0..)",
        "decimal(8,2,9..)",
        "decimal(8,2,..-9)",
        "decimal(3,2,0..0.05)",
        "decimal(2,0,..3)",
        "decimal(100,50,0..0.5)",
        "choice(a)",
        "choice(a|b)",
        "str(600) unique",
        "slug unique optional",
    ],
)
def test_samples_fit_field(type_: str) -> None:
    field = field_of(f"name: {type_}")
    samples = [evaluate(field.sample, n) for n in range(1, 10)]
    json.dumps(samples)
    different = {json.dumps(sample) for sample in samples}
    assert len(different) == (9 if field.type not in ("bool", "choice") else len({*samples})) or (
        field.few == len(different)
    )
    low, high = Decimal(field.low or "-Infinity"), Decimal(field.high or "Infinity")
    if field.has_range:
        assert all(low <= Decimal(str(sample)) <= high for sample in samples)
        assert not low <= Decimal(str(evaluate(field.invalid, 1))) <= high
    if field.max_length:
        assert all(1 <= len(str(sample)) <= field.max_length for sample in samples)
    if field.type == "decimal":
        digits, places = map(int, field.arguments)
        for sample in samples:
            assert re.fullmatch(
                rf"-?\d{{1,{max(1, digits - places)}}}(\.\d{{{places}}})?", str(sample)
            )
    if field.type == "choice":
        assert {*samples} <= {*field.arguments}
    if field.invalid:
        assert evaluate(field.invalid, 1) not in samples


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("str", {"searchable": True, "sortable": True}),
        ("int", {"searchable": False}),
        ("text", {"searchable": True, "sortable": False, "listed": False, "admin_filter": False}),
        ("json", {"searchable": False, "sortable": False, "listed": False, "admin_filter": False}),
        ("bool", {"admin_filter": True, "listed": True, "sortable": True}),
        ("choice", {"admin_filter": True, "searchable": False, "sortable": True}),
        ("date", {"admin_filter": True}),
        ("datetime", {"admin_filter": True}),
    ],
)
def test_kind_facts(name: str, facts: dict[str, object]) -> None:
    assert {fact: getattr(KINDS[name], fact) for fact in facts} == facts


@pytest.mark.parametrize("name", SCALARS)
def test_example_default_is_valid(name: str) -> None:
    field = field_of(f"field: {EXAMPLES[name]} = {KINDS[name].example_default}")
    assert (field.type, field.required) == (name, False)


@pytest.mark.parametrize("name", KINDS)
def test_kind_in_requests_has_sample(name: str) -> None:
    assert bool(KINDS[name].sample) == (name in SCALARS)
