from rest_framework import serializers

from .models import User


class UserSerializer(serializers.ModelSerializer[User]):
    """The account of a user, who cannot change the login."""

    class Meta:
        model = User
        # % if project.accounts.email_login
        fields = ("id", "email", "first_name", "last_name")
        # % else
        fields = ("id", "username", "email", "first_name", "last_name")
        # % endif
        read_only_fields = ("id", "{{ project.accounts.login_field }}")
