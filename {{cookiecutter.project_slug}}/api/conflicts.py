"""Conflicts of concurrent requests: another request changes the database after a validation."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import Model
from rest_framework.permissions import SAFE_METHODS

logger = logging.getLogger(__name__)


def is_conflict(error: BaseException) -> bool:
    """Returns whether the database refused a change that another request may have prevented."""
    # PostgreSQL's codes of this class end a transaction, because of a deadlock for example.
    code = getattr(error.__cause__, "sqlstate", None) or ""
    return isinstance(error, IntegrityError) or code.startswith("40")


def log_conflict(error: Exception) -> None:
    """Logs the traceback of a conflict that remains, because it may be a fault of the project."""
    logger.warning("The database refused a change.", exc_info=error)


def retry_conflicts(handler: Callable[..., Any]) -> Callable[..., Any]:
    """Runs a handler in a transaction, and once more after a conflict.

    The second time, the validators find what the other request has changed.
    """

    @wraps(handler)
    def handle(*args: Any, **kwargs: Any) -> Any:
        try:
            with transaction.atomic():
                return handler(*args, **kwargs)
        except DatabaseError as error:
            if not is_conflict(error):
                raise
        with transaction.atomic():
            return handler(*args, **kwargs)

    return handle


def lock_row(row: Model, method: str | None) -> None:
    """Locks and reloads the row that a request changes, so that no concurrent change is lost.

    The lock ends with the transaction; without one, nothing happens. Raises ObjectDoesNotExist if
    the row has been deleted.
    """
    if method in SAFE_METHODS or transaction.get_autocommit():
        return
    # Requests that refer to the row wait only for its deletion.
    rows = type(row)._base_manager.select_for_update(no_key=method != "DELETE")
    row.refresh_from_db(from_queryset=rows)
