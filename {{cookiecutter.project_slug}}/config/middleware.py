"""Middleware for what Django would answer with a redirect, a page or a server error."""

import codecs

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import is_valid_path
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import gettext as _
from rest_framework.exceptions import (
    APIException,
    MethodNotAllowed,
    NotFound,
    ParseError,
    PermissionDenied,
)
from rest_framework.response import Response

# Their pages are for browsers.
PAGES = ("admin", "api-auth")
# Python's names of the charsets of a body. Some of its other codecs are not for text, and some
# raise errors instead of replacing bytes that they cannot decode.
CHARSETS = ("ascii", "cp1252", "iso8859-1", "utf-8")


def is_api_path(path: str) -> bool:
    """Returns whether a path belongs to the API: below its prefix, or a token endpoint."""
    if path[1:].partition("/")[0] in PAGES:
        return False
    if path.startswith("/{{ project.paths.prefix }}"):
        return True
    return bool(is_valid_path(path, "tokens.urls"))


class JSONErrorMiddleware(MiddlewareMixin):
    """Replaces Django's error pages by JSON, with the details and codes of REST framework.

    These are the errors outside of REST framework's views: unknown paths, hosts that are not
    allowed, and exceptions. The log contains the traceback, which DEBUG would show on the page.
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if (
            response.status_code >= 400
            and isinstance(response, HttpResponse)
            # REST framework has chosen the format, such as the browsable API's.
            and not isinstance(response, (Response, JsonResponse))
            and is_api_path(request.path_info)
        ):
            known: dict[int, APIException] = {
                error.status_code: error
                for error in (
                    ParseError(),
                    PermissionDenied(),
                    NotFound(),
                    MethodNotAllowed(str(request.method)),
                )
            }
            error = known.get(response.status_code) or APIException(response.reason_phrase)
            body = JsonResponse({"detail": error.detail, "code": error.get_codes()})
            # In place, because middleware and Django's test client have set attributes.
            response.content = body.content
            response["Content-Type"] = body["Content-Type"]
            response["Content-Length"] = str(len(body.content))
        return response


class LanguageMiddleware(MiddlewareMixin):
    """Responds in the language of the Accept-Language header.

    Django's LocaleMiddleware also looks for a language in each path, which takes longer.
    """

    def process_request(self, request: HttpRequest) -> None:
        translation.activate(translation.get_language_from_request(request))

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        patch_vary_headers(response, ["Accept-Language"])
        response.headers.setdefault("Content-Language", translation.get_language())
        return response


class AppendSlashMiddleware(MiddlewareMixin):
    """Handles a path of the API that lacks only the final slash as the path with the slash.

    Django's CommonMiddleware would redirect, after which clients repeat a POST as a GET.
    """

    def process_request(self, request: HttpRequest) -> None:
        path = request.path_info
        if path.endswith("/") or not is_api_path(f"{path}/"):
            return
        if is_valid_path(f"{path}/") and not is_valid_path(path):
            request.path_info += "/"
            request.path += "/"


class CharsetMiddleware(MiddlewareMixin):
    """Refuses a charset in which bodies are not read. Without one, they are read as UTF-8."""

    def process_request(self, request: HttpRequest) -> None:
        if request.encoding and codecs.lookup(request.encoding).name not in CHARSETS:
            raise BadRequest(_("The charset of the body is not supported. Use UTF-8."))
