"""The token policy: SIMPLE_JWT.

Settings that are not listed here have Simple JWT's default:
https://django-rest-framework-simplejwt.readthedocs.io/en/latest/settings.html
"""

from datetime import timedelta
from typing import Any

from tokens.keys import KeyRing

from .env import BASE_DIR, env

# The keys that sign and verify tokens. SECRET_KEY is not one of them, so that each can be replaced
# separately.
JWT_KEYS = KeyRing.from_environment(env, BASE_DIR)
# % if project.tokens.rotates

# The maximum lifetime of a login, even if it is refreshed.
JWT_ABSOLUTE_LIFETIME = {{ project.tokens.absolute_lifetime | duration }}
# % if project.revocation.sessions
# A client that lost the response of a refresh can repeat the request for this long. With zero, a
# repetition ends the session.
JWT_REPEAT_WINDOW = timedelta(seconds=10)
# % endif
# % endif

SIMPLE_JWT: dict[str, Any] = {
    # % if project.tokens.sliding
    # Requests send the token during the first period. While it is valid, it can be exchanged for a
    # new one until the second period ends.
    "SLIDING_TOKEN_LIFETIME": {{ project.tokens.access_lifetime | duration }},
    "SLIDING_TOKEN_REFRESH_LIFETIME": {{ project.tokens.refresh_lifetime | duration }},
    # % else
    # % if not project.revocation.sessions
    # Short, because an access token is accepted until it expires.
    # % endif
    "ACCESS_TOKEN_LIFETIME": {{ project.tokens.access_lifetime | duration }},
    "REFRESH_TOKEN_LIFETIME": {{ project.tokens.refresh_lifetime | duration }},
    # % if project.tokens.rotates
    # Each refresh returns a new refresh token, valid for another REFRESH_TOKEN_LIFETIME.
    # % else
    # A refresh token can be reused until it expires; then the user logs in again.
    # % endif
    "ROTATE_REFRESH_TOKENS": {{ project.tokens.rotates }},
    # % endif
    # % if project.revocation.blacklist and project.tokens.rotates
    # A refresh token can be used once.
    "BLACKLIST_AFTER_ROTATION": True,
    # % endif
    "ALGORITHM": "{{ project.keys.algorithm }}",
    # JWT_KEYS is used instead; the default would be SECRET_KEY.
    "SIGNING_KEY": None,
    # % for name, value in project.jwt.own_serializers.items()
    "{{ name }}": {{ value }},
    # % endfor
    # % if project.jwt.token_classes
    "AUTH_TOKEN_CLASSES": {{ project.jwt.token_classes }},
    # % endif
    # % if project.keys.remote
    # Access tokens of ISSUER for AUDIENCE are accepted as well; their keys are at JWK_URL.
    # % endif
    # % for name, value in project.jwt.settings.items()
    "{{ name }}": {{ value }},
    # % endfor
}
