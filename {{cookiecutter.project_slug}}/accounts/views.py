from typing import cast

from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.generics import RetrieveUpdateAPIView
from rest_framework.permissions import IsAuthenticated

from api.conflicts import lock_row, retry_conflicts

from .models import User
from .serializers import UserSerializer


@extend_schema(tags=["account"])
@extend_schema_view(
    get=extend_schema(summary="Retrieve your account", description="Returns your account."),
    put=extend_schema(
        summary="Update your account", description="Changes your account and returns it."
    ),
    patch=extend_schema(
        summary="Update your account partially",
        description="Changes the fields of your account that are in the body and returns it.",
    ),
)
@method_decorator(cache_control(no_store=True), name="dispatch")
@method_decorator(retry_conflicts, name="update")
class MeView(RetrieveUpdateAPIView[User]):
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
