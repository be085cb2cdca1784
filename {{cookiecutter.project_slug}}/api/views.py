from rest_framework.viewsets import ModelViewSet

from . import filters, models, serializers
from .ownership import OwnedViewSet
# % for resource in project.api.resources


class {{ resource.name }}ViewSet{{ resource.base(resource.view_base, "ViewSet") }}:
    queryset = {{ resource.queryset }}
    # % if resource.owner
    owner_field = "{{ resource.owner }}"
    # % endif
    serializer_class = serializers.{{ resource.name }}Serializer
    # % if resource.has_filter
    filterset_class = filters.{{ resource.name }}Filter
    # % endif
    # % if resource.search_fields
    search_fields = [
        # % for name in resource.search_fields
        "{{ name }}",
        # % endfor
    ]
    # % endif
    ordering_fields = [
        # % for name in resource.ordering_fields
        "{{ name }}",
        # % endfor
    ]
# % endfor
