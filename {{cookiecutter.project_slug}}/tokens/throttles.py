"""How often an address, and an account, may ask; the rates are in config/settings.py."""

import ipaddress
import time

from django.contrib.auth import get_user_model
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView

from .events import hash_login


class AtomicRateThrottle(SimpleRateThrottle):
    """Counts in the cache, in one step: of many requests at once, none passes uncounted.

    REST framework's own reads a list and writes it back, so that parallel requests overlook each
    other.
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
            # The cache was short of memory, and has dropped it meanwhile.
            count = 1
        return bool(count <= limit)

    def wait(self) -> float:
        return self.left

    def get_cache_key(self, request: Request, view: APIView) -> str | None:
        """The address; of IPv6, the network of 64 bits that a single client has."""
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
    """Whatever addresses the guesses come from."""

    scope = "token_obtain_account"

    def get_cache_key(self, request: Request, view: APIView) -> str | None:
        data = request.data
        login = data.get(get_user_model().USERNAME_FIELD) if hasattr(data, "get") else None
        return hash_login(login) if isinstance(login, str) else None


class TokenRefreshThrottle(AtomicRateThrottle):
    scope = "token_refresh"


class TokenVerifyThrottle(AtomicRateThrottle):
    scope = "token_verify"
