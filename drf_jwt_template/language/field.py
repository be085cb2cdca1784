"""A field of a resource."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from ..rendering.literals import Brackets, call, layout, string
from .facts import ResourceFacts
from .kinds import KINDS, RELATIONS, Kind
from .names import QUERY_PARAMETERS, USER, choice_member, factory_name
from .ranges import count_few, describe, write_number


@dataclass(frozen=True)
class Field:
    """A field of a resource, with everything that templates read about it."""

    name: str
    type: str
    arguments: tuple[str, ...] = ()
    default: str | None = None
    """The default, as the language writes it."""
    optional: bool = False
    unique: bool = False
    low: str | None = None
    """The lowest number, if the field has a range."""
    high: str | None = None
    """The highest number, if the field has a range."""

    # What depends on other fields and resources, once these are linked.
    choices_class: str = ""
    """The class with the choices, in the model."""
    source: str = ""
    """The resource that contains the field."""
    target: str = ""
    """The related resource."""
    reference: str = ""
    """Source of the related model."""
    related_name: str = ""
    on_delete: str = ""
    target_owner: str = ""
    """The owner field of the target, if it has one."""
    place: int = 0
    """Of a field in a unique set whose fields have few values: how many sets precede a new value."""

    @property
    def kind(self) -> Kind:
        return KINDS[self.type]

    @property
    def max_length(self) -> int | None:
        length = self.kind.max_length
        return length if length is None or isinstance(length, int) else length(self)

    @property
    def validator(self) -> str:
        """The function of api/validators.py that checks a value, or the empty string."""
        validator = self.kind.validator
        return validator if isinstance(validator, str) else validator(self)

    @property
    def required(self) -> bool:
        """Whether a request body must contain the field."""
        return not self.optional and self.default is None

    @property
    def nullable(self) -> bool:
        """Whether no value is null: in text columns it is `""`, unless values must be unique."""
        return self.optional and self.type != "many" and (not self.kind.text or self.unique)

    @property
    def relation(self) -> bool:
        """Whether the field refers to another resource or a user; owners do not."""
        return self.type in RELATIONS

    @property
    def to_user(self) -> bool:
        """Whether the field refers to a user, whom the body names."""
        return self.relation and self.arguments[0] == USER

    @property
    def protects(self) -> bool:
        """Whether a row prevents the deletion of the row to which it refers."""
        return self.on_delete in ("PROTECT", "RESTRICT")

    @property
    def has_range(self) -> bool:
        return self.low is not None or self.high is not None

    @property
    def limits(self) -> dict[str, str]:
        """The lowest and the highest number as source, by the names of lookups."""
        values = {"gte": self.low, "lte": self.high}
        return {
            lookup: write_number(self, Decimal(value))
            for lookup, value in values.items()
            if value is not None
        }

    @property
    def few(self) -> int | None:
        """The number of values that the field can have, or None if there are more than a few."""
        if self.type == "bool":
            return 2
        if self.type == "choice":
            return len(self.arguments)
        return count_few(self) if self.has_range else None

    @property
    def parameter(self) -> str:
        """The query parameter that filters lists by the field."""
        return f"{self.name}__exact" if self.name in QUERY_PARAMETERS else self.name

    @property
    def sample(self) -> str:
        """Source of a valid value, different for each `n` from 1 to 50."""
        sample = self.kind.sample
        return sample if isinstance(sample, str) else sample(self)

    @property
    def choices(self) -> list[tuple[str, str]]:
        """The member, and the source of value and label, of each choice."""
        if self.type != "choice":
            return []
        rows = []
        for value in self.arguments:
            member = choice_member(value)
            pair = [string(value), string(re.sub(r"[_-]+", " ", value).capitalize())]
            source = call("", pair, indent=8, beside=len(member) + 1)
            rows.append((member, source if "\n" in source else source[1:-1]))
        return rows

    @property
    def allowed(self) -> list[str]:
        """The values that the database accepts for a choice."""
        return [*self.arguments, *([""] if self.optional else [])]

    @property
    def annotation(self) -> str:
        """The type annotation in models.py, where mypy cannot infer it."""
        if self.type != "many":
            return ""
        target = "models.Model" if self.to_user else self.target
        return f': "models.ManyToManyField[{target}, models.Model]"'

    @property
    def declaration(self) -> str:
        """The right-hand side of the field's assignment in models.py."""
        one_to_one = self.type == "relation" and self.unique
        function = f"models.{'OneToOneField' if one_to_one else self.kind.field}"
        arguments = [f"{name}={value}" for name, value in self._options().items()]
        if self.reference:
            arguments.insert(0, self.reference)
        # One argument a line: rendering joins the call if it fits on one line.
        lines = "".join(f"\n        {argument}," for argument in arguments)
        return f"{function}({lines}\n    )" if arguments else f"{function}()"

    def _options(self) -> dict[str, str]:
        options: dict[str, str] = {}
        if self.on_delete:
            options["on_delete"] = f"models.{self.on_delete}"
        if self.related_name:
            options["related_name"] = string(self.related_name)
        if self.type == "many" and self.reference == '"self"':
            options["symmetrical"] = "False"
        if self.kind.options:
            options |= self.kind.options(self)
        validators = [
            f"{'Min' if lookup == 'gte' else 'Max'}ValueValidator({value})"
            for lookup, value in self.limits.items()
        ]
        if self.validator:
            validators.append(self.validator)
        if validators:
            options["validators"] = layout(
                Brackets("[", validators, "]"), indent=8, beside=len("validators=,")
            )
        if self.has_range:
            words = describe(self)
            options["help_text"] = string(f"{words[0].upper()}{words[1:]}.")
        if self.unique and self.type != "relation":
            options["unique"] = "True"
        if self.optional:
            options["blank"] = "True"
        if self.nullable:
            options["null"] = "True"
        if self.default is not None and self.kind.convert:
            options["default"] = self.kind.convert(self.default, self)
        elif self.optional and self.kind.text and not self.nullable:
            options["default"] = '""'
        return options

    @property
    def factory_name(self) -> str:
        """The name of the declaration in a factory."""
        return factory_name(self.name)

    def fake(self, resource: ResourceFacts) -> str:
        """Returns the declaration of a factory that makes a believable value."""
        fake = self.kind.fake
        if not isinstance(fake, str):
            return fake(self, resource)
        maker, _, argument = fake.removesuffix(")").partition("(")
        return call(maker, [argument], indent=4, beside=len(f"{self.name} = "))

    # What follows is for the tests of a project's resources.

    @property
    def invalid(self) -> str:
        """Source of a value that the API must refuse, or the empty string."""
        invalid = self.kind.invalid
        if not isinstance(invalid, str):
            return invalid(self)
        return invalid or ("" if self.nullable else "None")

    @property
    def one_digit(self) -> bool:
        """Whether a factory can make only ten different values."""
        return bool(self.kind.one_digit and self.kind.one_digit(self))
