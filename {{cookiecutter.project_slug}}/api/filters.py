"""What lists can be filtered by: `?roll=7`, `?roll__gte=7`."""

{{ project.imports("api/filters.py") }}

from . import models
# % for resource in project.resources if resource.has_filter


class {{ resource.name }}Filter(FilterSet):
    # % for field in resource.relations
    {{ field.name }} = NumberFilter(field_name="{{ field.name }}__id")
    # % endfor
    # % if resource.relations

    # % endif
    class Meta:
        model = models.{{ resource.name }}
        fields = {{ resource.filter_fields }}
# % endfor
