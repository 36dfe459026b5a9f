"""Logging to standard error: times in UTC, and nothing from libraries that log what they received."""

import logging
import sys
import time
import warnings


def log_to_stderr(level: int = logging.INFO) -> None:
    """Our own loggers at `level`; pydicom and pynetdicom, which log identifiers and values, not at all."""
    handler = logging.StreamHandler(sys.stderr)
    formatter = logging.Formatter("%(asctime)sZ %(levelname)s %(name)s %(message)s", "%Y-%m-%dT%H:%M:%S")
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("osteon").setLevel(level)
    for library in ("pydicom", "pynetdicom"):
        logging.getLogger(library).setLevel(logging.CRITICAL + 1)
    for library in ("urllib3", "requests", "orthanc_api_client"):
        logging.getLogger(library).setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", module="pydicom")  # they quote the values that they dislike
