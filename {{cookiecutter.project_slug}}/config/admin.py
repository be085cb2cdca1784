import functools
from typing import Any

from django.contrib import admin
from django.contrib.messages.middleware import MessageMiddleware
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse

from api.conflicts import is_conflict, log_conflict, retry_conflicts


class AdminSite(admin.AdminSite):
    """Shows a conflict with another request as an error of the form."""

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        @retry_conflicts
        def run(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            # Drops the message of success of a first attempt.
            MessageMiddleware(view).process_request(request)
            response: HttpResponse = view(request, *args, **kwargs)
            return response

        @functools.wraps(view)
        def handle(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if request.method != "POST":
                return view(request, *args, **kwargs)
            try:
                return run(request, *args, **kwargs)
            except DatabaseError as error:
                if not is_conflict(error):
                    raise
                log_conflict(error)
                return HttpResponse("Another request has changed the same objects.", status=409)

        return super().admin_view(handle, cacheable)
