"""What lists can be filtered by: `?roll=7`, `?roll__gte=7`."""

{{ project.imports("api/filters.py") }}

from . import models
# % if project.filters_moments


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
# % for resource in project.resources if resource.has_filter


class {{ resource.name }}Filter(FilterSet):
    # % for field in resource.relations
    {{ field.name }} = filters.NumberFilter("{{ field.name }}__id")
    # % endfor
    # % if resource.relations

    # % endif
    class Meta:
        model = models.{{ resource.name }}
        fields = {{ resource.filter_fields }}
        # % if resource.fields | selectattr("type", "eq", "datetime") | list
        filter_overrides = {DateTimeField: {"filter_class": FilterByMoment}}
        # % endif
# % endfor
