from typing import cast

from rest_framework.generics import RetrieveUpdateAPIView
from rest_framework.permissions import IsAuthenticated

from .models import User
from .serializers import UserSerializer


class MeView(RetrieveUpdateAPIView[User]):
    """The account of whoever asks."""

    permission_classes = (IsAuthenticated,)
    serializer_class = UserSerializer

    def get_object(self) -> User:
        return cast(User, self.request.user)
