"""What the scores wait for is named, with who knows it and whether it decides."""

import pytest

from annotation.missing import Decides, KnownBy, missing_items
from lesion_model.assess import ClinicalPain, assess
from lesion_model.findings import Alignment, ImagingFindings
from lesion_model.sins import Pain
from tests.builders.lesions import L3, LEFT_RIB_5, SUBTROCHANTERIC, collapse, cortex, elements, findings, lytic_findings

# L3 is mobile: 2 points; lytic 2; normal alignment 0; collapse of 40 %: 2; unilateral: 1. Pain adds 0, 1 or 3.
NEARLY = findings(
    lesion_type=lytic_findings().lesion_type,
    alignment=Alignment.NORMAL,
    vertebral_collapse=collapse(present=True, loss="40"),
    posterolateral=elements("left pedicle"),
)


def named(seen: ImagingFindings, site: object = L3) -> list[tuple[str, str]]:
    return [(each.instrument, each.item) for each in missing_items(assess(site, seen))]  # type: ignore[arg-type]


def test_a_score_that_does_not_apply_waits_for_nothing() -> None:
    assert named(findings(), LEFT_RIB_5) == []
    assert {instrument for instrument, _ in named(findings())} == {"sins"}
    assert {instrument for instrument, _ in named(findings(), SUBTROCHANTERIC)} == {"mirels"}


def test_every_item_without_points_is_missing_and_no_other() -> None:
    assert named(findings()) == [
        ("sins", item) for item in ("pain", "lesion_type", "alignment", "collapse", "posterolateral")
    ]
    assert named(NEARLY) == [("sins", "pain")]
    assert missing_items(assess(L3, NEARLY, ClinicalPain(sins=Pain.MECHANICAL))) == ()
    assert named(findings(cortical_involvement=cortex("1", "2")), SUBTROCHANTERIC) == [
        ("mirels", "lesion_type"),
        ("mirels", "pain"),
    ]


def test_pain_is_known_by_the_meeting_and_the_rest_by_the_reader() -> None:
    known = {each.item: each.known_by for each in missing_items(assess(L3, findings()))}
    assert known.pop("pain") is KnownBy.MEETING
    assert set(known.values()) == {KnownBy.READER}


@pytest.mark.parametrize(
    ("seen", "decides"),
    [
        (NEARLY, Decides.DECIDED),  # 7 to 10: potentially unstable whatever the pain
        (findings(), Decides.NOT_ALONE),  # 2 to 17: pain alone decides nothing
        (
            findings(
                lesion_type=NEARLY.lesion_type,
                alignment=Alignment.NORMAL,
                vertebral_collapse=collapse(present=True, loss="40"),
                posterolateral=frozenset(),
            ),
            Decides.ALWAYS,  # 6 to 9
        ),
    ],
)
def test_what_decides_the_band_is_told(seen: ImagingFindings, decides: Decides) -> None:
    pain = next(each for each in missing_items(assess(L3, seen)) if each.item == "pain")
    assert pain.decides is decides
