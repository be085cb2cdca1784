"""Metrics for Prometheus: METRICS.

Gunicorn listens at that address, too (gunicorn.conf.py). There, only `/metrics` and the health
checks are answered. Each process writes its counters to a file, and the one that answers adds all of them up.
Other servers count nothing.
"""

import logging
import os
import time
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.views import View
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
    start_http_server,
)
from prometheus_client.multiprocess import MultiProcessCollector

# The values of labels must be few, whatever clients send: each combination is a time series.
REQUESTS = Counter("http_requests", "Requests.", ["method", "route", "status"])
DURATION = Histogram("http_request_duration_seconds", "Durations.", ["method", "route"])
IN_PROGRESS = Gauge(
    "http_requests_in_progress",
    "Requests that have no response yet.",
    # Without those of a process that was killed.
    multiprocess_mode="livesum",
)
EVENTS = Counter("events", "Events of the log, such as failed logins.", ["event"])
# These start at 0: Prometheus does not see the first of a counter that starts at 1 as an increase.
WATCHED_EVENTS = (
    "cache_unavailable",
    "login_failed",
    "login_throttled",
    # % if project.accounts.mail
    "mail_failed",
    "mail_given_up",
    # % endif
    # % if project.revocation.enabled and project.tokens.rotates
    "replay",
    # % endif
)


class EventHandler(logging.Handler):
    """Counts the events that tokens/events.py logs."""

    def emit(self, record: logging.LogRecord) -> None:
        if event := getattr(record, "event", None):
            EVENTS.labels(event).inc()


HANDLER = EventHandler()


def count_events() -> None:
    for event in WATCHED_EVENTS:
        EVENTS.labels(event)
    logging.getLogger("tokens").addHandler(HANDLER)


class MetricsMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        if not settings.METRICS or "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
            raise MiddlewareNotUsed("Only Gunicorn serves metrics.")
        _, self.port = settings.METRICS
        self.get_response = get_response
        count_events()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if self.is_for_metrics(request):
            return render_metrics() if request.path_info == "/metrics" else HttpResponseNotFound()
        start = time.perf_counter()
        with IN_PROGRESS.track_inprogress():
            response = self.get_response(request)
        method = str(request.method)
        if method.lower() not in View.http_method_names:
            method = "other"
        match = request.resolver_match
        # Unknown paths, redirects and static files have no route.
        route = match.view_name if match else "none"
        DURATION.labels(method, route).observe(time.perf_counter() - start)
        REQUESTS.labels(method, route, response.status_code).inc()
        return response

    def is_for_metrics(self, request: HttpRequest) -> bool:
        """Returns whether a request came in at the address of the metrics.

        The socket tells it, but no header: SERVER_PORT is the port of the Host header if Gunicorn
        listens at a Unix socket.
        """
        connection = request.META.get("gunicorn.socket")
        address = connection.getsockname() if connection else ()
        # The address of a Unix socket is text.
        return bool(address[1:2] == (self.port,))


def render_metrics() -> HttpResponse:
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def serve_metrics(host: str, port: int) -> None:
    """Answers requests for the metrics in a thread, for a process without Gunicorn."""
    count_events()
    start_http_server(port, host)
