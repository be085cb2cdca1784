"""Throttles of the token endpoints and of failed logins; the rates are in config/settings.py."""

import ipaddress
import logging
import time

from django.http import HttpRequest
from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle, SimpleRateThrottle
from rest_framework.views import APIView

from .counters import Counter
from .events import get_address, hash_login, log_event


class AtomicRateThrottle(SimpleRateThrottle):
    """Counts requests with an atomic increment, so that every concurrent request is counted.

    The base class reads a list from the cache and writes it back: concurrent requests are lost.
    """

    counter: Counter | None = None

    def __init__(self, scope: str | None = None) -> None:
        self.scope = scope or self.scope
        super().__init__()

    def allow_request(self, request: Request, view: APIView) -> bool:
        return self.count(get_network(request))

    def count(self, ident: str) -> bool:
        """Counts one more for `ident`. Returns whether the rate allows it."""
        limit, duration = self.parse_rate(self.get_rate())
        if limit is None or duration is None:
            return True
        window, elapsed = divmod(time.time(), duration)
        self.left = duration - elapsed
        self.counter = Counter(f"throttle:{self.scope}:{ident}:{window:.0f}", 2 * duration)
        return self.counter.increment() <= limit

    def take_back(self) -> None:
        if self.counter:
            self.counter.decrement()

    def wait(self) -> float:
        return self.left


class TokenRefreshThrottle(AtomicRateThrottle):
    scope = "token_refresh"


class TokenVerifyThrottle(AtomicRateThrottle):
    scope = "token_verify"


class LoginAttempt:
    """A login that counts as failed until `take_back()` is called.

    It is counted before the password is checked: of concurrent guesses, only as many are checked
    as the rates allow.
    """

    def __init__(self, request: Request | HttpRequest | None, login: object) -> None:
        self.request = request
        self.account = hash_login(login)
        self.throttles: list[AtomicRateThrottle] = []

    def count(self) -> None:
        """Raises Throttled, and counts nothing, if there were too many failed logins."""
        if self.request is not None:
            network = get_network(self.request)
            self.count_for("login_address", network)
            self.count_for("login_account_address", f"{self.account}:{network}")
        self.count_for("login_account", self.account)

    def count_for(self, scope: str, ident: str) -> None:
        throttle = AtomicRateThrottle(scope)
        self.throttles.append(throttle)
        if not throttle.count(ident):
            self.take_back()
            facts = {"account": self.account, "limit": scope}
            log_event("login_throttled", self.request, logging.WARNING, **facts)
            raise Throttled(throttle.wait())

    def take_back(self) -> None:
        for throttle in self.throttles:
            throttle.take_back()


def get_network(request: Request | HttpRequest) -> str:
    """Returns the address; for IPv6 the /64 network, which one client usually controls."""
    address = get_address(request)
    if address is None:
        return hash_login(BaseThrottle().get_ident(request))  # type: ignore[arg-type]
    if ":" in address:
        network = ipaddress.IPv6Network((address.partition("%")[0], 64), strict=False)
        return str(network.network_address)
    return address
