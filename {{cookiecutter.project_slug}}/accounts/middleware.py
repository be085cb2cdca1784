from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.deprecation import MiddlewareMixin
from rest_framework.exceptions import Throttled


class ThrottledMiddleware(MiddlewareMixin):
    """Shows a page if a login of the admin or the browsable API is throttled.

    REST framework's views return JSON themselves.
    """

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, Throttled):
            return None
        seconds = str(error.wait)  # type: ignore[attr-defined]
        response = render(request, "429.html", {"seconds": seconds}, status=error.status_code)
        response["Retry-After"] = seconds
        return response
