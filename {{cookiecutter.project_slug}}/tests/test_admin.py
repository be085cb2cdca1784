"""The pages of the admin, with odd rows."""

import datetime as dt
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from html import unescape
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group
from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator
from django.db import connection, models, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from rest_framework.authtoken.models import Token
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken

from accounts.models import User
from api.factories import FACTORIES
from tokens.models import Session

from .conftest import create_user
from .html import read_html_form

Form = dict[str, list[str]]

INDEX = reverse("admin:index")
MODELS = [model for model in apps.get_models() if admin.site.is_registered(model)]
# A page must not contain this element, which no template contains.
TEXT = "<q>'\"&amp;\u202e\N{UNICORN FACE}"
# The smallest and the largest value of each type of field.
EXTREMES: dict[str, tuple[Any, Any]] = {
    "DateField": (dt.date.min, dt.date.max),
    # A day from the limits, which other time zones would pass.
    "DateTimeField": (
        dt.datetime(1, 1, 2, tzinfo=ZoneInfo("UTC")),
        dt.datetime(9999, 12, 30, tzinfo=ZoneInfo("UTC")),
    ),
    "DurationField": (dt.timedelta(days=-106_751_990), dt.timedelta(days=106_751_990)),
    "FloatField": (-sys.float_info.max, sys.float_info.max),
    "GenericIPAddressField": ("::1", "ff02::1"),
    # Django's forms refuse an empty object.
    "JSONField": ({"": None}, {TEXT: [TEXT]}),
    "TimeField": (dt.time.min, dt.time.max),
    "UUIDField": (UUID(int=0), UUID(int=2**128 - 1)),
}
TEXT_FIELDS = ["CharField", "SlugField", "TextField"]


def find_extremes(field: Any) -> tuple[Any, ...]:
    """Returns the smallest and the largest value of a field, or nothing."""
    kind = field.get_internal_type()
    if field.primary_key or field.choices:
        return ()
    if kind in EXTREMES:
        return EXTREMES[kind]
    if isinstance(field, models.IntegerField):
        return connection.ops.integer_field_range(kind)
    if isinstance(field, models.DecimalField):
        # SQLite stores 15 digits.
        digits = "9" * min(field.max_digits, 15)
        largest = Decimal(digits.ljust(field.max_digits, "0")).scaleb(-field.decimal_places)
        return (-largest, largest)
    if kind in TEXT_FIELDS and all(isinstance(v, MaxLengthValidator) for v in field.validators):
        return ("x", (TEXT * 1_000)[: field.max_length])
    return ()


def limit(field: Any, value: Any) -> Any:
    """Returns the value, or the nearest one in the range of the field."""
    for validator in field.validators:
        if isinstance(validator, MinValueValidator):
            value = max(value, validator.limit_value)
        if isinstance(validator, MaxValueValidator):
            value = min(value, validator.limit_value)
    return value


def make_odd(row: models.Model, number: int) -> None:
    """Gives a row empty (0), the smallest (1) or the largest values (2)."""
    values: dict[str, Any] = {}
    # Few sets of values may be left.
    constraints = [c for c in row._meta.constraints if isinstance(c, models.UniqueConstraint)]
    unique = {name for constraint in constraints for name in constraint.fields}
    for field in (f for f in row._meta.fields if f.name not in unique):
        extremes = find_extremes(field)
        if number == 0 and field.null:
            values[field.name] = None
        elif number == 0 and field.blank and field.get_internal_type() in TEXT_FIELDS:
            values[field.name] = ""
        elif number > 0 and extremes:
            values[field.name] = limit(field, extremes[number - 1])
        elif number == 2 and field.null and field.related_model:
            values[field.name] = field.related_model._base_manager.last()
    type(row)._base_manager.filter(pk=row.pk).update(**values)
    for field in row._meta.many_to_many:
        related = field.related_model._base_manager.all()
        if number == 2 or (number == 0 and field.blank):
            getattr(row, field.name).set(related if number else [])


@contextmanager
def rolled_back() -> Iterator[None]:
    """Undoes the changes of requests, so that these do not depend on each other."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def staff(client: Client, db: None) -> Client:
    """The client of a superuser, with an ordinary row and three odd rows of each model."""
    for user in map(create_user, ("ada", "bob", "eve", "joe")):
        name = f"of {user.pk}"
        Group.objects.create(name=name)
        # % if project.revocation.sessions
        Session.objects.create(user=user, jti=name, expires_at=timezone.now())
        # % endif
        # % if project.revocation.blacklist
        token = OutstandingToken.objects.create(user=user, jti=name, expires_at=timezone.now())
        BlacklistedToken.objects.create(token=token)
        # % endif
        # % if project.api.also_accept == "token"
        Token.objects.create(user=user)
        # % endif
    # % if project.api.resources
    # They create the rows that they require; these come first in the list.
    for factory in reversed(FACTORIES):
        missing = 4 - factory._meta.model._base_manager.count()
        factory.create_batch(max(missing, 0))
    # % endif
    for model in MODELS:
        for number, row in enumerate(model._base_manager.order_by("pk")[:3]):
            make_odd(row, number)
    root = create_user("root")
    User.objects.filter(pk=root.pk).update(is_staff=True, is_superuser=True)
    client.force_login(root)
    client.raise_request_exception = False
    return client


def admin_url(model: type[models.Model], page: str, *pks: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=pks)


def open_page(staff: Client, path: str) -> str:
    response = staff.get(path)
    assert response.status_code == 200, path
    page = response.content.decode()
    assert "<q>" not in page, path
    return page


def read_form(staff: Client, path: str) -> Form:
    return read_html_form(open_page(staff, path))


def test_pages(staff: Client) -> None:
    """Follows all links: to filters, orders, rows, their histories and the forms."""
    found = [INDEX]
    for path in found:
        page = open_page(staff, path)
        # A query can be combined with each other one.
        if "?" not in path:
            links = {unescape(link) for link in re.findall(r'href="(.*?)"', page)}
            paths = {path + link if link.startswith("?") else link for link in links}
            found += sorted(link for link in paths - {*found} if link.startswith(INDEX))
    rows = [(model, row) for model in MODELS for row in model._base_manager.all()]
    assert {admin_url(model, "changelist") for model in MODELS} < {*found}
    assert {admin_url(model, "history", row.pk) for model, row in rows} < {*found}


def test_search(staff: Client) -> None:
    for model in MODELS:
        for text in (TEXT, "\0", "9" * 50):
            response = staff.get(admin_url(model, "changelist"), {"q": text})
            assert response.status_code == 200, (model, text)
            assert b"<q>" not in response.content, (model, text)


def test_forms_can_be_submitted_unchanged(staff: Client) -> None:
    for model in MODELS:
        # The form drops fractions of a second.
        names = [
            field.name
            for field in model._meta.fields
            if not isinstance(field, (models.DateTimeField, models.TimeField))
        ]
        rows = model._base_manager.order_by("pk").values_list(*names)
        before = list(rows)
        for row in model._base_manager.all():
            path = admin_url(model, "change", row.pk)
            if form := read_form(staff, path):
                response = staff.post(path, form)
                assert response.status_code == 302, (path, response.context["errors"])
        assert list(rows.all()) == before


def test_deletion_and_actions(staff: Client) -> None:
    root = User.objects.get(is_superuser=True)
    for model in MODELS:
        path = admin_url(model, "changelist")
        found = staff.get(path).context["action_form"]
        actions = [name for name, _ in found.fields["action"].choices if name] if found else []
        pks = [row.pk for row in model._base_manager.all() if row != root]
        # An action needs a row, and the models of a new app may have none here.
        forms = [(path, {"action": name, "_selected_action": pks}) for name in actions if pks]
        forms += [(admin_url(model, "delete", pk), {}) for pk in pks]
        for path, form in forms:
            with rolled_back():
                response = staff.post(path, form)
                # The confirmation of an action, or a page whose objects nobody may delete.
                assert response.status_code in (200, 302, 403), path
                assert b"<q>" not in response.content, path
                response = staff.post(path, {**form, "post": "yes"})
                assert response.status_code in (302, 403) or response.context["protected"], path


def test_autocompletion(staff: Client) -> None:
    for model in MODELS:
        names = {"app_label": model._meta.app_label, "model_name": model.__name__.lower()}
        for field in admin.site.get_model_admin(model).autocomplete_fields:
            query = {**names, "field_name": field}
            for text in ("", TEXT, "9" * 50):
                response = staff.get(reverse("admin:autocomplete"), {**query, "term": text})
                assert response.status_code == 200, (query, text)
                assert response["Content-Type"] == "application/json"
            with rolled_back():
                # PostgreSQL refuses null characters.
                response = staff.get(reverse("admin:autocomplete"), {**query, "term": "\0"})
                assert response.status_code in (200, 400), query
