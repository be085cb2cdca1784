"""The SIMPLE_JWT settings and what follows from them: `project.jwt` in templates."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ..answers import Answers
from ..answers.jwt_settings import CLAIM_DEFAULTS, ISSUER_TOKEN, tuple_source
from ..rendering.literals import string
from .keys import Keys
from .tokens import Tokens


class Jwt:
    """The facts about the settings of Simple JWT."""

    def __init__(self, answers: Answers, keys: Keys, tokens: Tokens) -> None:
        self.settings = answers.jwt_settings
        """The settings that were answered, as Python source."""
        self.obtain_setting = f"{'SLIDING_' * tokens.sliding}TOKEN_OBTAIN_SERIALIZER"
        """The setting that names the serializer for passwords."""
        self.refresh_setting = f"{'SLIDING_' * tokens.sliding}TOKEN_REFRESH_SERIALIZER"
        """The setting that names the serializer for tokens to refresh."""
        self._answers = answers
        self._keys = keys
        self._tokens = tokens

    @property
    def own_serializers(self) -> Mapping[str, str]:
        """The settings that name the project's serializers, unless an answer names another."""
        names = {
            self.obtain_setting: self._tokens.obtain_serializer,
            self.refresh_setting: self._tokens.refresh_serializer,
        }
        if self._answers.token_verify_path:
            names["TOKEN_VERIFY_SERIALIZER"] = "TokenVerifySerializer"
        if self._answers.token_blacklist_path:
            names["TOKEN_BLACKLIST_SERIALIZER"] = "TokenBlacklistSerializer"
        return {
            setting: string(f"tokens.serializers.{name}")
            for setting, name in names.items()
            if setting not in self.settings
        }

    @property
    def token_classes(self) -> str:
        """The tokens that requests can send, or nothing if they are Simple JWT's default."""
        if "AUTH_TOKEN_CLASSES" in self.settings:
            return ""
        own = "SlidingToken" if self._tokens.sliding else "AccessToken"
        names = [f"rest_framework_simplejwt.tokens.{own}"]
        if self._keys.remote:
            names.append(ISSUER_TOKEN)
        elif not self._tokens.sliding:
            return ""
        return tuple_source([string(name) for name in names])

    @property
    def schema_serializers(self) -> list[str]:
        """The serializers for which drf-spectacular has an extension of Simple JWT's class only."""
        names = [self._tokens.obtain_serializer]
        if not self._tokens.sliding and not self._tokens.cookie:
            names.append("TokenRefreshSerializer")
        if self._answers.token_verify_path:
            names.append("TokenVerifySerializer")
        return names

    @property
    def named_parties(self) -> list[str]:
        """The claims that name the issuer and the audience (RFC 7519, section 4.1)."""
        claims = {"AUDIENCE": "aud", "ISSUER": "iss"}
        return [claim for setting, claim in claims.items() if setting in self.settings]

    @property
    def user_id_claim(self) -> str:
        return self.settings.get("USER_ID_CLAIM", CLAIM_DEFAULTS["USER_ID_CLAIM"]).strip("\"'")

    @property
    def user_id_field(self) -> str:
        return self.settings.get("USER_ID_FIELD", "id").strip("\"'")

    @property
    def header_name(self) -> str:
        """The request header that contains the token, as HTTP spells it."""
        key = self.settings.get("AUTH_HEADER_NAME", '"HTTP_AUTHORIZATION"').strip('"')
        return key.removeprefix("HTTP_").replace("_", "-").title()

    @property
    def header_type(self) -> str:
        """The first of AUTH_HEADER_TYPES, as in `Authorization: Bearer …`."""
        match = re.search(r"\"([^\"]+)\"", self.settings.get("AUTH_HEADER_TYPES", ""))
        return match.group(1) if match else "Bearer"

    @property
    def is_bearer(self) -> bool:
        """Whether requests contain the token as specified in RFC 6750, section 2.1."""
        return (self.header_name, self.header_type) == ("Authorization", "Bearer")

    @property
    def revokes_by_password(self) -> bool:
        """Whether each request compares the token with the password of the user."""
        return self.settings.get("CHECK_REVOKE_TOKEN") == "True"

    @property
    def refuses_disabled(self) -> bool:
        """Whether the tokens of a user who is not active are refused."""
        return self.settings.get("CHECK_USER_IS_ACTIVE") != "False"
