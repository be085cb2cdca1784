"""Serializers of the token endpoints, named in config/jwt.py."""

from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.utils.translation import gettext as _
from rest_framework_simplejwt import serializers
from rest_framework_simplejwt.exceptions import AuthenticationFailed, ExpiredTokenError, TokenError
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.tokens import Token, UntypedToken
from rest_framework_simplejwt.utils import datetime_to_epoch

from accounts.models import User

from . import issuer, notices, pair, revocation
from .authentication import JWTAuthentication, get_session
from .events import log_event


class {{ project.tokens.obtain_serializer }}(serializers.{{ project.tokens.obtain_serializer }}):
    # % if project.revocation.sessions
    token_class = revocation.{{ project.tokens.token_class }}

    # % elif project.revocation.blacklist and project.tokens.sliding
    token_class = revocation.SlidingToken

    # % elif not project.tokens.sliding
    token_class = pair.RefreshToken

    # % endif
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # White space is part of a password.
        self.fields["password"] = serializers.PasswordField(trim_whitespace=False, max_length=4096)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        try:
            data: dict[str, Any] = super().validate(attrs)
        except DatabaseError:
            # If the user has been deleted since the password was checked, the second attempt
            # refuses the login.
            data = super().validate(attrs)
        request = self.context.get("request")
        # % if project.revocation.sessions
        token = self.token_class(data["{{ project.tokens.refresh_field }}"], verify=False)
        revocation.record_session_use(token, request)
        # % endif
        log_event("login", request, user=self.user and self.user.pk)
        # % if project.accounts.notices
        notices.send_login_notice(token, request)
        # % endif
        return data


class {{ project.tokens.refresh_serializer }}(serializers.{{ project.tokens.refresh_serializer }}):
    # % if project.revocation.blacklist and project.tokens.rotates
    token_class = revocation.UncheckedRefreshToken

    # % elif project.revocation.sessions
    token_class = revocation.{{ project.tokens.token_class }}

    # % elif not project.tokens.sliding
    token_class = pair.RefreshToken

    # % endif
    def validate(self, attrs: dict[str, Any]) -> dict[str, str]:
        token = self.token_class(attrs["{{ project.tokens.refresh_field }}"])
        # % if project.revocation.sessions and project.tokens.rotates
        session = get_session(token)
        user: Any = session.user
        # % else
        user: Any = JWTAuthentication().get_user(token)
        # % endif
        if not api_settings.USER_AUTHENTICATION_RULE(user):
            raise AuthenticationFailed(_("No active account found for the given token."))
        request = self.context.get("request")
        # % if project.tokens.sliding
        token.check_exp(api_settings.SLIDING_TOKEN_REFRESH_EXP_CLAIM)
        token.set_exp()
        token.set_iat()
        # % if project.revocation.sessions
        revocation.record_session_use(token, request)
        # % endif
        log_event("refresh", request, user=user.pk)
        return {"token": str(token)}
        # % else
        # % if project.tokens.rotates and project.revocation.sessions
        used = token.payload.copy()
        renew_token(token)
        revocation.replace_token(used, token, session, request)
        # % elif project.tokens.rotates and project.revocation.enabled
        used = token.payload.copy()
        renew_token(token)
        revocation.replace_token(used, token, user, request)
        # % elif project.tokens.rotates
        renew_token(token)
        # % elif project.revocation.sessions
        revocation.record_session_use(token, request)
        # % endif
        # % if not (project.tokens.rotates and project.revocation.sessions)
        log_event("refresh", request, user=user.pk)
        # % endif
        # % if project.tokens.rotates
        return {"access": str(token.access_token), "refresh": str(token)}
        # % else
        return {"access": str(token.access_token)}
        # % endif
        # % endif
# % if project.tokens.rotates


def renew_token(token: Token) -> None:
    """Sets a new id and expiration, limited by the absolute lifetime of a login.

    The claim auth_time contains the time of the login (OpenID Connect Core, section 2).
    """
    now = datetime_to_epoch(token.current_time)
    login = token.payload.setdefault("auth_time", token.get("iat", now))
    token.set_jti()
    token.set_iat()
    token.set_exp()
    last = int(login + settings.JWT_ABSOLUTE_LIFETIME.total_seconds())
    if last <= now:
        raise TokenError(_("The login has expired. Log in again."))
    token["exp"] = min(token["exp"], last)
# % endif
# % if project.paths.verify


class TokenVerifySerializer(serializers.TokenVerifySerializer):
    """Verifies a token as the endpoint that accepts it would."""

    def validate(self, attrs: dict[str, Any]) -> dict[str, str]:
        # % if project.keys.remote
        try:
            token: Token = UntypedToken(attrs["token"])
        except TokenError:
            token = issuer.IssuerToken(attrs["token"])
        # % else
        token = UntypedToken(attrs["token"])
        # % endif
        JWTAuthentication().get_user(token)
        # % if project.revocation.checked_by_verify
        revocation.check_revocation(token)
        # % endif
        return {}
# % endif
# % if project.paths.blacklist


class TokenBlacklistSerializer(serializers.{{ project.tokens.refresh_serializer if project.tokens.sliding else "TokenBlacklistSerializer" }}):
    # % if project.revocation.sessions
    """Ends the session of the token."""
    # % elif project.tokens.sliding
    """Revokes the token and all its successors. Simple JWT has no such class for sliding tokens."""
    # % else
    """Revokes the token."""
    # % endif

    # % if project.revocation.sessions
    token_class = revocation.{{ project.tokens.token_class }}
    # % else
    token_class = revocation.Unchecked{{ project.tokens.token_class }}
    # % endif

    def validate(self, attrs: dict[str, Any]) -> dict[str, str]:
        # A token that is no longer valid is not an error (RFC 7009, section 2.2).
        try:
            token = self.token_class(attrs["{{ project.tokens.refresh_field }}"])
        except ExpiredTokenError:
            return {}
        if api_settings.USER_ID_CLAIM not in token:
            raise TokenError(_("Token contained no recognizable user identification"))
        # Unlike a refresh, a logout does not require that the user is active.
        user_id = {api_settings.USER_ID_FIELD: token[api_settings.USER_ID_CLAIM]}
        user = User.objects.filter(**user_id).first()
        if user and revocation.end_session(token, user):
            log_event("logout", self.context.get("request"), user=user.pk)
        return {}
# % endif
