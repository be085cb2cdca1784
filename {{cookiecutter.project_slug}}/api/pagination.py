"""Pagination by page number or by cursor.

DEFAULT_PAGINATION_CLASS in config/settings.py sets the default; `pagination_class` of a view set
overrides it.
"""

from typing import Any

from django.core.signing import BadSignature, Signer
from rest_framework import pagination
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from .ordering import get_columns, order_totally, select_after

PAGE_SIZE = 25
# The largest page that a client can request.
MAX_PAGE_SIZE = 100


class RequiredKeysMixin(pagination.BasePagination):
    """Describes all keys of a page as required: links that do not exist are null."""

    def get_paginated_response_schema(self, schema: Any) -> dict[str, Any]:
        page: dict[str, Any] = super().get_paginated_response_schema(schema)
        return page | {"required": sorted(page["properties"])}


class Pagination(RequiredKeysMixin, pagination.PageNumberPagination):
    """Pages such as `?page=2&page_size=50`; the response contains the total count."""

    page_size = PAGE_SIZE
    page_size_query_param = "page_size"
    max_page_size = MAX_PAGE_SIZE


class CursorPagination(RequiredKeysMixin, pagination.CursorPagination):
    """Pages such as `?cursor=…&page_size=50`, the last of them as fast as the first.

    A cursor contains all values by which a row is ordered; the next page starts after them. Those
    of REST framework contain the first value, and repeat or skip rows if many have the same.

    While a client reads the pages, new and deleted objects do not shift them. The response contains
    no total count.
    """

    page_size = PAGE_SIZE
    page_size_query_param = "page_size"
    max_page_size = MAX_PAGE_SIZE

    def paginate_queryset(
        self, queryset: Any, request: Request, view: APIView | None = None
    ) -> list[Any] | None:
        size = self.get_page_size(request)
        if not size:
            return None
        rows = order_totally(queryset)
        self.columns = list(get_columns(rows))
        order = [column.to_expression() for column in self.columns]
        # A cursor is valid for one list in one order.
        self.signer = Signer(salt=f"{__name__}:{rows.model._meta.label}:{order}")
        self.base_url = request.build_absolute_uri()
        backwards, position = self.read_cursor(request)
        rows = rows.order_by(*order)
        if backwards:
            rows = rows.reverse()
        if position:
            rows = rows.filter(select_after(self.columns, position, backwards))
        found = list(rows[: size + 1])
        self.page = found[:size]
        self.has_next, self.has_previous = len(found) > size, position is not None
        if backwards:
            self.page.reverse()
            self.has_next, self.has_previous = self.has_previous, self.has_next
        self.display_page_controls = self.has_next or self.has_previous
        return self.page

    def read_cursor(self, request: Request) -> tuple[bool, list[str | None] | None]:
        """Returns whether the page ends at a position, and the position."""
        cursor = request.query_params.get(self.cursor_query_param)
        try:
            backwards, position = self.signer.unsign_object(cursor) if cursor else (False, None)
        except BadSignature:
            raise NotFound(self.invalid_cursor_message) from None
        return backwards, position

    def get_next_link(self) -> str | None:
        return self.create_link(-1, backwards=False) if self.has_next else None

    def get_previous_link(self) -> str | None:
        return self.create_link(0, backwards=True) if self.has_previous else None

    def create_link(self, index: int, backwards: bool) -> str:
        position = None
        # If the rows of a page have been deleted, all others are on the other side of it.
        if self.page:
            position = [column.read_value(self.page[index]) for column in self.columns]
        cursor = self.signer.sign_object([backwards, position])
        return replace_query_param(str(self.base_url), self.cursor_query_param, cursor)
