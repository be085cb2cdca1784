"""The format of the log in production: a JSON object per line.

Gunicorn's configuration loads this file, too, so it imports the standard library only.
"""

import json
import logging
import math
import time
from contextvars import ContextVar

# For all records of the thread, or of the asynchronous task. Empty outside of requests.
request_id: ContextVar[str] = ContextVar("request_id", default="")

# What every record has. The text of a request contains its query string, which may be secret.
OMITTED = {*vars(logging.makeLogRecord({})), "asctime", "message", "request"}


class JSONFormatter(logging.Formatter):
    """Writes a record, and the attributes that `extra` has added to it, without line breaks.

    It raises no exception: the record would be lost.
    """

    converter = staticmethod(time.gmtime)
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def format(self, record: logging.LogRecord) -> str:
        fields: dict[str, object] = {
            "time": self.formatTime(record),
            "level": record.levelname,
            "logger": record.name,
            "message": get_message(record),
        }
        if request_id.get():
            fields["request_id"] = request_id.get()
        for name, value in vars(record).items():
            if name not in OMITTED:
                fields.setdefault(to_text(name), simplify(value))
        if record.exc_info:
            fields["exception"] = to_text(self.formatException(record.exc_info))
        if record.stack_info:
            fields["stack"] = to_text(record.stack_info)
        return json.dumps(fields)


def get_message(record: logging.LogRecord) -> str:
    try:
        return to_text(record.getMessage())
    except Exception:
        # The arguments do not match the message.
        return to_text(record.msg)


def simplify(value: object) -> object:
    """Returns the value if it is the same in JSON, or its text."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int) and value.bit_length() < 64:
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    return to_text(value)


def to_text(value: object) -> str:
    """Returns the text of a value, without lone surrogates, which many parsers refuse."""
    try:
        text = str(value)
    except Exception:
        text = object.__repr__(value)
    return text.encode(errors="backslashreplace").decode()
