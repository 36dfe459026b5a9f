"""Whether everything that a source names of a study is here: counted as cheaply as the source allows.

First the study's own number (0020,1208). Where it is absent or larger than what is here, series by series, and only
those that look short image by image: then objects are told by their SOP classes, and found by their UIDs, so that what
this node refuses by design (reports, documents, screenshots) is not missed.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from dicom_node.errors import UnprocessableError
from dicom_node.finding import Find, FindError, Match, NotAnsweredError

Contents = Mapping[str, frozenset[str]]
"""Pseudonymised SOP Instance UIDs by pseudonymised Series Instance UID."""

MOST_DIGITS = 9
_STUDY, _SERIES, _IMAGE = "STUDY", "SERIES", "IMAGE"
_SERIES_UID = "SeriesInstanceUID"
_IN_STUDY, _IN_SERIES = "NumberOfStudyRelatedInstances", "NumberOfSeriesRelatedInstances"


class UnknownStudyError(Exception):
    """The source does not know the study, or no longer."""


@dataclass(frozen=True, slots=True)
class Count:
    """What a source names, of the kinds that are taken, and how many of these are not here."""

    expected: int
    missing: int

    def __add__(self, other: "Count") -> "Count":
        return Count(self.expected + other.expected, self.missing + other.missing)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What this node takes in, and what it calls it."""

    sop_classes: Collection[str]
    modalities: Collection[str]
    """Of objects of these classes."""
    map_uid: Callable[[str], str]
    """From a UID of the source to ours; raises UnprocessableError for what is none."""


def count_at_source(find: Find, study_uid: str, here: Contents, taken: Taken) -> Count:
    """Ask for the study that the source calls `study_uid`; `here` is what is kept of it.

    Raises UnknownStudyError, and FindError when there is no answer, or none that can be used.
    """
    asked = _Asked(find, study_uid, taken)
    total = asked.number_of_study()
    stored = sum(map(len, here.values()))
    if total is not None and total <= stored:
        return Count(total, 0)
    try:
        count = asked.count_by_series(here)
    except FindError:
        if total is None:
            raise
        return Count(total, total - stored)
    if count.expected > 0:
        return count
    if total is None:
        raise NotAnsweredError("the source names no number and no objects that can be counted")
    return Count(total, total - stored)


@dataclass(frozen=True, slots=True)
class _Asked:
    """One study at its source."""

    find: Find
    study_uid: str
    taken: Taken

    def number_of_study(self) -> int | None:
        found = self._matches(_STUDY, _IN_STUDY)
        if not found:
            raise UnknownStudyError
        return max((number for match in found if (number := _number(match, _IN_STUDY))), default=None)

    def count_by_series(self, here: Contents) -> Count:
        series = {
            _uid(match, _SERIES_UID): match for match in self._matches(_SERIES, _SERIES_UID, "Modality", _IN_SERIES)
        }
        count = Count(0, 0)
        for uid, match in series.items():
            if match.get("Modality") in {None, *self.taken.modalities}:
                stored = here.get(self._mapped(uid), frozenset())
                count += self._count_in_series(uid, stored, _number(match, _IN_SERIES))
        return count

    def _count_in_series(self, uid: str, stored: frozenset[str], number: int | None) -> Count:
        """Objects whose class the source does not tell are counted: rather one too many than one too few."""
        if number is not None and number <= len(stored):
            return Count(number, 0)
        found = self._matches(_IMAGE, "SOPInstanceUID", "SOPClassUID", series_uid=uid)
        if not found and number is not None:
            return Count(number, number - len(stored))
        ours = [match for match in found if match.get("SOPClassUID") in {None, *self.taken.sop_classes}]
        named = {self._mapped(_uid(match, "SOPInstanceUID")) for match in ours}
        return Count(len(named), len(named - stored))

    def _matches(self, level: str, *wanted: str, series_uid: str | None = None) -> list[Match]:
        """Without matches of other studies, which some sources send along."""
        keys = {"QueryRetrieveLevel": level, "StudyInstanceUID": self.study_uid}
        if series_uid is not None:
            keys[_SERIES_UID] = series_uid
        found = self.find(keys | dict.fromkeys(wanted, ""))
        return [match for match in found if match.get("StudyInstanceUID", self.study_uid) == self.study_uid]

    def _mapped(self, uid: str) -> str:
        try:
            return str(self.taken.map_uid(uid))
        except UnprocessableError:
            raise NotAnsweredError("a match has a UID that is none") from None


def _uid(match: Match, keyword: str) -> str:
    uid = match.get(keyword)
    if uid is None:
        raise NotAnsweredError(f"a match has no {keyword}")
    return uid


def _number(match: Match, keyword: str) -> int | None:
    """A number greater than 0; a source that does not count says nothing, or 0."""
    text = match.get(keyword, "")
    if not (text.isascii() and text.isdigit()) or len(text) > MOST_DIGITS:
        return None
    return int(text) or None
