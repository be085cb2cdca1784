"""Names, paths and groups of fields of a resource."""

from __future__ import annotations

import json

import pytest

from drf_jwt_template.language.parser import MAX_PATH, parse


@pytest.mark.parametrize(
    ("name", "path", "label", "meta"),
    [
        ("Student", "students", "student", {}),
        (
            "BookShelf",
            "book-shelves",
            "book shelf",
            {"verbose_name_plural": '"book shelves"'},
        ),
        ("HTTPLog", "http-logs", "http log", {}),
        ("LogHTTP", "log-https", "log http", {}),
        ("Person", "people", "person", {"verbose_name_plural": '"people"'}),
        ("A", "as", "a", {}),
        ("X", "xes", "x", {"verbose_name_plural": '"xes"'}),
        ("Area51", "area-51s", "area 51", {"verbose_name": '"area 51"'}),
        ("ClassRoom", "class-rooms", "class room", {}),
        ("TVShowCategory", "tv-show-categories", "tv show category", None),
    ],
)
def test_resource_names(name: str, path: str, label: str, meta: dict[str, str] | None) -> None:
    (resource,) = parse(f"{name}(x: int)")
    assert (resource.name, resource.path, resource.label) == (name, path, label)
    assert resource.basename == name.lower()
    assert resource.plural_label.replace(" ", "-") == path
    assert resource.at is None
    if meta is not None:
        assert resource.meta == meta


@pytest.mark.parametrize(
    ("at", "path"),
    [
        (" at studentapi", "studentapi"),
        ("at studentapi/", "studentapi"),
        ("\n at\tv2/my-students_3 ", "v2/my-students_3"),
        (f" at {'x' * MAX_PATH}", "x" * MAX_PATH),
        (" at at", "at"),
        ("", "students"),
    ],
)
def test_at_sets_path(at: str, path: str) -> None:
    resource, other = parse(f"Student(name: str){at}; Other(at: int)")
    assert (resource.path, other.path) == (path, "others")
    assert resource.registration.startswith("router.register(")
    assert path in resource.registration


def test_resource_facts() -> None:
    (note,) = parse(
        "Note(count: int=1, title: str(120), body: text optional, data: json optional, done: bool,"
        " state: choice(a|b), link: url unique, price: decimal(4,2)=1)"
    )
    assert note.title_field == "title"
    assert note.search_fields == ["title", "body", "link"]
    assert note.ordering_fields == ["id", "count", "title", "done", "state", "link", "price"] + [
        "created_at",
        "updated_at",
    ]
    assert note.admin_list == note.ordering_fields[:-2]
    assert note.admin_filters == ["done", "state"]
    assert [field.name for field in note.filters] == [
        "count",
        "title",
        "done",
        "state",
        "link",
        "price",
    ]
    assert note.filters[0].kind.lookups == ("exact", "lt", "lte", "gt", "gte")
    assert json.loads(note.example) == {
        "count": 1,
        "title": "title 1",
        "body": "body 1",
        "data": {"n": 1},
        "done": True,
        "state": "a",
        "link": "https://example.com/1",
        "price": "1.00",
    }
    (other,) = parse("Other(data: json, ok: bool)")
    assert (other.title_field, other.scarce) == (None, [])
    assert other.base("ModelSerializer", "Serializer") == "(ModelSerializer[models.Other])"


def test_nullable_text_does_not_represent_row() -> None:
    (book,) = parse("Book(isbn: str unique optional, name: str)")
    assert book.title_field == "name"


@pytest.mark.parametrize(
    ("fields", "ordering", "indexes", "can_conflict"),
    [
        ("x: int", ["created_at", "id"], ["created_at", "x"], False),
        ("x: int unique", ["created_at", "id"], ["created_at"], True),
        ("x: bool, y: Thing optional", ["created_at", "id"], ["created_at"], True),
        ("x: owner, y: bool", ["created_at", "id"], ["created_at"], True),
        ("created_at: date", ["id"], ["created_at"], False),
        ("created_at: date unique", ["id"], [], True),
        ("x: bool, y: date, unique(x, y)", ["created_at", "id"], ["created_at", "y"], True),
    ],
)
def test_order_of_lists(
    fields: str, ordering: list[str], indexes: list[str], can_conflict: bool
) -> None:
    (resource,) = parse(f"Thing({fields})")
    assert resource.ordering == ordering
    assert resource.indexes == [f'"{name}", "id"' for name in indexes]
    assert resource.can_conflict is can_conflict
