"""Believable rows, for development and tests: `{{ project.api.resources[0].name }}Factory()` makes one, with all that it needs."""

import datetime as dt
from decimal import Decimal
from typing import Any
from uuid import uuid4

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from accounts.factories import UserFactory

from . import models
# % for resource in project.api.resources


class {{ resource.name }}Factory{{ resource.base("DjangoModelFactory", "Factory") }}:
    class Meta:
        model = models.{{ resource.name }}
        skip_postgeneration_save = True
        # % if resource.scarce
        # There are few unique values: once all are in use, a row that has the value is returned.
        django_get_or_create = [
            # % for name in resource.scarce
            "{{ name }}",
            # % endfor
        ]
        # % endif

    # % for field in resource.made_fields
    {{ field.name }} = {{ field.fake(resource) }}
    # % endfor
    # % for field in resource.needed_many

    @factory.post_generation
    def {{ field.name }}(
        self: Any,
        create: bool,
        extracted: Any,
        **kwargs: Any,
    ) -> None:
        if create:
            needed = {{ field.fake(resource) }}
            self.{{ field.name }}.set([needed])
    # % endfor
# % endfor


# In an order in which what a row needs comes first.
FACTORIES: list[type[DjangoModelFactory[Any]]] = [
    # % for name in project.api.creation_order
    {{ name }}Factory,
    # % endfor
]
