"""How lists are divided: by page, or by cursor.

DEFAULT_PAGINATION_CLASS in config/settings.py names the one in use, and a view set's
`pagination_class` another one for itself.
"""

from rest_framework import pagination

PAGE_SIZE = 25
# A client cannot ask for more rows at once.
MAX_PAGE_SIZE = 100


class Pagination(pagination.PageNumberPagination):
    """`?page=2&page_size=50`, with the number of all rows."""

    page_size = PAGE_SIZE
    page_size_query_param = "page_size"
    max_page_size = MAX_PAGE_SIZE


class CursorPagination(pagination.CursorPagination):
    """`?cursor=…&page_size=50`: as fast on the last page as on the first.

    Rows that come or go meanwhile neither repeat nor skip others. There is no number of all rows.
    """

    ordering = "id"
    page_size = PAGE_SIZE
    page_size_query_param = "page_size"
    max_page_size = MAX_PAGE_SIZE
