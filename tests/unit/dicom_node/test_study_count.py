"""Whether all that a source names is here: counted by what sources of many kinds answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from dicom_node.finding import FindError, Match, NoAnswerError, NotAnsweredError
from dicom_node.study_count import Count, Taken, UnknownStudyError, count_at_source
from dicom_node.uids import UidMap

STUDY = "1.2.3"
CT, SR = "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.88.11"
SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
MAP = UidMap(b"k" * 32)
TAKEN = Taken(sop_classes=frozenset({CT}), modalities=frozenset({"CT", "MR", "PT"}), map_uid=MAP)


@dataclass
class Source:
    """Images of one study: (series, modality, SOP class, SOP instance). What it tells of them can be chosen."""

    images: list[tuple[str, str, str, str]]
    counts: bool = True
    """Whether it knows (0020,1208) and (0020,1209)."""
    total: str | None = None
    """What it says instead of the number of the study."""
    classes: bool = True
    modalities: bool = True
    echoes_study: bool = True
    refuses: frozenset[str] = frozenset()
    """Levels that it answers with a failure status."""
    breaks_off_at: str | None = None
    asked: list[str] = field(default_factory=list)

    def find(self, wanted: Mapping[str, str]) -> list[Match]:
        level = wanted["QueryRetrieveLevel"]
        self.asked.append(level)
        if level == self.breaks_off_at:
            raise NoAnswerError("broke off")
        if level in self.refuses:
            raise NotAnsweredError("cannot")
        if wanted["StudyInstanceUID"] != STUDY or not self.images:
            return []
        matches = {"STUDY": self._study, "SERIES": self._series, "IMAGE": self._images}[level](wanted)
        known = {"StudyInstanceUID": STUDY} if self.echoes_study else {}
        return [{name: text for name, text in (known | match).items() if text} for match in matches]

    def _study(self, _wanted: Mapping[str, str]) -> list[dict[str, str]]:
        total = str(len(self.images)) if self.total is None else self.total
        return [{"NumberOfStudyRelatedInstances": total if self.counts else ""}]

    def _series(self, _wanted: Mapping[str, str]) -> list[dict[str, str]]:
        series = {uid: modality for uid, modality, _, _ in self.images}
        return [
            {
                "SeriesInstanceUID": uid,
                "Modality": modality if self.modalities else "",
                "NumberOfSeriesRelatedInstances": str(sum(one[0] == uid for one in self.images)) if self.counts else "",
            }
            for uid, modality in series.items()
        ]

    def _images(self, wanted: Mapping[str, str]) -> list[dict[str, str]]:
        return [
            {"SOPInstanceUID": instance, "SOPClassUID": sop_class if self.classes else ""}
            for series, _, sop_class, instance in self.images
            if series == wanted["SeriesInstanceUID"]
        ]


def slices(series: str, *numbers: int, sop_class: str = CT, modality: str = "CT") -> list[tuple[str, str, str, str]]:
    return [(series, modality, sop_class, f"{series}.{number}") for number in numbers]


def here(images: list[tuple[str, str, str, str]]) -> dict[str, frozenset[str]]:
    """What is kept of these images, under our UIDs."""
    return {
        str(MAP(series)): frozenset(str(MAP(one[3])) for one in images if one[0] == series)
        for series in {one[0] for one in images}
    }


def count(source: Source, kept: list[tuple[str, str, str, str]]) -> Count:
    return count_at_source(source.find, STUDY, here(kept), TAKEN)


WHOLE = slices("1.2.3.1", 1, 2, 3) + slices("1.2.3.2", 1, 2)


def test_a_source_that_counts_is_asked_once_when_everything_is_here() -> None:
    source = Source(WHOLE)

    assert count(source, WHOLE) == Count(5, 0)
    assert source.asked == ["STUDY"]


def test_only_the_series_that_looks_short_is_asked_for_image_by_image() -> None:
    source = Source(WHOLE)

    assert count(source, WHOLE[:4]) == Count(5, 1)
    assert source.asked == ["STUDY", "SERIES", "IMAGE"]


@pytest.mark.parametrize("counts", [True, False])
@pytest.mark.parametrize("classes", [True, False])
@pytest.mark.parametrize("modalities", [True, False])
@pytest.mark.parametrize("echoes_study", [True, False])
@pytest.mark.parametrize("kept", range(6))
def test_whatever_a_source_tells_the_missing_are_counted(
    counts: bool, classes: bool, modalities: bool, echoes_study: bool, kept: int
) -> None:
    source = Source(WHOLE, counts=counts, classes=classes, modalities=modalities, echoes_study=echoes_study)

    assert count(source, WHOLE[:kept]) == Count(5, 5 - kept)


def test_reports_and_screenshots_that_are_refused_by_design_are_not_missed() -> None:
    source = Source(
        [
            *WHOLE,
            *slices("1.2.3.8", 1, sop_class=SR, modality="SR"),
            *slices("1.2.3.1", 9, sop_class=SECONDARY_CAPTURE),
        ]
    )

    assert count(source, WHOLE) == Count(5, 0)


def test_a_screenshot_whose_class_the_source_does_not_tell_is_missed() -> None:
    """Rather one too many than one too few."""
    source = Source([*WHOLE, *slices("1.2.3.1", 9, sop_class=SECONDARY_CAPTURE)], classes=False)

    assert count(source, WHOLE) == Count(6, 1)


def test_reports_are_told_by_their_modality_when_nothing_else_is() -> None:
    source = Source([*WHOLE, *slices("1.2.3.8", 1, sop_class=SR, modality="SR")], counts=False, classes=False)

    assert count(source, WHOLE) == Count(5, 0)
    assert source.asked == ["STUDY", "SERIES", "IMAGE", "IMAGE"], "the series of reports is not asked for"


def test_as_many_other_objects_do_not_make_up_for_one_that_is_missing() -> None:
    source = Source(WHOLE, counts=False)

    assert count(source, [*WHOLE[:4], *slices("1.2.3.2", 77)]) == Count(5, 1)


def test_a_series_of_which_nothing_is_here_is_missed_whole() -> None:
    assert count(Source(WHOLE), slices("1.2.3.1", 1, 2, 3)) == Count(5, 2)


@pytest.mark.parametrize("total", ["", "0", "many", "-5", "5.0", "99999999999999999999", "٥"])
def test_a_number_that_is_none_is_not_believed(total: str) -> None:
    source = Source(WHOLE, total=total)

    assert count(source, WHOLE[:3]) == Count(5, 2)
    assert source.asked[:2] == ["STUDY", "SERIES"]


def test_a_source_that_only_counts_studies_is_believed() -> None:
    source = Source(WHOLE, refuses=frozenset({"SERIES", "IMAGE"}))

    assert count(source, WHOLE[:3]) == Count(5, 2)


@pytest.mark.parametrize("level", ["SERIES", "IMAGE"])
def test_a_source_that_breaks_off_below_the_study_has_still_named_a_number(level: str) -> None:
    source = Source(WHOLE, breaks_off_at=level)

    assert count(source, WHOLE[:3]) == Count(5, 2)


def test_a_source_that_counts_series_and_lists_no_images_is_believed() -> None:
    source = Source(WHOLE)
    found = source.find

    def without_images(wanted: Mapping[str, str]) -> list[Match]:
        return [] if wanted["QueryRetrieveLevel"] == "IMAGE" else found(wanted)

    assert count_at_source(without_images, STUDY, here(WHOLE[:3]), TAKEN) == Count(5, 2)


def test_a_source_that_knows_no_such_study_says_so() -> None:
    with pytest.raises(UnknownStudyError):
        count(Source([]), WHOLE)


def test_matches_of_other_studies_are_not_counted() -> None:
    source = Source(WHOLE)

    def with_others(wanted: Mapping[str, str]) -> list[Match]:
        other = {"StudyInstanceUID": "1.2.99", "NumberOfStudyRelatedInstances": "900", "SeriesInstanceUID": "1.2.99.1"}
        return [other, *source.find(wanted)]

    assert count_at_source(with_others, STUDY, here(WHOLE), TAKEN) == Count(5, 0)
    with pytest.raises(UnknownStudyError):
        count_at_source(lambda wanted: with_others(wanted)[:1], STUDY, here(WHOLE), TAKEN)


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(Source(WHOLE, breaks_off_at="STUDY"), id="breaks off at once"),
        pytest.param(Source(WHOLE, refuses=frozenset({"STUDY"})), id="cannot"),
        pytest.param(Source(WHOLE, counts=False, refuses=frozenset({"SERIES"})), id="neither number nor series"),
        pytest.param(Source(WHOLE, counts=False, refuses=frozenset({"IMAGE"})), id="neither numbers nor images"),
        pytest.param(
            Source(slices("1.2.3.8", 1, sop_class=SR, modality="SR"), counts=False), id="names nothing that is taken"
        ),
        pytest.param(Source(slices("DUPONT^JEAN", 1), counts=False), id="a series UID that is none"),
        pytest.param(Source([("1.2.3.1", "CT", CT, "DUPONT")], counts=False), id="an image UID that is none"),
        pytest.param(Source([("1.2.3.1", "CT", CT, "")], counts=False), id="an image without a UID"),
    ],
)
def test_a_source_that_gives_nothing_to_count_confirms_nothing(source: Source) -> None:
    with pytest.raises(FindError) as failure:
        count(source, WHOLE)
    assert "DUPONT" not in str(failure.value)
