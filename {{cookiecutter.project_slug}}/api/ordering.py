"""Total orders of rows: rows with equal values are in the order of the primary key."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import F, Model, Q, QuerySet
from django.db.models.expressions import OrderBy
from rest_framework import filters
from rest_framework.request import Request
from rest_framework.views import APIView

NOTHING = Q(pk__in=[])


class OrderingFilter(filters.OrderingFilter):
    """Makes every order total: otherwise, pages would repeat and skip rows with equal values."""

    def filter_queryset(
        self, request: Request, queryset: QuerySet[Any], view: APIView
    ) -> QuerySet[Any]:
        return order_totally(super().filter_queryset(request, queryset, view))

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        (parameter,) = super().get_schema_operation_parameters(view)
        text = "Fields to order by, separated by commas; a `-` before one reverses its order."
        if isinstance(fields := getattr(view, "ordering_fields", None), (list, tuple)):
            text += f" Possible: {', '.join(f'`{name}`' for name in fields)}."
        return [parameter | {"description": text}]


def order_totally(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Returns the rows in the same order, followed by the primary key in the same direction.

    A relation is ordered by its key: Django would use the order of the related model.
    """
    terms: list[Any] = []
    sign = ""
    for term in rows.query.order_by or rows.model._meta.ordering:
        if isinstance(term, str):
            sign, path = ("-", term[1:]) if term.startswith("-") else ("", term)
            field = find_field(rows.model, path)
            if field and (field.many_to_many or field.one_to_many):
                # A row would occur once for each related row.
                continue
            if field and field.concrete:
                start, separator, _ = path.rpartition("__")
                term = f"{sign}{start}{separator}{field.attname}"
                if field.primary_key and not start:
                    return rows.order_by(*terms, term)
        terms.append(term)
    return rows.order_by(*terms, f"{sign}pk")


def find_field(model: type[Model] | None, path: str) -> Any:
    """Returns the field at the end of a path such as `room__name`, or None for an annotation."""
    field: Any = None
    for name in path.split("__"):
        try:
            field = model and (model._meta.pk if name == "pk" else model._meta.get_field(name))
        except FieldDoesNotExist:
            return None
        model = field and field.related_model
    return field


@dataclass(frozen=True)
class Column:
    """A column of an order, in which null comes after all values."""

    path: str
    descending: bool
    field: Any
    nullable: bool

    def to_expression(self) -> str | OrderBy:
        if not self.nullable:
            return f"-{self.path}" if self.descending else self.path
        column = F(self.path)
        return column.desc(nulls_first=True) if self.descending else column.asc(nulls_last=True)

    def read_value(self, row: Any) -> str | None:
        """Returns the value of a row as text."""
        for name in self.path.split("__"):
            row = getattr(row, name, None)
        return None if row is None else str(row)

    def select_equal(self, value: str | None) -> Q:
        if value is None:
            return Q(**{f"{self.path}__isnull": True})
        return Q(**{self.path: self.field.to_python(value)})

    def select_following(self, value: str | None, backwards: bool) -> Q:
        descending = self.descending != backwards
        if value is None:
            return Q(**{f"{self.path}__isnull": False}) if descending else NOTHING
        lookup = "lt" if descending else "gt"
        following = Q(**{f"{self.path}__{lookup}": self.field.to_python(value)})
        if self.nullable and not descending:
            following |= Q(**{f"{self.path}__isnull": True})
        return following

    def select_from(self, value: str | None, backwards: bool) -> Q:
        """Selects what is equal or follows, if an index of the column can: that saves time."""
        descending = self.descending != backwards
        if value is None or (self.nullable and not descending):
            return Q()
        lookup = "lte" if descending else "gte"
        return Q(**{f"{self.path}__{lookup}": self.field.to_python(value)})


def get_columns(rows: QuerySet[Any]) -> Iterator[Column]:
    """Yields the columns by which order_totally() has ordered the rows."""
    for term in rows.query.order_by:
        path = str(term).removeprefix("-")
        field = find_field(rows.model, path)
        # An annotation, or a column of another table, can be null.
        nullable = field is None or "__" in path or field.null
        field = field or rows.query.annotations[path].output_field
        yield Column(path, str(term).startswith("-"), field, nullable)


def select_after(
    columns: Iterable[Column], position: Sequence[str | None], backwards: bool
) -> Q:
    """Selects the rows that follow a position, which contains a value of each column."""
    pairs = list(zip(columns, position, strict=True))
    selected = NOTHING
    for column, value in reversed(pairs):
        following = column.select_following(value, backwards)
        selected = following | (column.select_equal(value) & selected)
    first, value = pairs[0]
    return first.select_from(value, backwards) & selected
