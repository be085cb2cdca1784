from typing import TypeVar

from django.db.models import Model
from django.utils.decorators import method_decorator
from rest_framework import viewsets
from rest_framework.permissions import SAFE_METHODS

from .conflicts import lock_row, retry_conflicts

Row = TypeVar("Row", bound=Model)


@method_decorator(retry_conflicts, name="create")
@method_decorator(retry_conflicts, name="update")
@method_decorator(retry_conflicts, name="destroy")
class ModelViewSet(viewsets.ModelViewSet[Row]):
    """Handles concurrent requests: each change is complete, and none is lost."""

    def get_object(self) -> Row:
        row = super().get_object()
        if self.request.method not in SAFE_METHODS:
            lock_row(row)
        return row
