"""Logging to standard error: times in UTC, as text or JSON, and nothing from libraries that log what they received."""

import json
import logging
import sys
import time
import warnings
from datetime import UTC, datetime

OURS = "osteon"
FIELDS = ("association", "calling_ae")
"""What a line may carry beside its message, where it is known."""


class JsonLines(logging.Formatter):
    """One JSON object a line. Of an exception its kind alone: texts and tracebacks may hold values."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC)
            .isoformat(timespec="milliseconds")
            .replace("+00:00", "Z"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {name: value for name in FIELDS if isinstance(value := getattr(record, name, None), str)}
        if record.exc_info and record.exc_info[0] is not None:
            line["exception"] = record.exc_info[0].__name__
        return json.dumps(line)


def log_to_stderr(level: str = "INFO", form: str = "text") -> None:
    """Our own loggers at `level`; pydicom and pynetdicom, which log identifiers and values, not at all.

    `form`: text or json.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if form == "json" else _text())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    set_level(level)
    for library in ("pydicom", "pynetdicom"):
        logging.getLogger(library).setLevel(logging.CRITICAL + 1)
    for library in ("urllib3", "requests", "orthanc_api_client"):
        logging.getLogger(library).setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", module="pydicom")  # they quote the values that they dislike


def set_level(level: str) -> None:
    """Of our own loggers, from now on."""
    logging.getLogger(OURS).setLevel(level)


def _text() -> logging.Formatter:
    formatter = logging.Formatter("%(asctime)sZ %(levelname)s %(name)s %(message)s", "%Y-%m-%dT%H:%M:%S")
    formatter.converter = time.gmtime
    return formatter
