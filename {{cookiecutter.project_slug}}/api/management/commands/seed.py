from argparse import ArgumentParser
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import models, transaction

from accounts.models import User

OWNERS = 10
BATCH = 1_000


class Command(BaseCommand):
    help = "Adds believable rows to the table of every resource, for development."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--count", type=int, default=100, help="rows a table (default: 100)")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["count"] < 1:
            raise CommandError(f"--count is 1 or more, not {options['count']}")
        try:
            # Production does without the development dependencies.
            from api.factories import FACTORIES  # noqa: PLC0415
        except ModuleNotFoundError as error:
            raise CommandError(f"{error.name} is missing: `uv sync` installs it") from error
        with transaction.atomic():
            users = self.users(min(options["count"], OWNERS))
            for factory in FACTORIES:
                made = self.fill(factory, options["count"], users)
                self.stdout.write(f"{factory._meta.model._meta.verbose_name_plural}: {made} more")

    def users(self, count: int) -> Sequence[User]:
        """Users who own what is made; those of the last time, if there are."""
        from accounts.factories import UserFactory  # noqa: PLC0415

        users = list(User.objects.filter(email__startswith="seeded")[:count])
        UserFactory.reset_sequence(len(users), force=True)
        return [*users, *UserFactory.create_batch(count - len(users))]

    def fill(self, factory: Any, count: int, users: Sequence[User]) -> int:
        """Makes `count` rows in few queries; fewer, where values must differ and run out."""
        model: Any = factory._meta.model
        last = model.objects.aggregate(last=models.Max("pk"))["last"] or 0
        factory.reset_sequence(last, force=True)
        to_one = [field for field in model._meta.fields if field.is_relation]
        owner = next((f.name for f in to_one if f.related_model is User), None)
        choices = {field.name: Choices(field, owner is not None) for field in to_one}
        rows = []
        for index in range(count):
            user = users[index % len(users)]
            given = {name: choice.take(index, user) for name, choice in choices.items()}
            if owner:
                given[owner] = user
            if all(given[f.name] is not None or f.null for f in to_one):
                rows.append(factory.build(**given))
        # What a unique field has already is passed over.
        model.objects.bulk_create(rows, batch_size=BATCH, ignore_conflicts=True)
        made = list(model.objects.filter(pk__gt=last))
        for field in model._meta.many_to_many:
            many = Choices(field, owner is not None)
            source, target = field.m2m_column_name(), field.m2m_reverse_name()
            links = (
                field.remote_field.through(**{source: row.pk, target: chosen.pk})
                for index, row in enumerate(made)
                if (chosen := many.take(index, getattr(row, owner) if owner else None)) is not None
            )
            field.remote_field.through.objects.bulk_create(links, batch_size=BATCH)
        return len(made)


class Choices:
    """The rows that a relation can be to: for an owned row, those of the same owner."""

    def __init__(self, field: Any, owned: bool) -> None:
        target = field.related_model
        owners = [f.attname for f in target._meta.fields if f.related_model is User]
        self.owner = owners[0] if owned and owners and target is not User else None
        self.once = field.one_to_one
        self.rows: dict[Any, list[Any]] = defaultdict(list)
        if target._meta.label != settings.AUTH_USER_MODEL:
            for row in target.objects.all():
                self.rows[getattr(row, self.owner) if self.owner else None].append(row)
        if self.once:
            taken = set(field.model.objects.values_list(field.attname, flat=True))
            for owner, rows in self.rows.items():
                self.rows[owner] = [row for row in rows if row.pk not in taken]

    def take(self, index: int, user: User | None) -> Any:
        rows = self.rows[user.pk if self.owner and user else None]
        if not rows:
            return None
        return rows.pop() if self.once else rows[index % len(rows)]
