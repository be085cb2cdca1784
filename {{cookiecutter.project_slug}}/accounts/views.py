from typing import Any, cast

from django.contrib.auth import SESSION_KEY, update_session_auth_hash
from django.utils.decorators import method_decorator
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.generics import GenericAPIView, RetrieveUpdateAPIView
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework_simplejwt.settings import api_settings

from api.conflicts import lock_row, retry_conflicts
from tokens import cookies, schema
from tokens.events import log_event
from tokens.serializers import TokenObtainPairSerializer, TokenObtainSlidingSerializer

from .models import User
from .serializers import PasswordChangeSerializer, UserSerializer
from .throttles import AccountThrottle


def get_locked_user(request: Request) -> User:
    """Returns the authenticated user, who stays the same until the end of the transaction."""
    user = cast(User, request.user)
    try:
        lock_row(user, request.method)
    except User.DoesNotExist as error:
        raise AuthenticationFailed(_("User not found"), "user_not_found") from error
    return user


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
        return get_locked_user(self.request)


@method_decorator(cache_control(no_store=True), name="dispatch")
@method_decorator(retry_conflicts, name="post")
class PasswordView(GenericAPIView[User]):
    permission_classes = (IsAuthenticated,)
    throttle_classes = (AccountThrottle,)
    serializer_class = PasswordChangeSerializer

    @extend_schema(
        tags=["account"],
        summary="Change your password",
        # % if project.revocation.enabled
        description="Ends all logins of your account, and logs in with the new password.",
        # % else
        description="Changes the password, and logs in with the new one.",
        # % endif
        # % if project.tokens.cookie
        parameters=[schema.SET_COOKIE],
        responses=schema.TokenAccessSerializer,
        # % else
        responses={{ project.tokens.obtain_serializer }},
        # % endif
    )
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        user = get_locked_user(request)
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        password = serializer.validated_data["new_password"]
        user.set_password(password)
        user.save(update_fields=["password"])
        log_event("password_changed", request, user=user.pk)
        if request.session.get(SESSION_KEY) == user._meta.pk.value_to_string(user):
            update_session_auth_hash(request, user)
        credentials = {User.USERNAME_FIELD: user.get_username(), "password": password}
        login = import_string(api_settings.{{ project.jwt.obtain_setting }})(
            data=credentials, context=self.get_serializer_context()
        )
        login.is_valid(raise_exception=True)
        # % if project.tokens.cookie
        response = Response(login.validated_data)
        cookies.set_refresh_cookie(response, response.data.pop("refresh"))
        return response
        # % else
        return Response(login.validated_data)
        # % endif
