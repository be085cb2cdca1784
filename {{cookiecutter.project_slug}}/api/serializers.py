from datetime import timedelta
from typing import Any

from django.db.models import DurationField
from rest_framework import serializers
from rest_framework.validators import UniqueValidator

from . import models
from .filters import LONGEST
from .ownership import OwnedRelatedField
# % if project.api.has_type("duration")


class StorableDuration(serializers.DurationField):
    """One that each database can hold, or it could not be asked whether another is the same."""

    def to_internal_value(self, value: Any) -> timedelta:
        duration: timedelta = super().to_internal_value(value)
        if abs(duration) > LONGEST:
            self.fail("overflow", min_days=-LONGEST.days, max_days=LONGEST.days)
        return duration


FIELDS = {
    **serializers.ModelSerializer.serializer_field_mapping,
    DurationField: StorableDuration,
}
# % endif
# % for resource in project.api.resources


class {{ resource.name }}Serializer{{ resource.base("serializers." ~ ("Hyperlinked" if project.api.hyperlinked else "") ~ "ModelSerializer", "Serializer") }}:
    # % set durations = resource.own_fields | selectattr("type", "eq", "duration") | list
    # % if durations
    serializer_field_mapping = FIELDS
    # % endif
    # % if resource.owner
    {{ resource.owner }} = serializers.IntegerField(
        source="{{ resource.owner }}_id",
        read_only=True,
    )
    # % endif
    # % for field in resource.owned_relations
    {{ field.name }} = OwnedRelatedField[models.{{ field.target }}](
        # % for argument in field.serializer_arguments(project.api.hyperlinked)
        {{ argument }},
        # % endfor
    )
    # % endfor
    # % if durations or resource.owner or resource.owned_relations

    # % endif
    class Meta:
        model = models.{{ resource.name }}
        fields = (
            "id",
            # % if project.api.hyperlinked
            "url",
            # % endif
            # % for field in resource.fields
            "{{ field.name }}",
            # % endfor
            "created_at",
            "updated_at",
        )
        # % set texts = resource.own_fields | selectattr("nullable") | selectattr("kind.text") | list
        # % if texts
        extra_kwargs = {
            # What is unique has no value where there is none: of two that are "", one is too many.
            # % for field in texts
            "{{ field.name }}": {"allow_blank": False},
            # % endfor
        }
        # % endif
# % endfor
