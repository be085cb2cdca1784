"""Fields of the user that store a name in one form, in which a login finds it."""

import unicodedata
from abc import ABC, abstractmethod
from contextlib import suppress
from typing import Any

from django.db import models


class NormalizedField(models.CharField, ABC):
    """Normalizes its value wherever it is used: in a lookup, an update, a fixture or a form."""

    @abstractmethod
    def normalize(self, value: str) -> str:
        """Returns the value in the form in which it is stored."""

    def to_python(self, value: Any) -> Any:
        value = super().to_python(value)
        # No account has a longer name, and normalization is slow for a very long one.
        if isinstance(value, str) and len(value) <= (self.max_length or 0):
            return self.normalize(value)
        return value

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = super().pre_save(model_instance, add)
        if isinstance(value, str):
            value = self.to_python(value)
            setattr(model_instance, self.attname, value)
        return value


class EmailField(NormalizedField, models.EmailField):
    """An address in NFKC and case-folded, with its domain as in DNS (IDNA)."""

    def normalize(self, value: str) -> str:
        # Case-folding can undo the normalization.
        value = unicodedata.normalize("NFKC", value).casefold()
        local, at, domain = unicodedata.normalize("NFKC", value).strip().rpartition("@")
        if at:
            # The validator of the field refuses an invalid domain.
            with suppress(UnicodeError):
                domain = domain.encode("idna").decode()
        return local + at + domain
# % if not project.accounts.email_login


class UsernameField(NormalizedField):
    """A user name in NFKC, as in Django's forms."""

    def normalize(self, value: str) -> str:
        return unicodedata.normalize("NFKC", value)
# % endif
