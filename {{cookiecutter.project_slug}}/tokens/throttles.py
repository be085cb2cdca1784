"""Throttles per address and per account; the rates are in config/settings.py."""

import ipaddress
import time

from django.contrib.auth import get_user_model
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView

from .events import hash_login


class AtomicRateThrottle(SimpleRateThrottle):
    """Counts requests with an atomic increment, so that every concurrent request is counted.

    The base class reads a list from the cache and writes it back: concurrent requests are lost.
    """

    def allow_request(self, request: Request, view: APIView) -> bool:
        ident = self.get_cache_key(request, view)
        limit, duration = self.parse_rate(self.get_rate())
        if ident is None or not limit or not duration:
            return True
        window, elapsed = divmod(time.time(), duration)
        self.left = duration - elapsed
        key = f"throttle:{self.scope}:{ident}:{window:.0f}"
        self.cache.add(key, 0, timeout=2 * duration)
        try:
            count = self.cache.incr(key)
        except ValueError:
            # The cache has evicted the key since it was added.
            count = 1
        return bool(count <= limit)

    def wait(self) -> float:
        return self.left

    def get_cache_key(self, request: Request, view: APIView) -> str | None:
        """Returns the address; for IPv6 the /64 network, which one client usually controls."""
        ident = self.get_ident(request)
        try:
            address = ipaddress.ip_address(ident)
        except ValueError:
            return hash_login(ident)
        if address.version == 6:
            return str(ipaddress.ip_network((address, 64), strict=False).network_address)
        return str(address)


class TokenObtainAddressThrottle(AtomicRateThrottle):
    scope = "token_obtain_address"


class TokenObtainAccountThrottle(AtomicRateThrottle):
    """Counts the attempts for one account from all addresses."""

    scope = "token_obtain_account"

    def get_cache_key(self, request: Request, view: APIView) -> str | None:
        data = request.data
        login = data.get(get_user_model().USERNAME_FIELD) if hasattr(data, "get") else None
        return hash_login(login) if isinstance(login, str) else None


class TokenRefreshThrottle(AtomicRateThrottle):
    scope = "token_refresh"


class TokenVerifyThrottle(AtomicRateThrottle):
    scope = "token_verify"
