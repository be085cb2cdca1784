"""Ranges of numbers, such as `int(1..5)`: their limits, and values inside and outside of them.

Sources of values contain the name `n`, a number from 1.
"""

from __future__ import annotations

from decimal import Context, Decimal, localcontext

from .facts import FieldFacts

MANY = 50
"""Samples differ for `n` up to this number, if the range is large enough."""
_EXACT = Context(prec=2_000)


def get_limits(field: FieldFacts) -> tuple[Decimal | None, Decimal | None]:
    """Returns the lowest and the highest value of the type itself."""
    if field.type == "float":
        return None, None
    if field.type == "decimal":
        digits, places = map(int, field.arguments)
        highest = Decimal((0, (9,) * digits, -places))
        return -highest, highest
    bits = {"int": 31, "bigint": 63}[field.type]
    return Decimal(-(2**bits)), Decimal(2**bits - 1)


def find_range(field: FieldFacts) -> tuple[Decimal | None, Decimal | None]:
    """Returns the lowest and the highest value that the field accepts."""
    low, high = get_limits(field)
    return (
        low if field.low is None else Decimal(field.low),
        high if field.high is None else Decimal(field.high),
    )


def contains(field: FieldFacts, number: Decimal) -> bool:
    low, high = find_range(field)
    return (low is None or low <= number) and (high is None or number <= high)


def describe(field: FieldFacts) -> str:
    """Returns the range in words, or the empty string."""
    if field.low is not None and field.high is not None:
        return f"from {field.low} to {field.high}"
    if field.low is not None:
        return f"{field.low} or more"
    return f"{field.high} or less" if field.high is not None else ""


def normalize(number: str) -> str:
    """Returns a number without needless zeros: `01.50` -> `1.5`."""
    with localcontext(_EXACT):
        return f"{Decimal(number).normalize() + 0:f}"


def write_number(field: FieldFacts, number: Decimal) -> str:
    """Returns the source of a value in a model."""
    if field.type == "float":
        return repr(float(number))
    return f'Decimal("{number:f}")' if field.type == "decimal" else f"{number:f}"


def find_outside(field: FieldFacts) -> str:
    """Returns the source of a number that the type has and the range has not, or nothing."""
    if field.low is None and field.high is None:
        return ""
    unit = _get_unit(field)
    with localcontext(_EXACT):
        number = Decimal(field.high or 0) + unit if field.low is None else Decimal(field.low) - unit
    return f'"{number:f}"' if field.type == "decimal" else write_number(field, number)


def count_few(field: FieldFacts) -> int | None:
    """Returns the number of values, or None if there are more than a test needs."""
    if field.low is None or field.high is None or field.type == "float":
        return None
    with localcontext(_EXACT):
        count = int((Decimal(field.high) - Decimal(field.low)) / _get_unit(field)) + 1
    return count if count <= MANY else None


def write_index(field: FieldFacts, count: int) -> str:
    """Returns the source of a number from 0 to `count - 1`."""
    return f"n // {field.place} % {count}" if field.place > 1 else f"n % {count}"


def spread(field: FieldFacts, plain: str, endless: bool = False) -> str:
    """Returns the source of different values: `plain`, which is about as large as `n`, if it fits.

    If `endless`, `n` can be any number.
    """
    low, high = Decimal(field.low or 0), field.high
    if low <= 1 and (high is None or (Decimal(high) > MANY and not endless)):
        return plain
    with localcontext(_EXACT):
        start, step, count = _find_steps(field)
    index = "n"
    if count is not None and (endless or count <= MANY):
        # Samples end at 3 and factories start at 16: with another divisor, their values could meet.
        index = write_index(field, 10 if 10 <= count < 32 else count)
    sign = "-" if step < 0 else "+"
    term = index
    if abs(step) != 1 or field.type == "decimal":
        term = f"{index} * {write_number(field, abs(step))}"
    if start == 0 and sign == "+":
        return term
    return f"{write_number(field, start)} {sign} {term}"


def _get_unit(field: FieldFacts) -> Decimal:
    places = int(field.arguments[1]) if field.type == "decimal" else 0
    return Decimal(1).scaleb(-places)


def _find_steps(field: FieldFacts) -> tuple[Decimal, Decimal, int | None]:
    """Returns the first of different values, their difference, and their number, if it is limited."""
    unit = _get_unit(field)
    one = Decimal(1).quantize(unit)
    low, high = field.low, field.high
    if field.type == "decimal":
        low, high = map(str, find_range(field))
    if low is None or high is None:
        return Decimal(low or high or 0), one if low is not None else -one, None
    span = Decimal(high) - Decimal(low)
    if field.type == "float":
        return Decimal(low), span / 100, 100
    step = min(one, max(unit, span // MANY // unit * unit))
    return Decimal(low).quantize(unit), step, int(span / step) + 1
