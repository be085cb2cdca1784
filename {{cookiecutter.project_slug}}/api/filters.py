"""What lists can be filtered by: `?roll=7`, `?roll__gte=7`."""

from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import DateTimeField, DurationField
from django.utils import timezone
from django_filters import fields, filters
from django_filters.rest_framework import FilterSet

from . import models
# % if project.api.has_type("duration")

# SQLite counts microseconds, in 64 bits.
LONGEST = timedelta(days=106_751_991)
# % endif
# % if project.api.has_type("datetime")


class MomentField(fields.IsoDateTimeField):
    """A moment in the project's time zone: databases do not take every offset that may be written."""

    def to_python(self, value: Any) -> Any:
        moment = super().to_python(value)
        try:
            return moment and timezone.localtime(moment)
        except OverflowError as error:
            # With its offset, it is before the first year, or after the last.
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error


class FilterByMoment(filters.IsoDateTimeFilter):
    field_class = MomentField
# % endif
# % if project.api.has_type("duration")


def bounds(field: object) -> dict[str, Any]:
    return {"validators": [MinValueValidator(-LONGEST), MaxValueValidator(LONGEST)]}
# % endif
# % for resource in project.api.resources if resource.has_filter


class {{ resource.name }}Filter(FilterSet):
    # % for field in resource.relations
    {{ field.name }} = filters.NumberFilter("{{ field.name }}__id")
    # % endfor
    # % if resource.relations

    # % endif
    class Meta:
        model = models.{{ resource.name }}
        fields = {{ resource.filter_fields }}
        # % if resource.fields | selectattr("type", "in", ("datetime", "duration")) | list
        filter_overrides = {
            # % if resource.fields | selectattr("type", "eq", "datetime") | list
            DateTimeField: {"filter_class": FilterByMoment},
            # % endif
            # % if resource.fields | selectattr("type", "eq", "duration") | list
            DurationField: {"filter_class": filters.DurationFilter, "extra": bounds},
            # % endif
        }
        # % endif
# % endfor
