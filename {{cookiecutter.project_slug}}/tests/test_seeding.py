"""Rows for development: each is one that the model itself would take."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from api.factories import FACTORIES


def seed(count: int) -> None:
    call_command("seed", count=count, stdout=StringIO())


@pytest.mark.django_db
def test_seed_fills_every_table_and_adds_to_it() -> None:
    seed(12)
    for factory in FACTORIES:
        rows = factory._meta.model.objects.all()
        assert rows.count() >= 10
        for row in rows:
            row.full_clean()
    before = {factory: factory._meta.model.objects.count() for factory in FACTORIES}
    seed(1)
    for factory in FACTORIES:
        assert factory._meta.model.objects.count() in (before[factory], before[factory] + 1)


@pytest.mark.django_db
@pytest.mark.parametrize("factory", FACTORIES)
def test_a_factory_makes_all_that_a_row_needs(factory: type) -> None:
    row = factory()
    row.full_clean()
    assert row.pk


def test_no_rows_are_refused() -> None:
    with pytest.raises(CommandError, match="--count is 1 or more"):
        seed(0)
