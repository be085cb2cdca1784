"""Health checks: `/livez` for restarts of the process, `/readyz` for sending requests to it."""

import threading
import time
from io import StringIO

from django.core.management import call_command
from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.utils.deprecation import MiddlewareMixin

from tokens.counters import Counter

# In seconds, between two checks of a process. A database that takes longer counts as unavailable.
INTERVAL = 1

OK = "ok"
PENDING = "pending"
UNAVAILABLE = "unavailable"
UNKNOWN = "unknown"


class Readiness:
    """The states of what requests need, for all threads of the process."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.started_at = self.checked_at = -float(INTERVAL)
        self.states = dict.fromkeys(("database", "migrations", "cache"), UNKNOWN)

    def read(self) -> dict[str, str]:
        """Returns the states, by the names of the components.

        One thread checks; it may have to wait for the database. The others do not wait, except for
        the first result.
        """
        now = time.monotonic()
        is_first = self.states["database"] == UNKNOWN
        if not self.lock.acquire(timeout=INTERVAL if is_first else 0):
            late = now - self.started_at > INTERVAL
            return self.states | ({"database": UNAVAILABLE} if late else {})
        try:
            if now - self.checked_at >= INTERVAL:
                self.started_at = now
                self.states = self.check()
                self.checked_at = time.monotonic()
            return self.states
        finally:
            self.lock.release()

    def check(self) -> dict[str, str]:
        database, migrations = OK, self.states["migrations"]
        try:
            # Connects, or asks the database whether the connection is usable: CONN_HEALTH_CHECKS
            with connection.cursor():
                pass
            if migrations != OK:
                migrations = check_migrations()
        except Error:
            database = UNAVAILABLE
        return {"database": database, "migrations": migrations, "cache": check_cache()}


readiness = Readiness()


def check_migrations() -> str:
    try:
        call_command("migrate", check_unapplied=True, verbosity=0, stdout=StringIO())
    except SystemExit:
        return PENDING
    return OK


def check_cache() -> str:
    """Uses the cache as throttles do, so an outage delays one request of the process."""
    counter = Counter("readyz", timeout=60)
    counter.increment()
    return OK if counter.alias == "default" else UNAVAILABLE


class HealthMiddleware(MiddlewareMixin):
    """Answers before all other middleware: probes have any Host and use HTTP."""

    def process_request(self, request: HttpRequest) -> HttpResponse | None:
        if request.path_info not in ("/livez", "/readyz"):
            return None
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        states = readiness.read() if request.path_info == "/readyz" else {}
        # The cache is information only: without it, each process counts for itself.
        ready = all(state == OK for name, state in states.items() if name != "cache")
        return JsonResponse(
            {"status": OK if ready else UNAVAILABLE, **states},
            status=200 if ready else 503,
            headers={"Cache-Control": "no-store"},
        )
