import factory
from django.contrib.auth.hashers import make_password
from factory.django import DjangoModelFactory

from .models import User


class UserFactory(DjangoModelFactory[User]):
    """A user who cannot log in: without a password."""

    class Meta:
        model = User

    # % if not project.accounts.email_login
    username = factory.Sequence(lambda n: f"seeded{n}")
    # % endif
    email = factory.Sequence(lambda n: f"seeded{n}@example.com")
    first_name = factory.Faker("first_name")
    last_name = factory.Faker("last_name")
    password = factory.LazyFunction(lambda: make_password(None))
