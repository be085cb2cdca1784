from rest_framework import serializers

from . import models
# % for resource in project.resources


class {{ resource.name }}Serializer{{ resource.base("serializers." ~ project.serializer_base, "Serializer") }}:
    class Meta:
        model = models.{{ resource.name }}
        fields = (
            "id",
            # % if project.hyperlinked
            "url",
            # % endif
            # % for field in resource.fields
            "{{ field.name }}",
            # % endfor
        )
# % endfor
