"""Prints names that mean something to Python, Django, REST framework or another library.

Runs with the Python and the packages of a rendered project, in its folder.
"""

import builtins
import json
import keyword
import os
import sys

sys.path[:0] = ["."]


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    import django

    django.setup()
    import factory
    from django import forms
    from django.contrib import admin
    from django.contrib.auth import get_user_model
    from django.db import models
    from django_filters import rest_framework as filters
    from rest_framework import relations, serializers, viewsets

    objects = [
        admin.ModelAdmin,
        builtins,
        factory,
        factory.django.DjangoModelFactory,
        filters.FilterSet,
        filters.NumberFilter,
        forms.BoundField,
        forms.ModelForm,
        get_user_model(),
        models,
        models.Manager,
        relations.ManyRelatedField,
        relations.PrimaryKeyRelatedField,
        serializers,
        serializers.HyperlinkedModelSerializer,
        viewsets.ModelViewSet,
    ]
    words = {*keyword.kwlist, *keyword.softkwlist, "csrfmiddlewaretoken", "l", "l1"}
    print(json.dumps(sorted(words.union(*map(dir, objects)))))


if __name__ == "__main__":
    main()
