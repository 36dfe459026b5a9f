"""Volumes are loaded once, shared by threads, and kept below a bound."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from storage.series_cache import SeriesCache


@dataclass(frozen=True, slots=True)
class Block:
    size_bytes: int


class Loads:
    """Counts how often each was loaded."""

    def __init__(self) -> None:
        self.loaded: list[str] = []

    def of(self, key: str, size: int) -> Callable[[], Block]:
        def load() -> Block:
            self.loaded.append(key)
            return Block(size)

        return load


def test_what_is_kept_is_not_loaded_again() -> None:
    cache, loads = SeriesCache[Block](100), Loads()

    first = cache.get("a", 40, loads.of("a", 40))

    assert cache.get("a", 40, loads.of("a", 40)) is first
    assert loads.loaded == ["a"]


def test_the_least_recently_used_is_given_up_first() -> None:
    cache, loads = SeriesCache[Block](100), Loads()
    for key in ("a", "b", "a", "c", "a", "b"):
        cache.get(key, 40, loads.of(key, 40))

    assert loads.loaded == ["a", "b", "c", "b"]
    assert cache.kept_bytes == 80


def test_one_that_is_larger_than_the_bound_is_not_kept() -> None:
    cache, loads = SeriesCache[Block](100), Loads()
    cache.get("a", 30, loads.of("a", 30))

    assert cache.get("large", 50, loads.of("large", 101)).size_bytes == 101
    assert cache.kept_bytes <= 100
    cache.get("large", 50, loads.of("large", 101))
    assert loads.loaded == ["a", "large", "large"]


def test_threads_that_ask_for_the_same_wait_for_one_load() -> None:
    cache, begun, go_on, loaded = SeriesCache[Block](100), threading.Event(), threading.Event(), []

    def load() -> Block:
        loaded.append(1)
        begun.set()
        assert go_on.wait(10)
        return Block(10)

    with ThreadPoolExecutor(8) as threads:
        first = threads.submit(cache.get, "a", 10, load)
        assert begun.wait(10)
        others = [threads.submit(cache.get, "a", 10, load) for _ in range(7)]
        go_on.set()
        blocks = {id(each.result(10)) for each in (first, *others)}

    assert len(blocks) == 1
    assert len(loaded) == 1


def test_a_failure_reaches_its_caller_and_is_not_kept() -> None:
    cache, loads = SeriesCache[Block](100), Loads()

    def fail() -> Block:
        raise OSError("away")

    with pytest.raises(OSError, match="away"):
        cache.get("a", 100, fail)
    assert cache.get("a", 100, loads.of("a", 100)).size_bytes == 100


def test_loads_that_do_not_fit_together_come_one_after_the_other() -> None:
    cache, begun, second_begun = SeriesCache[Block](100), threading.Event(), threading.Event()

    def first() -> Block:
        begun.set()
        assert not second_begun.wait(0.3), "both were loaded at a time"
        return Block(60)

    def second() -> Block:
        second_begun.set()
        return Block(60)

    with ThreadPoolExecutor(2) as threads:
        one = threads.submit(cache.get, "one", 60, first)
        assert begun.wait(10)
        other = threads.submit(cache.get, "other", 60, second)
        assert (one.result(10), other.result(10)) == (Block(60), Block(60))

    assert cache.kept_bytes == 60
