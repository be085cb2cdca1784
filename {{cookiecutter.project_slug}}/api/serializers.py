from rest_framework import serializers
{{ project.imports("api/serializers.py") }}
# % for resource in project.resources


class {{ resource.name }}Serializer{{ resource.base("serializers." ~ project.serializer_base, "Serializer") }}:
    # % if resource.owner
    {{ resource.owner }} = serializers.IntegerField(
        source="{{ resource.owner }}_id",
        read_only=True,
    )
    # % endif
    # % for field in resource.owned_relations
    {{ field.name }} = OwnedRelatedField[models.{{ field.target }}](
        # % for argument in field.serializer_arguments(project.hyperlinked)
        {{ argument }},
        # % endfor
    )
    # % endfor
    # % if resource.owner or resource.owned_relations

    # % endif
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
            "created_at",
            "updated_at",
        )
        # % set texts = resource.own_fields | selectattr("nullable") | selectattr("kind.text") | list
        # % set durations = resource.own_fields | selectattr("type", "eq", "duration") | list
        # % if texts or durations
        extra_kwargs = {
            # % if texts
            # What is unique has no value where there is none: of two that are "", one is too many.
            # % endif
            # % for field in texts
            "{{ field.name }}": {"allow_blank": False},
            # % endfor
            # % for field in durations
            "{{ field.name }}": {"min_value": -LONGEST, "max_value": LONGEST},
            # % endfor
        }
        # % endif
# % endfor
