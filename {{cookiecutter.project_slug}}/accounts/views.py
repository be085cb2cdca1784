from typing import cast

from django.utils.decorators import method_decorator
from rest_framework.generics import RetrieveUpdateAPIView
from rest_framework.permissions import SAFE_METHODS, IsAuthenticated

from api.conflicts import lock_row, retry_conflicts

from .models import User
from .serializers import UserSerializer


@method_decorator(retry_conflicts, name="update")
class MeView(RetrieveUpdateAPIView[User]):
    """Returns and updates the account of the authenticated user."""

    permission_classes = (IsAuthenticated,)
    serializer_class = UserSerializer

    def get_object(self) -> User:
        user = cast(User, self.request.user)
        if self.request.method not in SAFE_METHODS:
            lock_row(user)
        return user
