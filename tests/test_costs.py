from __future__ import annotations

import json
from pathlib import Path

import pytest

from .costs import RECORD, compare_costs, count_costs


@pytest.mark.slow
def test_costs_are_as_recorded(tmp_path: Path) -> None:
    changes = compare_costs(count_costs(tmp_path), json.loads(RECORD.read_text(encoding="utf-8")))
    assert changes == [], "If this is intended: python -m tests.costs"


def test_changes_are_told() -> None:
    recorded = {"bytes": 1000.0, "modules": 100.0, "queries": 2.0}
    assert compare_costs({"bytes": 1029.0, "modules": 98.0, "queries": 2.0}, recorded) == []
    assert compare_costs({"bytes": 1031.0, "modules": 96.0, "queries": 3.0}, recorded) == [
        "bytes: 1031.0 instead of 1000.0",
        "modules: 96.0 instead of 100.0",
        "queries: 3.0 instead of 2.0",
    ]
    assert compare_costs({"bytes": 1000.0, "new": 1.0, "queries": 2.0}, recorded) == [
        "modules: None instead of 100.0",
        "new: 1.0 instead of None",
    ]
