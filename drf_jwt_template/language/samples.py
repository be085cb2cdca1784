"""Source of sample values that depend on a field's name or arguments.

A sample is an expression that makes a valid value of the number `n` (1 to 50), with the names of
`evaluate`; a fake is the declaration of a factory, which makes a believable one.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from ..rendering.literals import call, string
from .facts import FieldFacts, ResourceFacts
from .names import factory_name
from .ranges import find_outside, spread, write_index

# Faker's providers for common names of fields.
PROVIDERS = {
    "address": "street_address",
    "author": "name",
    "city": "city",
    "color": "color_name",
    "company": "company",
    "country": "country",
    "first_name": "first_name",
    "job": "job",
    "last_name": "last_name",
    "name": "name",
    "phone": "phone_number",
    "title": "catch_phrase",
}


def evaluate(sample: str, n: int) -> Any:
    """Returns the value of a sample for a number, with times in UTC."""
    names = {"n": n, "Decimal": Decimal, "moment": "{}-01-31T12:00:00Z".format}
    return eval(sample, names)  # noqa: S307


def sample_text(field: FieldFacts) -> str:
    return f'f"{_words(field)} {{n}}"'


def sample_str(field: FieldFacts) -> str:
    longest = len(f"{field.name} 50")
    return "str(n)" if _longest(field) < longest else sample_text(field)


PLAIN_SAMPLES = {"int": "n", "bigint": "2**40 + n", "float": "n + 0.5"}
PLAIN_FAKES = {"int": "n", "bigint": "n", "float": "n / 2"}


def sample_number(field: FieldFacts) -> str:
    if field.type != "decimal":
        return spread(field, PLAIN_SAMPLES[field.type])
    plain = _sample_decimal(field)
    source = spread(field, plain)
    return source if source == plain else f'format({source}, "f")'


def _sample_decimal(field: FieldFacts) -> str:
    digits, places = map(int, field.arguments)
    if digits == places:
        return f'f"0.{{n:0{places}}}"'
    return f'f"{{n}}.{"0" * places}"' if places else "str(n)"


def sample_bool(field: FieldFacts) -> str:
    return f"{write_index(field, 2)} == 1" if field.place else "n == 1"


def sample_choice(field: FieldFacts) -> str:
    if not field.place:
        return string(field.arguments[0])
    values = ", ".join(map(string, field.arguments))
    return f"[{values}][{write_index(field, len(field.arguments))}]"


def invalid_str(field: FieldFacts) -> str:
    return f'"x" * {_longest(field) + 1}'


def invalid_number(field: FieldFacts) -> str:
    return find_outside(field) or ('"nan"' if field.type == "float" else '"not a number"')


def has_one_character(field: FieldFacts) -> bool:
    return field.max_length == 1


def has_one_digit(field: FieldFacts) -> bool:
    """Returns whether only one digit is left for `n`: before the point, or after it."""
    digits, places = map(int, field.arguments)
    return (digits - places or places) == 1


def fake_str(field: FieldFacts, resource: ResourceFacts) -> str:
    longest = _longest(field)
    if field.unique and longest > len(field.name) + 10:
        maker = f'lambda n: f"{_words(field)} {{n}}"'
        return call("factory.Sequence", [maker], indent=4, beside=len(f"{field.name} = "))
    if field.unique:
        return f"factory.Sequence(lambda n: str(n)[-{longest}:])"
    if field.name in PROVIDERS and longest >= 60:
        return f"factory.Faker({string(PROVIDERS[field.name])})"
    if longest >= 5:
        return f'factory.Faker("text", max_nb_chars={min(longest, 40)})'
    return f'factory.Faker("pystr", max_chars={longest})'


def fake_number(field: FieldFacts, resource: ResourceFacts) -> str:
    if field.type == "decimal":
        digits, places = map(int, field.arguments)
        plain = f"Decimal(n % {10 ** min(digits, 6)}).scaleb(-{places})"
    else:
        plain = PLAIN_FAKES[field.type]
    maker = f"lambda n: {spread(field, plain, endless=True)}"
    return call("factory.Sequence", [maker], indent=4, beside=len(f"{field.name} = "))


def fake_bool(field: FieldFacts, resource: ResourceFacts) -> str:
    if not field.place:
        return 'factory.Faker("pybool")'
    return f"factory.Sequence(lambda n: {sample_bool(field)})"


def fake_choice(field: FieldFacts, resource: ResourceFacts) -> str:
    values = f"models.{resource.name}.{field.choices_class}.values"
    if field.place:
        value = f"{values}[{write_index(field, len(field.arguments))}]"
        return f"factory.Sequence(\n        lambda n: {value},\n    )"
    values = f"elements={values}"
    return f'factory.Faker(\n        "random_element",\n        {values},\n    )'


def fake_relation(field: FieldFacts, resource: ResourceFacts) -> str:
    if field.to_user:
        return "factory.SubFactory(UserFactory)"
    target = f'"api.factories.{field.target}Factory"'
    if not (resource.owner and field.target_owner):
        return f"factory.SubFactory(\n        {target},\n    )"
    owner = f'factory.SelfAttribute("..{factory_name(resource.owner)}")'
    same = f"{factory_name(field.target_owner)}={owner}"
    return f"factory.SubFactory(\n        {target},\n        {same},\n    )"


def fake_many(field: FieldFacts, resource: ResourceFacts) -> str:
    both = resource.owner and field.target_owner
    arguments = [f"{factory_name(field.target_owner)}=self.{resource.owner}"] if both else []
    return call(f"{field.target}Factory", arguments, indent=12, beside=len("related = "))


def _words(field: FieldFacts) -> str:
    return field.name.replace("_", " ")


def _longest(field: FieldFacts) -> int:
    return field.max_length or 0
