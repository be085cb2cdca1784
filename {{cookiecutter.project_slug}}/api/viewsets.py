from typing import Any, TypeVar

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model
from django.http import Http404
from django.utils.decorators import method_decorator
from django_filters.rest_framework import DjangoFilterBackend, FilterSet
from rest_framework import viewsets

from .conflicts import lock_row, retry_conflicts
from .ordering import OrderingFilter
from .search import SearchFilter

Row = TypeVar("Row", bound=Model)

# These select by query parameters, for which REST framework would build a form for each object.
LIST_BACKENDS = (DjangoFilterBackend, OrderingFilter, SearchFilter)
# A filter set that overrides one of these methods can also restrict its rows.
RESTRICTING_METHODS = ("__init__", "filter_queryset", "qs")


@method_decorator(retry_conflicts, name="create")
@method_decorator(retry_conflicts, name="update")
@method_decorator(retry_conflicts, name="destroy")
class ModelViewSet(viewsets.ModelViewSet[Row]):
    """Handles concurrent requests: each change is complete, and none is lost.

    The query parameters of lists have no effect on a single object. Other filter backends, such as
    those for permissions, do.
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
        if backend is DjangoFilterBackend:
            filters = getattr(self, "filterset_class", None) or FilterSet
            return any(
                getattr(filters, name) is not getattr(FilterSet, name)
                for name in RESTRICTING_METHODS
            )
        return backend not in LIST_BACKENDS
