import functools
from typing import Any

from django.contrib import admin
from django.contrib.messages.middleware import MessageMiddleware
from django.db import DatabaseError, DataError
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.utils.translation import gettext as _

from api.conflicts import is_conflict, log_conflict, retry_conflicts


class AdminSite(admin.AdminSite):
    """Shows a conflict with another request as an error of the form.

    A value that the database cannot store, such as a null character in a query, is a 400.
    """

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        @retry_conflicts
        def run(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            # Drops the message of success of a first attempt.
            MessageMiddleware(view).process_request(request)
            response: HttpResponse = view(request, *args, **kwargs)
            return response

        @functools.wraps(view)
        def handle(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            try:
                if request.method == "POST":
                    return run(request, *args, **kwargs)
                return view(request, *args, **kwargs)
            except DataError:
                return HttpResponseBadRequest(_("The database cannot store a value. Change it."))
            except DatabaseError as error:
                if not is_conflict(error):
                    raise
                log_conflict(error)
                text = _("Another request has changed the same objects. Try again.")
                return HttpResponse(text, status=409)

        return super().admin_view(handle, cacheable)
