"""Conflicts of concurrent requests: another request changes the database after a validation."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import Model, ProtectedError, RestrictedError
from django.http import Http404

logger = logging.getLogger(__name__)

P = ParamSpec("P")
Result = TypeVar("Result")


def is_conflict(error: BaseException) -> bool:
    """Returns whether the database refused the changes because of those of another request."""
    if isinstance(error, IntegrityError):
        return not isinstance(error, (ProtectedError, RestrictedError))
    # PostgreSQL ended the transaction, because of a deadlock for example.
    return isinstance(error, DatabaseError) and get_sqlstate(error).startswith("40")


def get_sqlstate(error: DatabaseError) -> str:
    return getattr(error.__cause__, "sqlstate", None) or ""


def log_conflict(error: Exception) -> None:
    """Logs the traceback of a conflict that remains, because it may be a fault of the project."""
    logger.warning("The database refused a change.", exc_info=error)


def retry_conflicts(handler: Callable[P, Result]) -> Callable[P, Result]:
    """Runs a handler in a transaction, and once more after a conflict.

    The second time, the validators find what the other request has changed.
    """

    @wraps(handler)
    def handle(*args: P.args, **kwargs: P.kwargs) -> Result:
        try:
            with transaction.atomic():
                return handler(*args, **kwargs)
        except DatabaseError as error:
            if not is_conflict(error):
                raise
        with transaction.atomic():
            return handler(*args, **kwargs)

    return handle


def lock_row(row: Model) -> None:
    """Locks and reloads a row, so that no change of another request is lost.

    The lock ends with the transaction; without one, nothing happens. Raises Http404 if the row has
    been deleted.
    """
    if transaction.get_autocommit():
        return
    # With `no_key`, requests that refer to the row do not wait.
    rows = type(row)._base_manager.select_for_update(no_key=True)
    try:
        row.refresh_from_db(from_queryset=rows)
    except ObjectDoesNotExist as error:
        raise Http404 from error
