"""The token endpoints: Simple JWT's, with throttles, and answers that nobody keeps."""

from typing import Any, cast

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from drf_spectacular.utils import extend_schema
from rest_framework.mixins import DestroyModelMixin, ListModelMixin
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet
from rest_framework_simplejwt import views

from accounts.models import User

from . import cookies, serializers, throttles
from .events import record
from .keys import MAX_AGE
from .models import Session

no_store = method_decorator(cache_control(no_store=True), name="dispatch")


# % if project.tokens.cookie
@extend_schema(responses=cookies.TokenAccessSerializer)
# % endif
@no_store
class ObtainView({{ "cookies.GivesRefreshCookie, " if project.tokens.cookie else "" }}views.{{ project.tokens.obtain_view }}):
    throttle_classes = (throttles.ObtainByAddress, throttles.ObtainByAccount)


# % if project.tokens.cookie
@extend_schema(request=None, responses=cookies.TokenAccessSerializer, parameters=[cookies.HEADER])
# % endif
@no_store
class RefreshView({{ "cookies.TakesRefreshCookie, " if project.tokens.cookie else "" }}views.{{ project.tokens.refresh_view }}):
    throttle_classes = (throttles.Refresh,)
# % if project.paths.verify


@no_store
class VerifyView(views.TokenVerifyView):
    throttle_classes = (throttles.Verify,)
# % endif
# % if project.paths.blacklist


# % if project.tokens.cookie
@extend_schema(request=None, responses={200: None}, parameters=[cookies.HEADER])
# % elif project.tokens.sliding
@extend_schema(responses={200: None})
# % endif
@no_store
class LogoutView({{ "cookies.TakesRefreshCookie, " if project.tokens.cookie else "" }}views.TokenBlacklistView):
    throttle_classes = (throttles.Refresh,)
    # % if project.tokens.cookie

    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        response = super().post(request, *args, **kwargs)
        cookies.delete(response)
        return response
    # % endif
# % endif
# % if project.revocation.sessions


class SessionViewSet(ListModelMixin, DestroyModelMixin, GenericViewSet[Session]):
    """The logins of whoever asks, and an end to them."""

    permission_classes = (IsAuthenticated,)
    serializer_class = serializers.TokenSessionSerializer
    filter_backends = ()
    queryset = Session.objects.none()

    def get_queryset(self) -> QuerySet[Session]:
        return Session.objects.filter(
            user=cast(User, self.request.user), revoked_at=None, expires_at__gt=timezone.now()
        )

    def perform_destroy(self, instance: Session) -> None:
        self.end(Session.objects.filter(pk=instance.pk))

    @extend_schema(operation_id="sessions_end_others", responses={204: None})
    def end_others(self, request: Request) -> Response:
        """Ends all logins but the one that asks."""
        self.end(self.get_queryset().exclude(pk=serializers.current_session(request)))
        return Response(status=204)

    def end(self, sessions: QuerySet[Session]) -> None:
        reason = Session.Reason.ENDED_BY_USER
        ended = sessions.update(revoked_at=timezone.now(), revoked_reason=reason)
        record("sessions_ended", self.request, user=self.request.user.pk, ended=ended)
# % endif
# % if not project.keys.symmetric


@require_safe
@cache_control(public=True, max_age=int(MAX_AGE.total_seconds()))
def jwks(request: HttpRequest) -> JsonResponse:
    """The public keys that verify the tokens (RFC 7517, section 5)."""
    keys = [key.jwk for key in settings.JWT_KEYS.keys]
    return JsonResponse({"keys": keys}, content_type="application/jwk-set+json")
# % endif
