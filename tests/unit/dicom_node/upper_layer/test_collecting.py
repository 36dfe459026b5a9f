"""A data set in pieces: whole in the end, within its limit, and gone when the next one comes."""

import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dicom_node.upper_layer.collecting import Collected, Collector, Sink
from dicom_node.upper_layer.wire import ClosedError, Wire

MEGABYTE = 1 << 20


class Feed(Wire):
    """Bytes that come."""

    def __init__(self, content: bytes) -> None:
        self.left = content

    def read_into(self, view: memoryview) -> None:
        if len(view) > len(self.left):
            raise ClosedError
        view[:] = self.left[: len(view)]
        self.left = self.left[len(view) :]


def pattern(size: int, first: int = 0) -> bytes:
    """No two pages alike."""
    return (bytes((first,)) + b"".join(number.to_bytes(3, "big") for number in range(size // 3 + 1)))[:size]


def test_nothing_is_an_empty_data_set() -> None:
    done = Collector(10).finish()
    assert (bytes(done.content), done.is_too_large) == (b"", False)


@settings(max_examples=60, derandomize=True, deadline=None)
@given(st.lists(st.lists(st.integers(0, 700_000), max_size=6), min_size=1, max_size=4))
def test_pieces_of_any_size_are_put_together_one_data_set_after_the_other(sizes: list[list[int]]) -> None:
    collector = Collector(100 * MEGABYTE)
    for number, pieces in enumerate(sizes):
        content = pattern(sum(pieces), number)
        feed = Feed(content)
        for size in pieces:
            collector.take(feed, size)
        done = collector.finish()
        assert feed.left == b""
        assert not done.is_too_large
        assert bytes(done.content) == content


@pytest.mark.parametrize("size", [MEGABYTE - 1, MEGABYTE, MEGABYTE + 1, 8 * MEGABYTE, 8 * MEGABYTE + 1, 9 * MEGABYTE])
@pytest.mark.parametrize("pieces", [1, 7])
def test_a_data_set_is_whole_whatever_the_room_that_was_there_before(size: int, pieces: int) -> None:
    collector, content = Collector(100 * MEGABYTE), pattern(size)
    for _ in range(2):
        feed, each = Feed(content), -(-size // pieces)
        while feed.left:
            collector.take(feed, min(each, len(feed.left)))
        assert bytes(collector.finish().content) == content


def test_what_was_finished_stands_until_the_next_piece_comes() -> None:
    collector = Collector(100)
    collector.take(Feed(b"first"), 5)
    first = collector.finish()
    assert bytes(first.content) == b"first"
    collector.take(Feed(b"later"), 5)
    assert bytes(collector.finish().content) == b"later"


def collected(collector: Collector, content: bytes, prefix: bytes = b"", pieces: int = 3) -> Collected:
    collector.expect(lambda _: None, prefix)
    feed, each = Feed(content), -(-len(content) // pieces)
    while feed.left:
        collector.take(feed, min(each, len(feed.left)))
    return collector.finish()


@settings(max_examples=60, derandomize=True, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([0, 1, 200, 70_000, 1_500_000]), st.booleans()), max_size=12))
def test_what_is_still_held_does_not_change_whatever_comes_after_it(coming: list[tuple[int, bool]]) -> None:
    """Of one size or of many, a room that is lent is not written into again while somebody has any of it."""
    collector = Collector(100 * MEGABYTE)
    held: list[tuple[bytes, memoryview]] = []
    for number, (size, is_held) in enumerate(coming):
        content = pattern(size, number)
        done = collected(collector, content, b"head")
        assert (done.file, done.size) == (b"head" + content, size)
        if is_held:
            held.append((content, done.content))
    assert all(bytes(view) == content for content, view in held)


def test_objects_of_one_size_are_not_copied_from_the_third_on() -> None:
    collector = Collector(100 * MEGABYTE)
    size = MEGABYTE // 2
    for number in range(2):
        collected(collector, pattern(size, number))
    feeds = [pattern(size, number) for number in range(5)]
    tracemalloc.start()
    try:
        for content in feeds:
            assert collected(collector, content, pieces=1).file == content
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < size


def test_what_is_put_before_a_data_set_is_that_one_s_only() -> None:
    collector = Collector(100)
    assert collected(collector, b"first", b"head").file == b"headfirst"
    second = collected(collector, b"second")
    assert (second.file, second.data_set_at) == (b"second", 0)
    assert collected(collector, b"", b"head").file == b"head"


def test_what_has_come_of_a_data_set_is_copied_and_does_not_change_with_what_follows() -> None:
    """Also of the third of its size, which is read to where the one before it lay."""
    collector = Collector(100 * MEGABYTE)
    for number in range(4):
        content = pattern(60_000, number)
        feed = Feed(content)
        collector.expect(lambda _: None, b"head")
        collector.take(feed, 40_000)
        begun, whole = collector.begun(most=30_000), collector.begun(most=MEGABYTE)
        assert begun is not None
        assert whole is not None
        assert collector.size == 40_000
        collector.take(feed, 20_000)
        assert collector.finish().file == b"head" + content
        assert (begun.file, begun.data_set_at) == (b"head" + content[:30_000], 4)
        assert (whole.file, whole.data_set_at) == (b"head" + content[:40_000], 4)
        assert collector.size == 0


def test_what_has_come_of_a_too_large_one_is_not_here() -> None:
    collector = Collector(10)
    collector.take(Feed(bytes(11)), 11)
    assert collector.begun(10) is None


def test_nor_is_what_somebody_takes_while_it_comes() -> None:
    collector = Collector(1000, large=10)
    collector.expect(lambda _: Taker())
    collector.take(Feed(bytes(20)), 20)
    assert collector.begun(10) is None


class Taker(Sink):
    """Takes any object, and keeps nothing."""

    def write(self, piece: memoryview) -> None:
        pass

    def abort(self) -> None:
        pass


def test_an_object_as_large_as_allowed_is_kept() -> None:
    collector = Collector(10)
    for _ in range(2):
        collector.take(Feed(bytes(5)), 5)
    done = collector.finish()
    assert (len(done.content), done.is_too_large) == (10, False)


@pytest.mark.parametrize("pieces", [[11], [10, 1], [1] * 11, [11, 0], [5, 100, 5]])
def test_a_larger_one_is_read_to_its_end_and_forgotten(pieces: list[int]) -> None:
    collector, feed = Collector(10), Feed(bytes(sum(pieces)))
    for size in pieces:
        collector.take(feed, size)
    done = collector.finish()
    assert feed.left == b""
    assert (bytes(done.content), done.is_too_large) == (b"", True)


def test_after_a_too_large_one_the_next_is_judged_by_itself() -> None:
    collector = Collector(10)
    collector.take(Feed(bytes(11)), 11)
    assert collector.finish().is_too_large
    collector.take(Feed(b"0123456789"), 10)
    done = collector.finish()
    assert (bytes(done.content), done.is_too_large) == (b"0123456789", False)


def test_a_connection_that_breaks_in_a_piece_leaves_nothing_of_it() -> None:
    collector = Collector(100)
    with pytest.raises(ClosedError):
        collector.take(Feed(b"abc"), 4)
    assert bytes(collector.finish().content) == b""


def test_two_hundred_that_have_nothing_to_collect_take_little_memory() -> None:
    """One for each association, most of which are idle."""
    tracemalloc.start()
    try:
        idle = [Collector(1 << 32) for _ in range(200)]
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(idle) == 200
    assert taken < 20 * MEGABYTE
