"""What the API speaks of."""

import datetime as dt
from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.db import models

from .validators import finite, storable
# % for resource in project.api.resources


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
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        # The order of creation: lists must have one, or pages would overlap.
        ordering = ("id",)
        # % for name, value in resource.meta.items()
        {{ name }} = {{ value }}
        # % endfor
        # % if resource.indexed
        # What lists are filtered by.
        indexes = [
            # % for name in resource.indexed
            models.Index(fields=["{{ name }}"]),
            # % endfor
        ]
        # % endif
        # % if resource.constraints
        constraints = [
            # % for field, name in resource.constraints
            models.CheckConstraint(
                name="{{ name }}",
                condition=models.Q(
                    {{ field.name }}__in=[
                        # % for value in field.allowed
                        "{{ value }}",
                        # % endfor
                    ],
                ),
            ),
            # % endfor
        ]
        # % endif

    def __str__(self) -> str:
        # % if resource.title_field
        return self.{{ resource.title_field }}
        # % else
        return f"{{ resource.label }} {self.pk}"
        # % endif
# % endfor
