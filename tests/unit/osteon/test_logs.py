"""Logs as JSON: one object a line, times in UTC, kinds of errors instead of their texts."""

import json
import logging
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

SCRIPT = """
import logging
from osteon.logs import log_to_stderr
log_to_stderr({level!r}, {form!r})
log = logging.getLogger("osteon.listener")
log.debug("quiet")
log.warning("C-STORE: %s", "resi\\ndue", extra={{"association": "8eb4", "calling_ae": "PACS"}})
logging.getLogger("pynetdicom.acse").error("DUPONT")
logging.getLogger("pydicom").warning("DUPONT")
try:
    raise LookupError("DUPONT")
except LookupError:
    log.exception("failed")
"""


def lines(level: str, form: str) -> list[str]:
    script = SCRIPT.format(level=level, form=form)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return done.stderr.splitlines()


def test_json_is_one_object_a_line_with_what_is_known_of_the_association() -> None:
    first, second = (json.loads(line) for line in lines("INFO", "json"))
    at = datetime.fromisoformat(first.pop("time"))
    assert at.tzinfo is not None
    assert abs(datetime.now(UTC) - at) < timedelta(minutes=5)
    assert first == {
        "level": "WARNING",
        "logger": "osteon.listener",
        "message": "C-STORE: resi\ndue",
        "association": "8eb4",
        "calling_ae": "PACS",
    }
    assert (second["message"], second["exception"]) == ("failed", "LookupError")


def test_what_an_exception_says_is_in_no_json_line() -> None:
    assert "DUPONT" not in "".join(lines("DEBUG", "json"))


@pytest.mark.parametrize(("level", "number"), [("DEBUG", 3), ("WARNING", 2), ("ERROR", 1)])
def test_the_level_decides_what_is_logged(level: str, number: int) -> None:
    assert len(lines(level, "json")) == number


def test_text_begins_with_the_time_in_utc() -> None:
    time, level, logger, *_ = lines("INFO", "text")[0].split()
    assert abs(datetime.now(UTC) - datetime.fromisoformat(time)) < timedelta(minutes=5)
    assert (level, logger) == (logging.getLevelName(logging.WARNING), "osteon.listener")
