from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.headerregistry import Address
from typing import Any

from django.contrib.auth import authenticate
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError as DjangoValidationError
from django.utils.translation import gettext as _
from rest_framework import serializers

from .models import User

# % if project.accounts.mail
EMAIL: Any = User._meta.get_field("email")

# % endif

class UserSerializer(serializers.ModelSerializer[User]):
    """The account of a user, who cannot change the login or the address here."""

    class Meta:
        model = User
        # % if project.accounts.email_login
        fields = ("id", "email", "first_name", "last_name")
        read_only_fields = ("id", "email")
        # % else
        fields = ("id", "username", "email", "first_name", "last_name")
        read_only_fields = ("id", "username", "email")
        # % endif


# % if project.accounts.mail
class EmailField(serializers.EmailField):
    """An address in the form in which it is stored."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=EMAIL.max_length, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        email: str = EMAIL.to_python(super().to_internal_value(data))
        # Django accepts control characters, in quotes or a domain that is invalid in DNS. The
        # header of a mail cannot contain them.
        if not (email.isascii() and email.isprintable()):
            self.fail("invalid")
        return email

    def run_validators(self, value: Any) -> None:
        super().run_validators(value)
        # Each other spelling of a mailbox would have its own account and its own limits: quotes
        # that are not necessary, and encoded words such as =?utf-8?q?=61da?= for ada.
        with suppress(ValueError):
            if Address(addr_spec=value).addr_spec == value:
                return
        self.fail("invalid")


# % endif
class PasswordField(serializers.CharField):
    """A password, which can contain any character and white space."""

    def __init__(self, **kwargs: Any) -> None:
        options = {"max_length": 4096, "trim_whitespace": False, "write_only": True}
        super().__init__(style={"input_type": "password"}, **options | kwargs)


class CurrentPasswordSerializer(serializers.Serializer[Any]):
    """A body with the user's password, which a thief of a token does not know."""

    current_password = PasswordField()

    def validate_current_password(self, password: str) -> str:
        """Counts a wrong password as a failed login. Raises Throttled after too many."""
        request = self.context["request"]
        login = {User.USERNAME_FIELD: request.user.get_username(), "password": password}
        if authenticate(request, **login) != request.user:
            text = _("The password is wrong. Enter your current password.")
            raise serializers.ValidationError(text, "wrong_password")
        return password


class PasswordChangeSerializer(CurrentPasswordSerializer):
    new_password = PasswordField()

    def validate_new_password(self, password: str) -> str:
        validate_password(password, self.context["request"].user)
        return password
# % if project.accounts.mail


@contextmanager
def convert_errors() -> Iterator[None]:
    """Raises Django's errors of fields as REST framework's."""
    try:
        yield
    except DjangoValidationError as error:
        raise serializers.ValidationError(serializers.as_serializer_error(error)) from error


def check_password(password: str, user: User) -> None:
    """Raises the errors of Django's password validators as errors of the field `password`."""
    with convert_errors():
        try:
            validate_password(password, user)
        except DjangoValidationError as error:
            raise DjangoValidationError({"password": error}) from error
# % endif
