"""Facts and declarations of fields."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given

from drf_jwt_template.language.parser import MAX_STR, parse
from drf_jwt_template.rendering.literals import LINE_LENGTH
from drf_jwt_template.rendering.tidying import join_short_brackets

from .helpers import descriptions, field_of, printed


@pytest.mark.parametrize(
    ("type_", "declaration"),
    [
        ("str", "CharField(max_length=255)"),
        ("str(120)", "CharField(max_length=120)"),
        (f"str({MAX_STR})", "CharField(max_length=65535)"),
        ("str(007)", "CharField(max_length=7)"),
        ("text", "TextField()"),
        ("int", "IntegerField()"),
        ("float", "FloatField(validators=[validate_finite])"),
        ("float optional", "FloatField(validators=[validate_finite], blank=True, null=True)"),
        ("decimal(8,2)", "DecimalField(max_digits=8, decimal_places=2)"),
        ("decimal( 1 , 0 )", "DecimalField(max_digits=1, decimal_places=0)"),
        ("decimal(15,0)", "DecimalField(max_digits=15, decimal_places=0)"),
        (
            "decimal(16,0)",
            "DecimalField(max_digits=16, decimal_places=0, validators=[validate_decimal])",
        ),
        ("bool", "BooleanField()"),
        ("date", "DateField()"),
        ("datetime", "DateTimeField()"),
        ("time", "TimeField()"),
        ("duration", "DurationField(validators=[validate_duration])"),
        ("uuid", "UUIDField()"),
        ("email", "EmailField()"),
        ("url", "URLField()"),
        ("slug", "SlugField()"),
        ("json", "JSONField(validators=[validate_storable])"),
        ("choice(a)", "CharField(max_length=1, choices=Field.choices)"),
        ("choice( new | in-use|old )", "CharField(max_length=6, choices=Field.choices)"),
        # Options.
        ("str optional", 'CharField(max_length=255, blank=True, default="")'),
        ("str unique", "CharField(max_length=255, unique=True)"),
        ("str unique optional", "CharField(max_length=255, unique=True, blank=True, null=True)"),
        ("str=x optional", 'CharField(max_length=255, blank=True, default="x")'),
        ("text optional", 'TextField(blank=True, default="")'),
        ("int optional", "IntegerField(blank=True, null=True)"),
        ("int=5 optional", "IntegerField(blank=True, null=True, default=5)"),
        ("bool = true", "BooleanField(default=True)"),
        ("json optional", "JSONField(validators=[validate_storable], blank=True, null=True)"),
        (
            "choice(a|b) optional",
            'CharField(max_length=1, choices=Field.choices, blank=True, default="")',
        ),
    ],
)
def test_field_declaration(type_: str, declaration: str) -> None:
    source = field_of(f"field: {type_}").declaration
    assert join_short_brackets(f"x = {source}\n") == f"x = models.{declaration}\n"


@pytest.mark.parametrize(
    ("type_", "fact"),
    [
        ("str", {"required": True, "nullable": False}),
        ("str optional", {"required": False, "nullable": False}),
        ("str optional unique", {"required": False, "nullable": True}),
        ("int optional", {"required": False, "nullable": True}),
        ("int = 5", {"required": False, "nullable": False}),
        ("json optional", {"invalid": ""}),
        ("json", {"invalid": "None"}),
        ("str(5)", {"invalid": '"x" * 6'}),
    ],
)
def test_field_facts(type_: str, fact: dict[str, object]) -> None:
    field = field_of(f"field: {type_}")
    assert {name: getattr(field, name) for name in fact} == fact


def test_choices_become_class() -> None:
    (resource,) = parse("Job(work_state: choice(new|in-use|V2_final)=new, kind: choice(a))")
    state, kind = resource.fields
    assert (state.choices_class, kind.choices_class) == ("WorkState", "Kind")
    assert state.choices == [
        ("NEW", '"new", "New"'),
        ("IN_USE", '"in-use", "In use"'),
        ("V2_FINAL", '"V2_final", "V2 final"'),
    ]
    assert field_of("x: int").choices == []
    (level,) = field_of("level: choice(I|II)").choices[:1]
    assert level == ("I_", '"I", "I"')
    ((_, long),) = field_of(f"field: choice({'x' * 80})").choices
    assert ast.literal_eval(long) == ("x" * 80, "X" + "x" * 79)
    assert all(len(line) <= LINE_LENGTH for line in long.splitlines())


@given(descriptions())
def test_declaration_contains_field_options(
    described: dict[str, tuple[str, dict[str, tuple[str, str, str]]]],
) -> None:
    text = ";".join(printed(name, at, fields, " ") for name, (at, fields) in described.items())
    for resource in parse(text):
        for field in resource.fields:
            source = ast.parse(field.declaration, mode="eval").body
            assert isinstance(source, ast.Call)
            options = {keyword.arg: keyword.value for keyword in source.keywords}
            assert ("blank" in options) == field.optional
            assert ("null" in options) == field.nullable
            assert ("unique" in options) == (field.unique and field.type != "relation")
            assert ("default" in options) >= (field.default is not None)
