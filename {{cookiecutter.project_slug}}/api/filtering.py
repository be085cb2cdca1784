"""Filters of lists by fields, and the base class of the filter sets in filters.py."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import DateTimeField, DurationField, QuerySet
from django.utils import timezone
from django_filters import fields, filters, rest_framework
from rest_framework.request import Request
from rest_framework.views import APIView

# The parameters of every list.{{ " A field of the same name is filtered by `<name>__exact`." if project.api.parameter_fields }}
PARAMETERS = {"cursor", "format", "ordering", "page", "page_size", "search"}


class FilterBackend(rest_framework.DjangoFilterBackend):
    """Skips a filter set that selects all rows: each one builds a form, which takes time."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: APIView) -> Any:
        filter_set = self.get_filterset_class(view, queryset)
        if filter_set and not restricts_rows(filter_set):
            given = request.query_params.keys()
            if given <= PARAMETERS and not given & filter_set.base_filters.keys():
                return queryset
        return super().filter_queryset(request, queryset, view)


def restricts_rows(filter_set: Any) -> bool:
    """Returns whether a filter set may restrict its rows without any query parameter.

    Those that contain only the filters of their model's fields do not.
    """
    return (
        bool(filter_set.declared_filters)
        or hasattr(getattr(filter_set, "Meta", None), "filter_overrides")
        or any(
            getattr(filter_set, name) is not getattr(rest_framework.FilterSet, name)
            for name in ("__init__", "filter_queryset", "is_valid", "qs")
        )
    )
# % if project.api.has_type("duration")


def get_validators(field: Any) -> dict[str, Any]:
    """Returns the arguments of a filter that validates values as the model field does."""
    return {"validators": field.validators}
# % endif
# % if project.api.has_type("datetime")


class IsoDateTimeField(fields.IsoDateTimeField):
    """Converts datetimes to the current time zone: databases do not accept every offset."""

    def to_python(self, value: Any) -> Any:
        found = super().to_python(value)
        try:
            return found and timezone.localtime(found)
        except OverflowError as error:
            # In that time zone, it is before the year 1 or after the year 9999.
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error


class IsoDateTimeFilter(filters.IsoDateTimeFilter):
    field_class = IsoDateTimeField
# % endif


class FilterSet(rest_framework.FilterSet):
    """Filters by relations with the key of the related object, without fetching that object."""

    # % if project.api.has_type("datetime") or project.api.has_type("duration")
    FILTER_DEFAULTS = {
        **rest_framework.FilterSet.FILTER_DEFAULTS,
        # % if project.api.has_type("datetime")
        DateTimeField: {"filter_class": IsoDateTimeFilter},
        # % endif
        # % if project.api.has_type("duration")
        DurationField: {"filter_class": filters.DurationFilter, "extra": get_validators},
        # % endif
    }

    # % endif
    @classmethod
    def filter_for_field(
        cls,
        field: Any,
        field_name: str,
        lookup_expr: str | None = None,
    ) -> Any:
        if field.related_model and lookup_expr == "exact":
            field = field.related_model._meta.pk
            field_name = f"{field_name}__{field.name}"
        return super().filter_for_field(field, field_name, lookup_expr)
    # % if project.api.parameter_fields

    @classmethod
    def get_filter_name(cls, field_name: str, lookup_expr: str) -> Any:
        name = super().get_filter_name(field_name, lookup_expr)
        return f"{name}__exact" if name in PARAMETERS else name
    # % endif
