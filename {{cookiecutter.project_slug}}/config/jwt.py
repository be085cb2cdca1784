"""SIMPLE_JWT: how JSON Web Tokens are made and checked.

What is not named here has Simple JWT's default:
https://django-rest-framework-simplejwt.readthedocs.io/en/latest/settings.html
"""

from datetime import timedelta
from typing import Any

from tokens import keys

from .env import BASE_DIR, env

_signing_key = keys.signing_key(env, BASE_DIR)

SIMPLE_JWT: dict[str, Any] = {
    # % if project.sliding
    # One token does both: requests carry it for the first time span, and while it is valid it can
    # be exchanged for a fresh one, until the second is over.
    "SLIDING_TOKEN_LIFETIME": {{ project.access_lifetime_source }},
    "SLIDING_TOKEN_REFRESH_LIFETIME": {{ project.refresh_lifetime_source }},
    # % if "AUTH_TOKEN_CLASSES" not in project.jwt_settings
    "AUTH_TOKEN_CLASSES": ("rest_framework_simplejwt.tokens.SlidingToken",),
    # % endif
    # % else
    # Short: until it expires, whoever has an access token is let in.
    "ACCESS_TOKEN_LIFETIME": {{ project.access_lifetime_source }},
    "REFRESH_TOKEN_LIFETIME": {{ project.refresh_lifetime_source }},
    # % if project.rotates
    # Each refresh gives a new refresh token, good for another REFRESH_TOKEN_LIFETIME.
    # % else
    # A refresh token is used until it expires; then the user logs in again.
    # % endif
    "ROTATE_REFRESH_TOKENS": {{ project.rotates }},
    # % endif
    # % if project.revokes
    # % if project.rotates
    # A refresh token that was used is refused from then on. The verify endpoint, too, asks the
    # blacklist only where this is on.
    # % else
    # Simple JWT's verify endpoint asks the blacklist only where this is on.
    # % endif
    "BLACKLIST_AFTER_ROTATION": True,
    # % endif
    "ALGORITHM": "{{ project.algorithm }}",
    # A key of its own, never SECRET_KEY: either can be replaced without the other.
    "SIGNING_KEY": _signing_key,
    # % if not project.symmetric
    "VERIFYING_KEY": keys.public_key(_signing_key),
    # % endif
    # % for name, value in project.own_serializers.items()
    "{{ name }}": {{ value }},
    # % endfor
    # % for name, value in project.jwt_settings.items()
    "{{ name }}": {{ value }},
    # % endfor
}
