import json
from collections.abc import Mapping
from typing import IO, Any

from django.utils.translation import gettext as _
from rest_framework import parsers
from rest_framework.exceptions import ParseError

# Deeply nested JSON can be parsed with a few functions on the stack, but not written with many.
MAX_DEPTH = 100


class JSONParser(parsers.JSONParser):
    """Rejects JSON that cannot be written again, which would make a response fail (500)."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        try:
            data = super().parse(stream, media_type, parser_context)
            check_json(data)
        except RecursionError:
            raise ParseError(_("The JSON must not be nested so deeply.")) from None
        except ValueError as error:
            raise ParseError(str(error)) from None
        return data
# % if project.api.has_type("json")


class JSONDecoder(json.JSONDecoder):
    """Rejects such JSON in the text of a form; forms handle only JSONDecodeError."""

    def decode(self, s: str, *args: Any) -> Any:
        try:
            data = super().decode(s, *args)
            check_json(data)
        except (RecursionError, ValueError) as error:
            raise json.JSONDecodeError(str(error), s, 0) from error
        return data
# % endif


def check_json(data: Any) -> None:
    """Raises ValueError for deeply nested JSON and for lone surrogates.

    JSON can contain one half of a surrogate pair, but UTF-8 cannot (RFC 8259, section 8.2).
    """
    level = [data]
    for _depth in range(MAX_DEPTH):
        level = [
            child
            for item in level
            if isinstance(item, (dict, list))
            for child in (item.values() if isinstance(item, dict) else item)
        ]
    if level:
        raise ValueError(_("The JSON must not be nested so deeply."))
    try:
        json.dumps(data, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise ValueError(_("The JSON must not contain lone surrogates.")) from None
