"""The plots, and what the page says about growth, from made-up results."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from benchmarks import growth, resources, workers
from benchmarks.plots import choose_ticks, draw_plot, fit_exponent, write_exponent

LINE = "{http://www.w3.org/2000/svg}path[@class='line']"
GROWTH = {
    "rounds": 3,
    "times": {
        name: {
            rows: [2.0, 4.0, 8.0]
            for rows in ("1000", "100000", "1000000")
            if rows != "1000" or not name.startswith("late")
        }
        for name in growth.REQUESTS | growth.PAGES
    }
    | {"count": {"1000": [1.0, 1.0, 1.0], "100000": [1.0, 1.0, 1.0], "1000000": [1.0, 2.0, 4.0]}},
}
RESOURCES = {
    "rounds": 2,
    "seconds": {
        "rendering": {"1": [1.0, 1.5], "100": [2.0, 2.5], "200": [3.0, 3.5]},
        "`scripts.prepare`": {"1": [1.0, 1.0], "100": [10.0]},
    },
}
WORKERS = {
    "rounds": 2,
    "rates": {
        "processes": {"1": [100.0, 200.0], "2": [150.0, 300.0]},
        "threads": {"1": [100.0, 200.0], "2": [100.0, 200.0]},
    },
}


@pytest.mark.parametrize("exponent", [-1, 0, 0.5, 2])
def test_exponent_is_that_of_power(exponent: float) -> None:
    points = [(x, 3 * x**exponent) for x in (1, 10, 50)]
    assert fit_exponent(points) == pytest.approx(exponent)


def test_exponent_is_written_without_negative_zero() -> None:
    assert write_exponent([(1, 1.0), (10, 0.999)]) == "0.00"
    assert write_exponent([(1, 10.0), (10, 1.0)]) == "-1.00"


def test_ticks_are_around_values() -> None:
    assert choose_ticks([3, 70]) == [2, 5, 10, 20, 50, 100]
    assert choose_ticks([1_000, 1_000_000]) == [1_000, 10_000, 100_000, 1_000_000]
    assert choose_ticks([0.03, 90]) == [0.01, 0.1, 1, 10, 100]
    assert choose_ticks([1, 1]) == [1, 2]


def test_plot_names_series_with_exponents() -> None:
    series = {f"series <{n}>": [(x, x**n) for x in (1.0, 10.0, 100.0)] for n in range(3)}
    text = draw_plot("Title & more", "rows", "milliseconds", series)
    root = ElementTree.fromstring(text)  # noqa: S314
    texts = ["".join(element.itertext()) for element in root.iter()]
    assert "Title & more" in texts
    assert "series <2>: exponent 2.00" in texts
    assert "milliseconds by rows, on logarithmic axes." in text
    assert len(root.findall(f".//{LINE}")) == 6
    assert "prefers-color-scheme" in text
    assert len(text) < 20_000


def test_growth_is_described() -> None:
    text = growth.describe(GROWTH)
    assert text.startswith("## ")
    assert "| 1,000 | 4.0 (3.0 to 6.0) | 1.0 (1.0 to 1.0) | 4.0 (3.0 to 6.0) |  |  |" in text
    assert "With 1,000,000 rows, counting them is" in text
    assert text.endswith(": 0.50 (0.50 to 0.50).")
    assert "page 1,000, by cursor: exponent 0.00" in growth.draw(GROWTH)["pages.svg"]


def test_resources_are_described() -> None:
    text = resources.describe(RESOURCES)
    assert "| 100 | 2.25 (2.12 to 2.38) | 10.00 |" in text
    assert "| 200 | 3.25 (3.12 to 3.38) |  |" in text
    assert "| exponent | 0.16 | 0.50 |" in text
    assert "scripts.prepare: exponent 0.50" in resources.draw(RESOURCES)["resources.svg"]


def test_workers_are_described() -> None:
    text = workers.describe(WORKERS)
    assert "| 2 | 225 (188 to 262) | 1.50 (1.50 to 1.50) |" in text
    plot = workers.draw(WORKERS)["workers.svg"]
    assert "processes with 4 threads each: exponent 0.58" in plot


@pytest.mark.parametrize(
    "text", [growth.describe(GROWTH), resources.describe(RESOURCES), workers.describe(WORKERS)]
)
def test_lines_of_prose_are_short(text: str) -> None:
    assert [line for line in text.splitlines() if len(line) > 120 and line[0] != "|"] == []
