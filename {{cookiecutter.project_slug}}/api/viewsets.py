from typing import TypeVar

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model
from django.http import Http404
from django.utils.decorators import method_decorator
from rest_framework import viewsets

from .conflicts import lock_row, retry_conflicts

Row = TypeVar("Row", bound=Model)


@method_decorator(retry_conflicts, name="create")
@method_decorator(retry_conflicts, name="update")
@method_decorator(retry_conflicts, name="destroy")
class ModelViewSet(viewsets.ModelViewSet[Row]):
    """Handles concurrent requests: each change is complete, and none is lost."""

    def get_object(self) -> Row:
        row = super().get_object()
        try:
            lock_row(row, self.request.method)
        except ObjectDoesNotExist as error:
            raise Http404 from error
        return row
