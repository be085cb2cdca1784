"""Draws plots with logarithmic axes as SVG."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from math import floor, log, log10
from statistics import linear_regression

Points = Sequence[tuple[float, float]]

WIDTH, HEIGHT = 720, 400
LEFT, TOP, BOTTOM = 80, 40, 60
# The legend for one series.
LINE = 22
# In light and in dark mode, dashes, and the outline of a marker.
STYLES = (
    ("#0060a8", "#6cb6ff", "none", "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0-10 0"),
    ("#b34700", "#ffa657", "8 4", "M-5-5h10v10h-10z"),
    ("#00704f", "#56d39b", "2 4", "M0-6l6 11h-12z"),
    ("#8a2a8a", "#e29bf0", "12 4 2 4", "M0-6l6 6l-6 6l-6-6z"),
    ("#8a6a00", "#e3c341", "5 2", "M0 6l6-11h-12z"),
    ("#444444", "#c9c9c9", "1 2", "M-6-2h4v-4h4v4h4v4h-4v4h-4v-4h-4z"),
)


def fit_exponent(points: Points) -> float:
    """Returns the slope of log y over log x by least squares: y grows as this power of x."""
    logarithms = [(log(x), log(y)) for x, y in points]
    return linear_regression(*zip(*logarithms, strict=True)).slope


def write_exponent(points: Points) -> str:
    """Returns the exponent with two decimals, and 0.00 instead of -0.00."""
    return f"{round(fit_exponent(points), 2) + 0.0:.2f}"


def choose_ticks(values: Iterable[float]) -> list[float]:
    """Returns ticks such as 1, 2, 5 and 10, or 1, 10 and 100, around all values."""
    values = list(values)
    low, high = floor(log10(min(values))), floor(log10(max(values))) + 1
    digits = (1, 2, 5) if high - low <= 3 else (1,)
    ticks = [float(f"{digit}e{power}") for power in range(low, high + 1) for digit in digits]
    start = max(n for n, tick in enumerate(ticks) if tick <= min(values))
    end = min(n for n, tick in enumerate(ticks) if tick >= max(values))
    return ticks[start : max(end, start + 1) + 1]


def draw_plot(title: str, x_label: str, y_label: str, series: Mapping[str, Points]) -> str:
    """Returns an SVG with logarithmic axes, and a legend with the exponent of each series."""
    x_ticks = choose_ticks(x for points in series.values() for x, _ in points)
    y_ticks = choose_ticks(y for points in series.values() for _, y in points)
    right, bottom = WIDTH - 45, HEIGHT - BOTTOM

    def place_x(x: float) -> float:
        part = log(x / x_ticks[0]) / log(x_ticks[-1] / x_ticks[0])
        return round(LEFT + part * (right - LEFT), 1)

    def place_y(y: float) -> float:
        part = log(y / y_ticks[0]) / log(y_ticks[-1] / y_ticks[0])
        return round(bottom - part * (bottom - TOP), 1)

    legend = {name: f"{name}: exponent {write_exponent(points)}" for name, points in series.items()}
    description = f"{y_label} by {x_label}, on logarithmic axes. {'; '.join(legend.values())}."
    height = HEIGHT + LINE * len(series) + 10
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img"'
        f' width="{WIDTH}" height="{height}" aria-labelledby="title description">',
        f'<title id="title">{escape(title)}</title>',
        f'<desc id="description">{escape(description)}</desc>',
        f"<style>{write_style()}</style>",
        f'<rect class="paper" width="{WIDTH}" height="{height}"/>',
        f'<text class="title" x="{LEFT}" y="24">{escape(title)}</text>',
    ]
    for tick in x_ticks:
        x = place_x(tick)
        parts += [
            f'<path class="grid" d="M{x} {TOP}V{bottom}"/>',
            f'<text class="middle" x="{x}" y="{bottom + 18}">{tick:,.10g}</text>',
        ]
    for tick in y_ticks:
        y = place_y(tick)
        parts += [
            f'<path class="grid" d="M{LEFT} {y}H{right}"/>',
            f'<text class="end" x="{LEFT - 8}" y="{y + 4}">{tick:,.10g}</text>',
        ]
    parts += [
        f'<text class="middle" x="{(LEFT + right) // 2}" y="{bottom + 38}">{escape(x_label)}</text>',
        f'<text class="middle" transform="translate(18 {(TOP + bottom) // 2}) rotate(-90)">'
        f"{escape(y_label)}</text>",
    ]
    for number, (name, points) in enumerate(series.items()):
        y = HEIGHT + LINE * number
        marker = STYLES[number][3]
        places = [(place_x(x), place_y(y)) for x, y in points]
        lines = [f"M{LEFT} {y}h50", "M" + "L".join(f"{x} {y}" for x, y in places)]
        parts += [f'<g class="series{number}">', *(f'<path class="line" d="{d}"/>' for d in lines)]
        parts += [
            f'<path transform="translate({x} {y})" d="{marker}"/>'
            for x, y in [(LEFT + 25, y), *places]
        ]
        parts += ["</g>", f'<text x="{LEFT + 60}" y="{y + 4}">{escape(legend[name])}</text>']
    return "\n".join([*parts, "</svg>", ""])


def write_style() -> str:
    """Returns the style sheet."""
    rules = [
        "text{font:13px sans-serif;fill:#1f2328}.title{font-weight:bold}.middle{text-anchor:middle}",
        ".end{text-anchor:end}.paper{fill:#fff}.grid{stroke:#d1d9e0}.line{fill:none;stroke-width:2}",
    ]
    dark = ["text{fill:#e6edf3}.paper{fill:#0d1117}.grid{stroke:#3d444d}"]
    for number, (light_color, dark_color, dashes, _) in enumerate(STYLES):
        name = f".series{number}"
        rules += [
            f"{name} path{{stroke:{light_color};fill:{light_color}}}",
            f"{name} .line{{stroke-dasharray:{dashes};fill:none}}",
        ]
        dark.append(f"{name} path{{stroke:{dark_color};fill:{dark_color}}}")
    return "\n".join([*rules, f"@media(prefers-color-scheme:dark){{{''.join(dark)}}}"])
