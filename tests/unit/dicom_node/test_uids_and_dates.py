"""UIDs are replaced alike everywhere; dates move by whole days; nothing else gets through."""

import uuid
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.uid import UID

from dicom_node.dates import shift_date, shift_date_time
from dicom_node.errors import UnprocessableError
from dicom_node.uids import UidMap, is_uid

KEY = b"k" * 32
uids = st.lists(st.integers(0, 10**9), min_size=2, max_size=5).map(lambda parts: ".".join(map(str, parts)))


@given(uids)
def test_a_uid_becomes_a_uuid_under_2_25_and_the_same_one_again(uid: str) -> None:
    mapped = UidMap(KEY)(uid)
    assert mapped == UidMap(KEY)(uid) != uid
    assert UID(mapped).is_valid
    number = uuid.UUID(int=int(mapped.removeprefix("2.25.")))
    assert (number.version, number.variant) == (8, uuid.RFC_4122)


def test_another_key_gives_another_uid() -> None:
    assert UidMap(KEY)("1.2.3") != UidMap(b"l" * 32)("1.2.3")


def test_a_hundred_thousand_uids_stay_distinct() -> None:
    mapped = UidMap(KEY)
    assert len({mapped(f"1.2.840.{number}") for number in range(100_000)}) == 100_000


@pytest.mark.parametrize("text", ["", ".", "1..2", "1.2.", "../../etc/x", "1.2\n", "1.2 ", "a", "1" * 65, "१.२"])
def test_what_is_no_uid_is_refused(text: str) -> None:
    assert not is_uid(text)
    with pytest.raises(UnprocessableError):
        UidMap(KEY)(text)


@pytest.mark.parametrize(
    ("text", "days", "moved"),
    [
        pytest.param("20240229", -1, "20240228", id="within a month"),
        pytest.param("20240301", -1, "20240229", id="over a leap day"),
        pytest.param("20230301", -1, "20230228", id="over the end of February"),
        pytest.param("20240101", -1, "20231231", id="over New Year"),
        pytest.param("1993.08.22", 1, "19930823", id="the old form with points"),
        pytest.param("20241301", -1, "", id="a month that does not exist"),
        pytest.param("2024022", -1, "", id="seven digits"),
        pytest.param("00010101", -1, "", id="before year 1"),
        pytest.param("DUPONT", -1, "", id="a name"),
    ],
)
def test_a_date_moves_or_is_dropped(text: str, days: int, moved: str) -> None:
    assert shift_date(text, days) == moved


@pytest.mark.parametrize(
    ("text", "moved"),
    [
        pytest.param("20240301", "20240229", id="date only"),
        pytest.param("20240301235959", "20240229235959", id="to the second"),
        pytest.param("20240301235959.123456+0130", "20240229235959.123456+0130", id="with fraction and zone"),
        pytest.param("202403", "", id="only a month"),
        pytest.param("20240301Dupont", "", id="with a name behind"),
    ],
)
def test_a_date_time_moves_its_date_only(text: str, moved: str) -> None:
    assert shift_date_time(text, -1) == moved


YEAR_12 = date(12, 1, 1)


@given(st.dates(YEAR_12), st.dates(YEAR_12), st.integers(-3650, -365))
def test_intervals_are_preserved(first: date, second: date, days: int) -> None:
    moved = [date.fromisoformat(shift_date(day.isoformat().replace("-", ""), days)) for day in (first, second)]
    assert moved[1] - moved[0] == second - first
