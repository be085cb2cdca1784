"""Reports unexpected errors to a Sentry server: SENTRY_DSN.

A report contains the types of exceptions and the lines of code where they occurred. It contains
nothing that clients have sent, no values of variables and no messages of exceptions: each of them can
contain a password, a token or an e-mail address. The log contains the messages.
"""

from typing import cast

import sentry_sdk
from django.core.exceptions import ImproperlyConfigured
from sentry_sdk.types import Event, Hint

# Not what integrations add to an event, such as the request or a log message.
SENT = (
    "contexts",
    "environment",
    "event_id",
    "exception",
    "level",
    "logger",
    "modules",
    "platform",
    "release",
    "sdk",
    "server_name",
    "timestamp",
)


def report_errors(dsn: str, environment: str) -> None:
    """Raises ImproperlyConfigured if the DSN is invalid."""
    try:
        sentry_sdk.init(
            dsn=dsn,
            environment=environment,
            before_send=strip_event,
            include_local_variables=False,
            max_breadcrumbs=0,
            max_request_body_size="never",
            # No statistics, and no headers in requests to other servers.
            auto_session_tracking=False,
            trace_propagation_targets=[],
        )
    except ValueError:
        # Its text contains the DSN.
        raise ImproperlyConfigured(
            "The environment variable SENTRY_DSN must be a URL such as"
            " https://key@sentry.example.com/1."
        ) from None


def strip_event(event: Event, hint: Hint) -> Event | None:
    """Returns what is sent of an event, or None for a log message without an exception."""
    if "exception" not in event:
        return None
    for exception in event["exception"]["values"]:
        exception.pop("value", None)
    return cast(Event, {name: value for name, value in event.items() if name in SENT})
