"""Counters in the cache; while it is unavailable, each process counts in its own memory."""

import logging
import threading
import time

from django.core.cache import BaseCache, caches

from .events import log_event

# Seconds after which an unavailable cache is tried again.
RETRY_INTERVAL = 30


class CircuitBreaker:
    """Decides whether the cache is used, for all threads of the process."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.is_open = False
        self.retry_at = 0.0

    def choose_alias(self) -> str:
        """Returns the cache to use. During an outage, one thread at a time tries the default."""
        with self.lock:
            if not self.is_open:
                return "default"
            if time.monotonic() < self.retry_at:
                return "local"
            self.retry_at = time.monotonic() + RETRY_INTERVAL
            return "default"

    def close(self) -> None:
        with self.lock:
            self.is_open = False

    def open(self, error: Exception) -> None:
        """Stops the use of the cache. Logs only the first error of an outage.

        The message of an error could contain the URL of the cache.
        """
        with self.lock:
            is_first, self.is_open = not self.is_open, True
            self.retry_at = time.monotonic() + RETRY_INTERVAL
        if is_first:
            log_event("cache_unavailable", None, logging.ERROR, error=type(error).__name__)


breaker = CircuitBreaker()


class Counter:
    """A number under a key, for at least `timeout` seconds."""

    def __init__(self, key: str, timeout: int) -> None:
        self.key = key
        self.timeout = timeout
        self.alias = ""

    def increment(self) -> int:
        """Adds one with an atomic operation of the cache. Returns the number."""
        self.alias = breaker.choose_alias()
        if self.alias == "default":
            try:
                count = self.increment_in(caches["default"])
            except Exception as error:
                # Each type of cache has its own exceptions.
                breaker.open(error)
                self.alias = "local"
            else:
                breaker.close()
                return count
        return self.increment_in(caches["local"])

    def increment_in(self, cache: BaseCache) -> int:
        try:
            return cache.incr(self.key)
        except ValueError:
            cache.add(self.key, 0, self.timeout)
        try:
            return cache.incr(self.key)
        except ValueError:
            # The cache has evicted the key since it was added.
            return 1

    def decrement(self) -> None:
        """Takes back the increment, in the cache that counted it."""
        if self.alias == "default" and breaker.is_open:
            return
        try:
            caches[self.alias].decr(self.key)
        except ValueError:
            # The cache has evicted the key.
            return
        except Exception as error:
            breaker.open(error)
