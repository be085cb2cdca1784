"""What the API speaks of."""

{{ project.model_imports }}
# % for resource in project.resources


class {{ resource.name }}(models.Model):
    # % for field in resource.fields if field.choices
    class {{ field.choices_class }}(models.TextChoices):
        # % for member, source in field.choices
        {{ member }} = {{ source }}
        # % endfor

    # % endfor
    # % for field in resource.fields
    {{ field.name }}{{ field.annotation }} = {{ field.declaration }}
    # % endfor

    class Meta:
        # The order of creation: lists must have one, or pages would overlap.
        ordering = ("id",)
        # % for name, value in resource.meta.items()
        {{ name }} = {{ value }}
        # % endfor

    def __str__(self) -> str:
        # % if resource.title_field
        return self.{{ resource.title_field }}
        # % else
        return f"{{ resource.label }} {self.pk}"
        # % endif
# % endfor
