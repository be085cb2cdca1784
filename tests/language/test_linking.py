"""Relations between resources."""

from __future__ import annotations

import ast

import pytest

from drf_jwt_template.language.parser import parse

from .helpers import errors_of


def arguments_of(declaration: str) -> tuple[str, dict[str, str]]:
    """Returns the target of a relation's declaration, and its keyword arguments."""
    expression = ast.parse(declaration, mode="eval").body
    assert isinstance(expression, ast.Call)
    names = {keyword.arg: ast.unparse(keyword.value) for keyword in expression.keywords}
    field = ast.unparse(expression.func)
    return f"{field}({ast.unparse(expression.args[0])})", {str(n): v for n, v in names.items()}


def relation(text: str, name: str) -> tuple[str, dict[str, str]]:
    resource_name, _, field_name = name.partition(".")
    (field,) = (
        field
        for resource in parse(text)
        for field in resource.fields
        if (resource.name, field.name) == (resource_name, field_name)
    )
    return arguments_of(field.declaration)


@pytest.mark.parametrize(
    ("text", "name", "field", "on_delete"),
    [
        ("A(b: B); B(x: int)", "A.b", "ForeignKey('B')", "PROTECT"),
        ("B(x: int); A(b: B)", "A.b", "ForeignKey('B')", "PROTECT"),
        ("A(b: B optional); B(x: int)", "A.b", "ForeignKey('B')", "SET_NULL"),
        ("A(b: B unique); B(x: int)", "A.b", "OneToOneField('B')", "PROTECT"),
        ("A(a: A optional)", "A.a", "ForeignKey('self')", "SET_NULL"),
        ("A(x: int, o: owner)", "A.o", "ForeignKey(settings.AUTH_USER_MODEL)", "CASCADE"),
        # RESTRICT allows the deletion of a user who owns both rows.
        ("A(b: B, o: owner); B(x: int, o: owner)", "A.b", "ForeignKey('B')", "RESTRICT"),
        ("A(b: B); B(x: int, o: owner)", "A.b", "ForeignKey('B')", "PROTECT"),
    ],
)
def test_on_delete_of_relation(text: str, name: str, field: str, on_delete: str) -> None:
    found, options = relation(text, name)
    assert found == f"models.{field}"
    assert options["on_delete"] == f"models.{on_delete}"
    assert ("null" in options) is (on_delete == "SET_NULL")


def test_many_to_many_declaration() -> None:
    assert relation("A(b: many B); B(x: int)", "A.b") == (
        "models.ManyToManyField('B')",
        {"related_name": "'as_by_b'"},
    )
    _, options = relation("A(a: many A optional)", "A.a")
    assert options == {"related_name": "'as_by_a'", "symmetrical": "False", "blank": "True"}


def test_reverse_accessors_differ() -> None:
    text = (
        "Book(writer: Person, reader: Person optional, next: Book optional, books: int);"
        "Person(name: str, best: Book optional unique, book: str);"
        "Group(n: int, owner: owner); Note(owner: owner, n: int); Invitation(owner: owner, n: int)"
    )
    ways: dict[str, list[str]] = {}
    for resource in parse(text):
        for field in resource.fields:
            if field.target:
                ways.setdefault(field.target, []).append(field.related_name)
    assert ways == {
        "Person": ["books", "books_by_reader"],
        # Book has a field `books`.
        "Book": ["books_by_next", "person"],
        # Django's user has a field `groups`, and the project's own model `invitations`.
        "User": ["groups_by_owner", "notes", "invitations_by_owner"],
    }


def test_classes_of_choices_have_names_of_their_own() -> None:
    text = (
        "Room(meta: choice(a|b), decimal: choice(a|b), u_u_i_d: choice(a|b), bed: choice(a|b),"
        " a_1: choice(a|b) = b, a1: choice(a|b), none: choice(a|b)); Bed(x: int)"
    )
    room, _ = parse(text)
    assert [field.choices_class for field in room.fields] == [
        "MetaChoices",
        "DecimalChoices",
        "UUIDChoices",
        "BedChoices",
        "A1",
        "A1Choices",
        "NoneChoices",
    ]
    assert "default=A1.B," in room.fields[4].declaration


def test_components_have_names_of_their_own() -> None:
    text = (
        "Leave(x: int); LeaveRequest(x: int); LeaveErrors(x: int); TokenVerify(x: int);"
        "PasswordReset(x: int); LinkTokenErrors(x: int);"
        "ErrorDetail(x: int); TokenRefreshErrors(x: int); BlankEnum(x: int);"
        "A(b_c: choice(a|b)); AB(c: choice(a|b))"
    )
    found = {resource.name: resource.component for resource in parse(text)}
    assert found == {
        "Leave": "Leave",
        "LeaveRequest": "LeaveRequestResource",
        "LeaveErrors": "LeaveErrorsResource",
        "TokenVerify": "TokenVerifyResource",
        "PasswordReset": "PasswordResetResource",
        "LinkTokenErrors": "LinkTokenErrorsResource",
        "ErrorDetail": "ErrorDetailResource",
        "TokenRefreshErrors": "TokenRefreshErrorsResource",
        "BlankEnum": "BlankEnumResource",
        "A": "A",
        "AB": "ABResource",
    }


@pytest.mark.parametrize(
    ("text", "spot", "message"),
    [
        ("A(b: Bok); Book(x: int)", "Bok", "unknown type 'Bok'; did you mean 'Book'?"),
        ("A(b: many Bok); Book(x: int)", "Bok", "did you mean 'Book'?; allowed: str, str(N)"),
        ("A(b: Strng)", "Strng", "did you mean 'str'?"),
        ("A(b: many str)", "many str", "many needs a resource"),
        ("A(b: many)", ")", "expected a resource after 'many', found ')'"),
        (
            "A(a: A)",
            "A",
            "no A could be created first, because these relations require each other: A.a;",
        ),
        ("A(a: many A)", "A", "make one optional"),
        ("A(b: B); B(c: C); C(a: many A)", "A", "A.b, B.c, C.a"),
        ("A(x: int, o: user)", "user", "for the user who owns a row, use 'owner'"),
        ("A(x: user)", "user", "and for another user 'User'"),
        ("A(x: int, o: owner, p: owner)", "p", "A must have only one owner"),
        ("A(x: int, o: owner optional)", "optional", "the owner must not be optional"),
        ("A(x: int, o: owner unique)", "unique", "the owner must not be unique"),
        ("A(x: int, o: owner = 1)", "1", "an owner must not have a default"),
        ("A(b: B = 1); B(x: int)", "1", "a relation must not have a default"),
        ("A(b: many B unique); B(x: int)", "unique", "type many must not be unique"),
        ("A(b: B, b_id: int); B(x: int)", "b_id", "two columns 'b_id'"),
        ("A(o_id: int, o: owner)", "o", "two columns 'o_id'"),
    ],
)
def test_relation_error_is_shown_at_its_spot(text: str, spot: str, message: str) -> None:
    ((found, error),) = errors_of(text)
    assert found == spot
    assert message in error


def test_reverse_accessor_is_not_keyword() -> None:
    order, back = parse("Order(x: int); Return(order: Order unique)")
    assert back.fields[0].related_name == "return_by_order"


def test_clashing_reverse_accessors_are_refused() -> None:
    text = "Cat(b: B, c: B); B(cats: int, cats_by_b: int)"
    ((found, error),) = errors_of(text)
    assert found == "Cat"
    assert (
        "the reverse accessor of Cat.b would be 'cats' or 'cats_by_b', but B already has both"
        in error
    )


@pytest.mark.parametrize(
    ("text", "on_delete"),
    [
        ("A(u: User)", "PROTECT"),
        ("A(u: User optional)", "SET_NULL"),
        ("A(u: User, o: owner)", "RESTRICT"),
        ("A(u: User optional, o: owner)", "SET_NULL"),
        ("A(u: many User, o: owner)", ""),
    ],
)
def test_deletion_of_related_user(text: str, on_delete: str) -> None:
    (resource,) = parse(text)
    (field,) = resource.user_relations
    assert field.on_delete == on_delete
    assert "settings.AUTH_USER_MODEL" in field.declaration


def test_owner_has_shorter_reverse_accessor() -> None:
    (resource,) = parse("Booking(guest: User, booker: owner)")
    assert [f.related_name for f in resource.fields] == ["bookings_by_guest", "bookings"]


def test_constraints_have_different_names() -> None:
    (resource,) = parse("A(a: int, b_c: int, a_b: int, c: int, unique(a, b_c), unique(a_b, c))")
    assert [name for _, name in resource.unique_constraints] == [
        "a_a_b_c_unique",
        "a_a_b_c_unique_2",
    ]


def test_sets_of_few_values_differ() -> None:
    (resource,) = parse("A(x: bool, y: choice(a|b|c), z: int(1..5), unique(x, y, z))")
    sources = [field.sample for field in resource.fields]
    sets = {tuple(eval(source, {"n": n}) for source in sources) for n in range(30)}  # noqa: S307
    assert len(sets) == 30
