"""Pagination by page number or by cursor.

DEFAULT_PAGINATION_CLASS in config/settings.py sets the default; `pagination_class` of a view set
overrides it.
"""

from rest_framework import pagination

PAGE_SIZE = 25
# The largest page that a client can request.
MAX_PAGE_SIZE = 100


class Pagination(pagination.PageNumberPagination):
    """Pages such as `?page=2&page_size=50`; the response contains the total count."""

    page_size = PAGE_SIZE
    page_size_query_param = "page_size"
    max_page_size = MAX_PAGE_SIZE


class CursorPagination(pagination.CursorPagination):
    """Pages such as `?cursor=…&page_size=50`, the last of them as fast as the first.

    While a client reads the pages, new and deleted objects do not shift them. The response contains
    no total count.
    """

    ordering = "id"
    page_size = PAGE_SIZE
    page_size_query_param = "page_size"
    max_page_size = MAX_PAGE_SIZE
