"""The chain of the audit log: whatever is done to a log that was written, its verification finds."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from annotation.audit import instant
from annotation.audit_chain import BEGINNING, EMPTY, ChainBrokenError, Head, Link, seal, verify

COLUMNS = ("action", "actor", "at")
TEXTS = st.one_of(st.none(), st.text(max_size=5))
LOGS = st.lists(st.fixed_dictionaries(dict.fromkeys(COLUMNS, TEXTS)), min_size=1, max_size=8)


def chain(log: list[dict[str, str | None]]) -> list[Link]:
    links: list[Link] = []
    previous = BEGINNING
    for number, values in enumerate(log, start=1):
        digest = seal(number, values, previous)
        links.append(Link(number=number, values=values, previous=previous, digest=digest))
        previous = digest
    return links


def head_of(links: list[Link]) -> Head:
    return Head(number=links[-1].number, digest=links[-1].digest)


def test_a_seal_is_the_sha_256_of_a_form_that_anybody_can_compute() -> None:
    written = f'{{"entry":{{"action":"viewed","actor":"L\\u00e9a"}},"number":1,"previous":"{BEGINNING}","version":1}}'

    sealed = seal(1, {"actor": "Léa", "action": "viewed"}, BEGINNING)

    assert sealed == hashlib.sha256(written.encode("ascii")).hexdigest()


@given(LOGS)
def test_a_log_as_it_was_written_is_whole_up_to_its_head(log: list[dict[str, str | None]]) -> None:
    links = chain(log)

    assert verify(links) == head_of(links)
    assert verify(links, head_of(links[:1])) == head_of(links)


def test_an_empty_log_is_whole() -> None:
    assert verify([]) == EMPTY


@given(LOGS, st.data())
def test_any_change_of_an_entry_is_found_where_it_is(log: list[dict[str, str | None]], data: st.DataObject) -> None:
    links = chain(log)
    place = data.draw(st.integers(0, len(links) - 1))
    column = data.draw(st.sampled_from((*COLUMNS, "previous", "digest")))
    link, value = links[place], data.draw(TEXTS)
    if column in COLUMNS:
        assume(link.values[column] != value)
        links[place] = replace(link, values={**link.values, column: value})
    else:
        assume(value is not None)
        changed = replace(link, previous=str(value)) if column == "previous" else replace(link, digest=str(value))
        links[place] = changed

    with pytest.raises(ChainBrokenError) as broken:
        verify(links)
    assert broken.value.number == place + 1


@given(LOGS, st.data())
def test_an_entry_that_was_taken_out_is_missed(log: list[dict[str, str | None]], data: st.DataObject) -> None:
    links = chain(log)
    kept = head_of(links)
    place = data.draw(st.integers(0, len(links) - 1))
    del links[place]

    with pytest.raises(ChainBrokenError) as broken:
        verify(links, kept)
    assert broken.value.number == place + 1


@given(LOGS, st.data())
def test_an_entry_that_was_taken_out_is_missed_also_when_the_others_are_numbered_anew(
    log: list[dict[str, str | None]], data: st.DataObject
) -> None:
    links = chain(log)
    assume(len(links) > 1)
    place = data.draw(st.integers(0, len(links) - 2))
    del links[place]
    renumbered = [replace(link, number=number) for number, link in enumerate(links, start=1)]

    with pytest.raises(ChainBrokenError) as broken:
        verify(renumbered)
    assert broken.value.number == place + 1


@given(LOGS, st.data())
def test_entries_that_changed_places_are_found(log: list[dict[str, str | None]], data: st.DataObject) -> None:
    links = chain(log)
    order = data.draw(st.permutations(range(len(links))))
    assume(order != list(range(len(links))))
    moved = [replace(links[place], number=number) for number, place in enumerate(order, start=1)]

    with pytest.raises(ChainBrokenError):
        verify(moved)
    with pytest.raises(ChainBrokenError):
        verify([links[place] for place in order])


@given(LOGS, st.data())
def test_an_entry_that_was_put_in_is_found(log: list[dict[str, str | None]], data: st.DataObject) -> None:
    links = chain(log)
    place = data.draw(st.integers(0, len(links) - 1))
    before = links[place].previous
    values = data.draw(st.fixed_dictionaries(dict.fromkeys(COLUMNS, TEXTS)))
    # Sealed as it should be, by somebody who knows how.
    forged = Link(number=place + 1, values=values, previous=before, digest=seal(place + 1, values, before))
    assume(forged.digest != links[place].digest)
    after = [replace(link, number=link.number + 1) for link in links[place:]]

    with pytest.raises(ChainBrokenError) as broken:
        verify([*links[:place], forged, *after])
    assert broken.value.number == place + 2


@given(LOGS, LOGS)
def test_a_log_that_was_written_anew_is_found_by_a_head_that_was_kept(
    log: list[dict[str, str | None]], other: list[dict[str, str | None]]
) -> None:
    kept = head_of(chain(log))
    assume(other[: len(log)] != log)

    with pytest.raises(ChainBrokenError):
        verify(chain(other), kept)


def test_what_no_entry_can_hold_is_found_and_breaks_nothing_else() -> None:
    (link,) = chain([{"actor": "reader"}])
    odd = replace(link, values={"actor": b"reader"})  # type: ignore[dict-item]

    with pytest.raises(ChainBrokenError, match="entry 1 was changed"):
        verify([odd])


def test_times_are_kept_to_the_microsecond_in_universal_time() -> None:
    paris = timezone(timedelta(hours=2))
    assert instant(datetime(2031, 7, 1, 11, 30, 0, 5, tzinfo=paris)) == "2031-07-01T09:30:00.000005Z"
    assert instant(datetime(2031, 7, 1, 9, 30, tzinfo=UTC)) == "2031-07-01T09:30:00.000000Z"
    with pytest.raises(ValueError, match="not an instant"):
        instant(datetime(2031, 7, 1))  # noqa: DTZ001
