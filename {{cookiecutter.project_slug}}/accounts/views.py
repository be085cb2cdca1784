from typing import cast

from rest_framework.generics import RetrieveUpdateAPIView
from rest_framework.permissions import IsAuthenticated

from .models import User
from .serializers import UserSerializer


class MeView(RetrieveUpdateAPIView[User]):
    """Returns and updates the account of the authenticated user."""

    permission_classes = (IsAuthenticated,)
    serializer_class = UserSerializer

    def get_object(self) -> User:
        return cast(User, self.request.user)
