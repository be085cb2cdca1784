"""What lists can be filtered by: `?roll=7`, `?roll__gte=7`."""

from django_filters.rest_framework import FilterSet

from . import models
# % for resource in project.resources if resource.filters


class {{ resource.name }}Filter(FilterSet):
    class Meta:
        model = models.{{ resource.name }}
        fields = {
            # % for name, lookups in resource.filters
            "{{ name }}": [{{ lookups | map("py") | join(", ") }}],
            # % endfor
        }
# % endfor
