"""Lytic, mixed or blastic from density: a suggestion, with the numbers that it rests on."""

from decimal import Decimal

import pytest

from lesion_model.errors import FindingError
from lesion_model.findings import HounsfieldStatistics, How, LesionType
from lesion_model.measurement.density import SUGGESTED_ONLY, Pattern, suggest_lesion_type


def density(mean: str, sd: str) -> HounsfieldStatistics:
    return HounsfieldStatistics(
        mean_hu=Decimal(mean), sd_hu=Decimal(sd), minimum_hu=Decimal(-1000), maximum_hu=Decimal(3000)
    )


SPONGY = density("160", "40")  # normal from 80 to 240 HU


@pytest.mark.parametrize(
    ("lesion", "pattern", "lesion_type"),
    [
        pytest.param(("45", "20"), Pattern.BELOW, LesionType.LYTIC, id="soft tissue in place of bone"),
        pytest.param(("620", "150"), Pattern.ABOVE, LesionType.BLASTIC, id="dense bone"),
        pytest.param(("150", "160"), Pattern.BOTH, LesionType.MIXED, id="both parts about the normal mean"),
        pytest.param(("250", "180"), Pattern.BOTH, LesionType.MIXED, id="mostly dense with holes"),
        pytest.param(("70", "180"), Pattern.BOTH, LesionType.MIXED, id="mostly holes with dense parts"),
        pytest.param(("165", "35"), Pattern.WITHIN, None, id="like normal bone"),
        pytest.param(("80", "20"), Pattern.WITHIN, None, id="at the lower end of normal"),
        pytest.param(("79.9", "20"), Pattern.BELOW, LesionType.LYTIC, id="just below normal"),
        pytest.param(("240", "20"), Pattern.WITHIN, None, id="at the upper end of normal"),
        pytest.param(("240.1", "20"), Pattern.ABOVE, LesionType.BLASTIC, id="just above normal"),
        pytest.param(("170", "90"), Pattern.WITHIN, None, id="as low as normal and with dense parts"),
        pytest.param(("150", "90"), Pattern.WITHIN, None, id="as dense as normal and with holes"),
        pytest.param(("160", "80"), Pattern.WITHIN, None, id="as far as normal on both sides"),
    ],
)
def test_a_lesion_is_compared_with_the_patients_own_bone(
    lesion: tuple[str, str], pattern: Pattern, lesion_type: LesionType | None
) -> None:
    suggestion = suggest_lesion_type(density(*lesion), SPONGY)
    assert (suggestion.pattern, suggestion.lesion_type) == (pattern, lesion_type)


def test_the_same_lesion_is_blastic_in_thin_bone_and_not_in_dense_bone() -> None:
    lesion = density("260", "30")
    assert suggest_lesion_type(lesion, density("90", "30")).lesion_type is LesionType.BLASTIC
    assert suggest_lesion_type(lesion, density("280", "45")).lesion_type is None


def test_smoothed_bone_does_not_make_every_lesion_abnormal() -> None:
    smoothed = suggest_lesion_type(density("125", "5"), density("160", "2"))
    assert (smoothed.normal_from_hu, smoothed.normal_to_hu) == (Decimal(120), Decimal(200))
    assert smoothed.lesion_type is None
    assert smoothed.normal_sd_hu == 2


def test_it_is_always_labelled_a_suggestion() -> None:
    for lesion in (density("45", "20"), density("165", "35")):
        suggestion = suggest_lesion_type(lesion, SPONGY)
        assert suggestion.how is How.SUGGESTED
        assert suggestion.notice is SUGGESTED_ONLY
        assert suggestion.notice.en == "Suggestion from CT density; the reader decides."


def test_the_reason_gives_the_numbers_in_both_languages() -> None:
    suggestion = suggest_lesion_type(density("-12.5", "19.6"), SPONGY)
    assert suggestion.reason.en == (
        "Lesion −13 ± 20 HU, normal bone of this patient 80 to 240 HU: less dense than normal bone."
    )
    assert suggestion.reason.fr == (
        "Lésion −13 ± 20 UH, os normal du patient de 80 à 240 UH : moins dense que l’os normal."
    )
    assert (suggestion.lesion_mean_hu, suggestion.lesion_sd_hu) == (Decimal("-12.5"), Decimal("19.6"))
    assert (suggestion.normal_mean_hu, suggestion.normal_sd_hu) == (Decimal(160), Decimal(40))


def test_a_mean_of_nought_has_no_sign() -> None:
    assert suggest_lesion_type(density("-0.4", "20"), SPONGY).reason.en.startswith("Lesion 0 ± 20 HU")


@pytest.mark.parametrize("mean", ["19.9", "1500.1", "-90"])
def test_what_is_not_bone_is_no_reference(mean: str) -> None:
    with pytest.raises(FindingError, match=r"normal\.mean_hu: normal bone has a mean of 20 to 1500 HU"):
        suggest_lesion_type(density("45", "20"), density(mean, "30"))


@pytest.mark.parametrize("mean", ["20", "1500"])
def test_the_ends_of_normal_bone_are_bone(mean: str) -> None:
    assert suggest_lesion_type(density(mean, "30"), density(mean, "30")).lesion_type is None
