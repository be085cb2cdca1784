from typing import Any

from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework_simplejwt import authentication
from rest_framework_simplejwt.exceptions import AuthenticationFailed
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.tokens import Token
from rest_framework_simplejwt.utils import get_md5_hash_password

from accounts.models import User

from .models import Session


# % if project.revocation.sessions
class SessionEnded(AuthenticationFailed):
    """The session of the token has been ended, or does not exist."""

    def __init__(self) -> None:
        super().__init__(_("The session has ended. Log in again."), "session_ended")


# % endif
class JWTAuthentication(authentication.JWTAuthentication):
    """Accepts the scheme in any case and reports errors as specified in RFC 6750."""

    def authenticate_header(self, request: Request) -> str:
        challenge = super().authenticate_header(request)
        if self.get_header(request):
            challenge += ', error="invalid_token"'
        return challenge

    def get_raw_token(self, header: bytes) -> bytes | None:
        # The scheme is case-insensitive (RFC 9110, section 11.1).
        scheme, _, rest = header.partition(b" ")
        for known in authentication.AUTH_HEADER_TYPE_BYTES:
            if scheme.lower() == known.lower():
                header = known + b" " + rest
        return super().get_raw_token(header)
    # % if project.revocation.sessions

    def get_user(self, validated_token: Token) -> Any:
        """Returns the user of the token, whose session is part of the query.

        Raises AuthenticationFailed if the session has ended: a logout takes effect immediately.
        """
        try:
            user = User.objects.get(sessions__pk=validated_token["sid"], sessions__revoked_at=None)
        except (KeyError, User.DoesNotExist) as error:
            raise SessionEnded() from error
        check_user(user, validated_token)
        return user
    # % endif
# % if project.revocation.sessions and project.tokens.rotates


def get_session(token: Token) -> Session:
    """Returns the session of a token with its user. Raises AuthenticationFailed as get_user()."""
    try:
        session = Session.objects.select_related("user").get(pk=token["sid"], revoked_at=None)
    except (KeyError, Session.DoesNotExist) as error:
        raise SessionEnded() from error
    check_user(session.user, token)
    return session
# % endif
# % if project.revocation.sessions


def check_user(user: User, token: Token) -> None:
    """Raises AuthenticationFailed if the token is not valid for the user."""
    if str(getattr(user, api_settings.USER_ID_FIELD)) != str(token.get(api_settings.USER_ID_CLAIM)):
        raise AuthenticationFailed(_("User not found"), "user_not_found")
    if api_settings.CHECK_USER_IS_ACTIVE and not user.is_active:
        raise AuthenticationFailed(_("User is inactive"), "user_inactive")
    if api_settings.CHECK_REVOKE_TOKEN:
        found = token.get(api_settings.REVOKE_TOKEN_CLAIM)
        if found != get_md5_hash_password(user.password):
            raise AuthenticationFailed(
                _("The user's password has been changed."), "password_changed"
            )
# % endif
# % if project.revocation.enabled


def check_password_is_current(user: User) -> None:
    """Raises AuthenticationFailed if the password has changed since it was checked.

    The change has {{ "ended all earlier sessions" if project.revocation.sessions else "revoked all earlier tokens" }}. The lock waits for a change that is not complete,
    so a transaction is required.
    """
    current = User.objects.select_for_update(no_key=True).filter(pk=user.pk)
    if current.values_list("password", flat=True).first() != user.password:
        raise AuthenticationFailed(_("The user's password has been changed."), "password_changed")
# % endif
