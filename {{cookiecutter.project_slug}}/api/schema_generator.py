"""The generator of the API's description, which SPECTACULAR_SETTINGS names."""

from threading import Lock
from typing import Any

from drf_spectacular import generators


class SchemaGenerator(generators.SchemaGenerator):
    """Generates one description at a time.

    drf-spectacular loads its extensions when it needs them. Threads that did so concurrently would
    fail with an AttributeError.
    """

    lock = Lock()

    def get_schema(self, *args: Any, **kwargs: Any) -> Any:
        with self.lock:
            return super().get_schema(*args, **kwargs)  # type: ignore[no-untyped-call]
