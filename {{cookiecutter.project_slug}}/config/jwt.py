"""SIMPLE_JWT: how JSON Web Tokens are made and checked.

What is not named here has Simple JWT's default:
https://django-rest-framework-simplejwt.readthedocs.io/en/latest/settings.html
"""

from datetime import timedelta
from typing import Any

from tokens.keys import KeyRing

from .env import BASE_DIR, env

# The keys of tokens, none of them SECRET_KEY: either can be replaced without the other.
JWT_KEYS = KeyRing.from_environment(env, BASE_DIR)
# % if project.tokens.rotates

# A login lasts no longer than this, however often it is refreshed.
JWT_ABSOLUTE_LIFETIME = {{ project.tokens.absolute_lifetime | duration }}
# % endif

SIMPLE_JWT: dict[str, Any] = {
    # % if project.tokens.sliding
    # One token does both: requests carry it for the first time span, and while it is valid it can
    # be exchanged for a fresh one, until the second is over.
    "SLIDING_TOKEN_LIFETIME": {{ project.tokens.access_lifetime | duration }},
    "SLIDING_TOKEN_REFRESH_LIFETIME": {{ project.tokens.refresh_lifetime | duration }},
    # % if "AUTH_TOKEN_CLASSES" not in project.jwt.settings
    "AUTH_TOKEN_CLASSES": ("rest_framework_simplejwt.tokens.SlidingToken",),
    # % endif
    # % else
    # Short: until it expires, whoever has an access token is let in.
    "ACCESS_TOKEN_LIFETIME": {{ project.tokens.access_lifetime | duration }},
    "REFRESH_TOKEN_LIFETIME": {{ project.tokens.refresh_lifetime | duration }},
    # % if project.tokens.rotates
    # Each refresh gives a new refresh token, good for another REFRESH_TOKEN_LIFETIME.
    # % else
    # A refresh token is used until it expires; then the user logs in again.
    # % endif
    "ROTATE_REFRESH_TOKENS": {{ project.tokens.rotates }},
    # % endif
    # % if project.revocation.blacklist and project.tokens.rotates
    # A refresh token that was used is refused from then on.
    "BLACKLIST_AFTER_ROTATION": True,
    # % endif
    "ALGORITHM": "{{ project.keys.algorithm }}",
    # JWT_KEYS sign and verify; without this, Simple JWT would keep SECRET_KEY for that.
    "SIGNING_KEY": None,
    # % for name, value in project.jwt.own_serializers.items()
    "{{ name }}": {{ value }},
    # % endfor
    # % if project.keys.remote
    # The tokens of the issuer whose keys are here are accepted as well, until this is taken out.
    # % endif
    # % for name, value in project.jwt.settings.items()
    "{{ name }}": {{ value }},
    # % endfor
}
