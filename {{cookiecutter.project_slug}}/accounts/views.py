from typing import cast

from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.generics import RetrieveUpdateAPIView
from rest_framework.permissions import IsAuthenticated

from api.conflicts import lock_row, retry_conflicts

from .models import User
from .serializers import UserSerializer


@method_decorator(cache_control(no_store=True), name="dispatch")
@method_decorator(retry_conflicts, name="update")
class MeView(RetrieveUpdateAPIView[User]):
    """Returns and updates the account of the authenticated user."""

    queryset = User.objects.all()
    permission_classes = (IsAuthenticated,)
    serializer_class = UserSerializer

    def get_object(self) -> User:
        user = cast(User, self.request.user)
        try:
            lock_row(user, self.request.method)
        except User.DoesNotExist as error:
            raise AuthenticationFailed(_("User not found"), "user_not_found") from error
        return user
