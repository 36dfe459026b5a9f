"""Reading the configuration again: everything or nothing, and said."""

import logging
from collections.abc import Callable

import pytest

from dicom_node.metrics import NoMetrics
from osteon.reloading import Reloading


class Counting(NoMetrics):
    """Keeps what came of each."""

    def __init__(self) -> None:
        self.results: list[bool] = []

    def reloaded(self, *, is_done: bool) -> None:
        self.results.append(is_done)


class Part:
    """A part of the configuration that notes when it is put in force."""

    def __init__(self, error: Exception | None = None) -> None:
        self.in_force = 0
        self._error = error

    def __call__(self) -> Callable[[], None]:
        if self._error is not None:
            raise self._error
        return self._put_in_force

    def _put_in_force(self) -> None:
        self.in_force += 1


def test_all_parts_are_put_in_force(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    parts, metrics = {"profile": Part(), "peers": Part()}, Counting()
    assert Reloading(parts, (ValueError,), metrics).reload()
    assert [part.in_force for part in parts.values()] == [1, 1]
    assert metrics.results == [True]
    assert "read again: profile, peers" in caplog.text


def test_one_part_that_cannot_be_used_keeps_all_as_they_were_and_says_why(caplog: pytest.LogCaptureFixture) -> None:
    parts, metrics = {"profile": Part(), "peers": Part(ValueError("line 3: no AE title"))}, Counting()
    assert not Reloading(parts, (ValueError,), metrics).reload()
    assert [part.in_force for part in parts.values()] == [0, 0]
    assert metrics.results == [False]
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert "peers: line 3: no AE title" in record.getMessage()


def test_an_error_that_nobody_expects_is_not_taken_for_a_bad_file() -> None:
    with pytest.raises(ZeroDivisionError):
        Reloading({"profile": Part(ZeroDivisionError())}, (ValueError,), Counting()).reload()
