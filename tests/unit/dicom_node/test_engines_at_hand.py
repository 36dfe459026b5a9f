"""Engines are shared by associations: one that knows the study is waited for, but not for long."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from dicom_node import pseudonymiser
from dicom_node.pseudonymisation.engine import Engine, Identify, Result
from dicom_node.pseudonymiser import Pseudonymiser
from tests.builders.datasets import identify, new_engine
from tests.builders.door import ct

AT_MOST = 20.0
KEY = b"k" * 32


class Engines:
    """Makes them. The first has its first object in hand until there is a second engine, or for some time."""

    def __init__(self, seconds: float) -> None:
        self.made = 0
        self.seconds = seconds
        self.has_begun = threading.Event()
        self.is_second_made = threading.Event()

    def new(self, _identify: Identify) -> Engine:
        self.made += 1
        if self.made > 1:
            self.is_second_made.set()
            return new_engine()
        return Held(self)


class Held(Engine):
    def __init__(self, engines: Engines) -> None:
        self._engines = engines
        self._made = new_engine()

    def __call__(self, source: bytes, sender: str = "") -> Result:
        if not self._engines.has_begun.is_set():
            self._engines.has_begun.set()
            self._engines.is_second_made.wait(self._engines.seconds)
        return self._made(source, sender)


def two_at_once(engines: Engines) -> None:
    pseudonymise = Pseudonymiser(engines.new, identify, KEY)
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(pseudonymise, ct())
        assert engines.has_begun.wait(AT_MOST)
        second = threads.submit(pseudonymise, ct())
        assert first.result(AT_MOST).result.file == second.result(AT_MOST).result.file


def test_an_engine_in_use_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pseudonymiser, "PATIENCE_SECONDS", AT_MOST)
    engines = Engines(seconds=0.2)
    two_at_once(engines)
    assert engines.made == 1


def test_an_engine_that_is_in_use_for_long_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pseudonymiser, "PATIENCE_SECONDS", 0.01)
    engines = Engines(seconds=AT_MOST)
    two_at_once(engines)
    assert engines.made == 2
