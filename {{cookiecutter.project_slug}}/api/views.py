from rest_framework.viewsets import ModelViewSet

from . import filters, models, serializers
# % for resource in project.resources


class {{ resource.name }}ViewSet{{ resource.base("ModelViewSet", "ViewSet") }}:
    queryset = models.{{ resource.name }}.objects.all()
    serializer_class = serializers.{{ resource.name }}Serializer
    lookup_value_converter = "int"
    # % if resource.filters
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
