"""Views of the token endpoints, with throttles and responses that are never cached."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from rest_framework.exceptions import AuthenticationFailed, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework_simplejwt import views

from . import cookies, schema, throttles
from .keys import MAX_AGE

no_store = method_decorator(cache_control(no_store=True), name="dispatch")


@schema.login
@no_store
class {{ project.tokens.obtain_view }}({{ "cookies.SetRefreshCookieMixin, " if project.tokens.cookie else "" }}views.{{ project.tokens.obtain_view }}):
    """Checks a password; the authentication backend counts failed logins."""


@schema.refresh
@no_store
class {{ project.tokens.refresh_view }}({{ "cookies.ReadRefreshCookieMixin, " if project.tokens.cookie else "" }}views.{{ project.tokens.refresh_view }}):
    throttle_classes = (throttles.TokenRefreshThrottle,)
# % if project.paths.verify


@schema.verify
@no_store
class TokenVerifyView(views.TokenVerifyView):
    throttle_classes = (throttles.TokenVerifyThrottle,)
# % endif
# % if project.paths.blacklist


@schema.logout
@no_store
class TokenBlacklistView({{ "cookies.ReadRefreshCookieMixin, " if project.tokens.cookie else "" }}views.TokenBlacklistView):
    throttle_classes = (throttles.TokenRefreshThrottle,)
    # % if project.tokens.cookie

    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        try:
            response = super().post(request, *args, **kwargs)
        except (AuthenticationFailed, ValidationError):
            # The cookie is missing or not a refresh token of this server: nothing to revoke.
            response = Response({})
        cookies.delete_refresh_cookie(response)
        return response
    # % endif
# % endif
# % if not project.keys.symmetric


@require_safe
@cache_control(public=True, max_age=int(MAX_AGE.total_seconds()))
def jwks(request: HttpRequest) -> JsonResponse:
    """Returns the public keys that verify the tokens (RFC 7517, section 5)."""
    keys = [key.jwk for key in settings.JWT_KEYS.keys]
    return JsonResponse({"keys": keys}, content_type="application/jwk-set+json")
# % endif
