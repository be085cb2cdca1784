from typing import Any, TypeVar

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model
from django.http import Http404
from django.utils.decorators import method_decorator
from rest_framework import viewsets

from .conflicts import lock_row, retry_conflicts
from .filtering import FilterBackend, restricts_rows
from .ordering import OrderingFilter
from .search import SearchFilter

Row = TypeVar("Row", bound=Model)

# These select by query parameters.
LIST_BACKENDS = (FilterBackend, OrderingFilter, SearchFilter)


@method_decorator(retry_conflicts, name="create")
@method_decorator(retry_conflicts, name="update")
@method_decorator(retry_conflicts, name="destroy")
class ModelViewSet(viewsets.ModelViewSet[Row]):
    """Handles concurrent requests: each change is complete, and none is lost.

    The query parameters of lists have no effect on a single object. What may restrict all rows does:
    other filter backends, such as those for permissions, and filter sets with filters of their own.
    """

    def get_object(self) -> Row:
        backends = self.filter_backends
        self.filter_backends = [backend for backend in backends if self.restricts_objects(backend)]
        try:
            row = super().get_object()
        finally:
            # An action on an object can filter a list of its own.
            self.filter_backends = backends
        try:
            lock_row(row, self.request.method)
        except ObjectDoesNotExist as error:
            raise Http404 from error
        return row

    def restricts_objects(self, backend: Any) -> bool:
        """Returns whether a filter backend does more than select by query parameters."""
        filter_set = getattr(self, "filterset_class", None)
        if backend is FilterBackend and filter_set:
            return restricts_rows(filter_set)
        return backend not in LIST_BACKENDS
