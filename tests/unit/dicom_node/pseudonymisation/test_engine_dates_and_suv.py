"""Dates through the engine's bytes: one whole-day offset, times untouched; and what a PET is quantified by."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import pydicom
import pytest
from pydicom.datadict import dictionary_VR
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian

from dicom_node.errors import UnprocessableError
from dicom_node.pseudonymisation.options import Option
from dicom_node.pseudonymisation.profile import DEFAULT, PrivateAttribute, Profile
from tests.builders import pet
from tests.builders.door import ct
from tests.builders.pet import ACROSS_MIDNIGHT, INTO_A_LEAP_DAY, SAME_DAY, Timing
from tests.builders.pseudonymised import DAYS, engine_for, pseudonymised, read, written
from tests.builders.real_files import CROPPED_CT, GE_CT, GE_PET, TOSHIBA_MR, packaged, packaged_images, series_files

SHARED_SERIES = (GE_CT, GE_PET, TOSHIBA_MR, CROPPED_CT)
TIMINGS = [
    pytest.param(SAME_DAY, id="one day"),
    pytest.param(ACROSS_MIDNIGHT, id="across midnight and the year"),
    pytest.param(INTO_A_LEAP_DAY, id="into a leap day"),
]
OFFSETS = [-1, -400, -36500, 0]
EXACT = 1e-6
"""Relative error of an SUV factor."""


@pytest.fixture(scope="module")
def real_pet() -> bytes:
    return series_files(GE_PET)[0].read_bytes()


@pytest.fixture(scope="module", params=["invented", "real"])
def some_pet(request: pytest.FixtureRequest) -> bytes:
    return pet.invented() if request.param == "invented" else series_files(GE_PET)[0].read_bytes()


def moved(text: str, days: int = DAYS) -> str:
    """A date, or a date and time, some days later."""
    day = date(int(text[:4]), int(text[4:6]), int(text[6:8])) + timedelta(days=days)
    return f"{day.year:04d}{day:%m%d}{text[8:]}"


def dated(dataset: Dataset, path: tuple[int, ...] = ()) -> Iterator[tuple[tuple[int, ...], str, str]]:
    """Every value of a date or a time: where it stands, its VR, and the value."""
    for element in dataset:
        where = (*path, int(element.tag))
        if element.VR == "SQ":
            for item in element.value:
                yield from dated(item, where)
        elif element.VR in {"DA", "DT", "TM"} and element.value:
            yield where, element.VR, str(element.value)


def item(**values: object) -> Dataset:
    made = Dataset()
    for keyword, value in values.items():
        setattr(made, keyword, value)
    return made


def nest(inner: Dataset, depth: int) -> Dataset:
    for _ in range(depth):
        inner = item(ReferencedSeriesSequence=Sequence([inner]))
    return inner


DATES_OF_ALL_KINDS: dict[str, str | list[str]] = {
    "StudyDate": "20240229",
    "StudyTime": "235959.123456",
    "SeriesDate": "20240301",
    "SeriesTime": "000000",
    "AcquisitionDateTime": "20240229235959.5+0100",
    "ScheduledProcedureStepStartDateTime": "20240301",
    "DateOfLastCalibration": ["20240101", "20231231"],
    "TimeOfLastCalibration": ["0101", "235960"],
    "FrameReferenceDateTime": "202403010030",
    "StudyUpdateDateTime": "2024030100-0330",  # the table does not name it
}


def wanted_for(keyword: str, value: str | list[str], days: int) -> str | list[str]:
    if dictionary_VR(keyword) == "TM":
        return value
    return moved(value, days) if isinstance(value, str) else [moved(one, days) for one in value]


@pytest.mark.parametrize("days", OFFSETS)
@pytest.mark.parametrize("depth", [0, 1, 6])
def test_all_dates_move_by_the_same_days_and_times_not_at_all(depth: int, days: int) -> None:
    inner = item(**DATES_OF_ALL_KINDS)
    source = ct(**DATES_OF_ALL_KINDS) if depth == 0 else ct(**vars_of(nest(inner, depth)))
    after = pseudonymised(source, days=days)
    for _ in range(depth):
        after = after.ReferencedSeriesSequence[0]
    got = {keyword: after[keyword].value for keyword in DATES_OF_ALL_KINDS}
    wanted = {keyword: wanted_for(keyword, value, days) for keyword, value in DATES_OF_ALL_KINDS.items()}
    assert got == wanted


def vars_of(dataset: Dataset) -> dict[str, object]:
    return {element.keyword: element.value for element in dataset}


@pytest.mark.parametrize(
    ("before", "days", "after"),
    [
        pytest.param("20240301", -1, "20240229", id="back to a leap day"),
        pytest.param("20230301", -1, "20230228", id="no leap day"),
        pytest.param("19000301", -1, "19000228", id="1900 was no leap year"),
        pytest.param("20000301", -1, "20000229", id="2000 was one"),
        pytest.param("20240101", -1, "20231231", id="over the end of a year"),
        pytest.param("20000101", -1, "19991231", id="over the end of a century"),
        pytest.param("18991231", -400, "18981126", id="before 1900"),
        pytest.param("20240229", -366, "20230228", id="a leap year back"),
        pytest.param("20240229", -36525, "19240229", id="a century back"),
        pytest.param("2024.02.29", -1, "20240228", id="the old form of a date"),
    ],
)
def test_the_calendar_is_followed(before: str, days: int, after: str) -> None:
    source = ct(StudyDate=before, SeriesDate="20240229")
    assert pseudonymised(source, days=days).StudyDate == after


@pytest.mark.parametrize(
    "nonsense", ["20230229", "00000000", "99999999", "20241301", "2024", "unknown", "00010101", "20240132"]
)
def test_a_date_that_is_none_is_emptied_and_nothing_else_suffers(nonsense: str) -> None:
    made = engine_for()(ct(StudyDate=nonsense, SeriesDate="20240229"))
    after = read(made.file)
    assert (after.StudyDate, after.SeriesDate) == ("", moved("20240229"))


@pytest.mark.parametrize(
    "text",
    [
        "20240229",
        "2024022923",
        "202402292359",
        "20240229235959",
        "20240229235959.1",
        "20240229235959.123456",
        "20240229235959.123456+0100",
        "20240229235959-1200",
        "20240229+0530",
    ],
)
def test_a_date_time_keeps_its_time_its_fraction_and_its_zone(text: str) -> None:
    assert pseudonymised(ct(AcquisitionDateTime=text)).AcquisitionDateTime == moved(text)


def test_the_zone_of_the_object_stays() -> None:
    assert pseudonymised(ct(TimezoneOffsetFromUTC="+0200")).TimezoneOffsetFromUTC == "+0200"


PRIVATE = Profile(
    name="clocks",
    options=DEFAULT.options,
    keep_private=frozenset(PrivateAttribute("VAUBRISSARD CLOCK", 0x0011, element) for element in range(8)),
)


@pytest.mark.parametrize("depth", [0, 3])
def test_dates_in_private_attributes_that_stay_are_shifted_too(depth: int) -> None:
    inner = Dataset()
    block = inner.private_block(0x0011, "VAUBRISSARD CLOCK", create=True)
    block.add_new(0, "DA", "20240229")
    block.add_new(1, "TM", "235959.5")
    block.add_new(2, "DT", "20240229235959.5+0100")
    block.add_new(3, "DA", ["20240229", "20240301"])
    block.add_new(4, "SQ", Sequence([item(StudyDate="20240229", StudyTime="1200", AcquisitionDateTime="20240229")]))
    block.add_new(5, "AS", "081Y")
    dataset = read(ct())
    for element in [element for element in dataset if element.tag.is_private]:
        del dataset[element.tag]
    if depth:
        dataset.ReferencedSeriesSequence = nest(inner, depth).ReferencedSeriesSequence
    else:
        dataset.update(inner)
    after: Dataset = pseudonymised(written(dataset), PRIVATE)
    for _ in range(depth):
        after = after.ReferencedSeriesSequence[0]
    kept = after.private_block(0x0011, "VAUBRISSARD CLOCK")
    assert kept[0].value == moved("20240229")
    assert kept[1].value == "235959.5"
    assert kept[2].value == moved("20240229235959.5+0100")
    assert kept[3].value == [moved("20240229"), moved("20240301")]
    assert (kept[4].value[0].StudyDate, kept[4].value[0].StudyTime) == (moved("20240229"), "1200")
    assert kept[4].value[0].AcquisitionDateTime == moved("20240229")
    assert kept[5].value == "081Y"


@pytest.mark.parametrize("depth", [0, 3])
def test_dates_in_private_attributes_that_are_known_to_be_safe_are_shifted_by_default(depth: int) -> None:
    inner = Dataset()
    inner.private_block(0x0013, "SIEMENS CM VA0  CMS", create=True).add_new(0x10, "DA", "2024.02.29")
    inner.private_block(0x0013, "SIEMENS CM VA0  CMS").add_new(0x12, "TM", "235959.5")
    inner.private_block(0x0029, "GEIIS_RA1000", create=True).add_new(0x36, "DA", "20240229")
    inner.private_block(0x0117, "UCSF BIRP PRIVATE CREATOR 011710xx", create=True).add_new(0xD1, "DT", "20240229+0100")
    frame = item(StudyDate="20240229", AcquisitionTime="1200", PatientName="Zwyngelbert")
    frame.private_block(0x0009, pet.GE_BLOCK, create=True).add_new(0x0D, "DT", "20240229235959.00")
    inner.private_block(0x0021, "SIEMENS MR SDS 01", create=True).add_new(0xFE, "SQ", Sequence([frame]))
    dataset = read(packaged("MR_small.dcm").read_bytes())
    dataset.update(nest(inner, depth))
    after: Dataset = pseudonymised(written(dataset))
    for _ in range(depth):
        after = after.ReferencedSeriesSequence[0]
    assert text_of(after.private_block(0x0013, "SIEMENS CM VA0  CMS")[0x10]) == moved("20240229")
    assert text_of(after.private_block(0x0013, "SIEMENS CM VA0  CMS")[0x12]) == "235959.5"
    assert text_of(after.private_block(0x0029, "GEIIS_RA1000")[0x36]) == moved("20240229")
    block = after.private_block(0x0117, "UCSF BIRP PRIVATE CREATOR 011710xx")
    assert text_of(block[0xD1]) == moved("20240229+0100")
    (kept,) = after.private_block(0x0021, "SIEMENS MR SDS 01")[0xFE].value
    assert (kept.StudyDate, kept.AcquisitionTime, kept.get("PatientName", "")) == (moved("20240229"), "1200", "")
    assert text_of(kept.private_block(0x0009, pet.GE_BLOCK)[0x0D]) == moved("20240229235959.00")


def test_private_dates_go_when_no_option_speaks_of_dates() -> None:
    dataset = read(ct())
    dataset.add(DataElement(0x00110042, "LO", "VAUBRISSARD CLOCK"))
    dataset.add(DataElement(0x00114200, "DA", "20240229"))
    dataset.add(DataElement(0x00114205, "AS", "081Y"))
    undated = Profile(name="undated", options=frozenset(), keep_private=PRIVATE.keep_private)
    after = pseudonymised(written(dataset), undated)
    assert [int(element.tag) for element in after if element.tag.is_private] == [0x00110042, 0x00114205]


def real_files() -> Iterator[Path]:
    yield from (packaged(name) for name in ("CT_small.dcm", "MR_small.dcm", "emri_small.dcm", "eCT_Supplemental.dcm"))
    yield from (series_files(name)[0] for name in SHARED_SERIES)


def test_in_real_files_every_interval_is_what_it_was() -> None:
    for path in real_files():
        source = path.read_bytes()
        before = {where: (vr, value) for where, vr, value in dated(read(source))}
        after = {where: (vr, value) for where, vr, value in dated(pseudonymised(source))}
        assert after
        for where, (vr, value) in after.items():
            assert (vr, value) == (vr, before[where][1] if vr == "TM" else moved(before[where][1])), where


# Seconds since 1970 (PS3.5 has no VR for that: vendors write them as numbers).
DAY = 86400


def moments_in(dataset: Dataset) -> Iterator[tuple[int, float]]:
    """Numbers that could be seconds, or milliseconds, since 1970."""
    for element in dataset.iterall():
        if element.VR in {"DS", "FD", "FL", "IS", "SL", "SV", "UL", "UV"} and element.VM == 1 and element.value:
            yield int(element.tag), float(element.value)
            yield int(element.tag), float(element.value) / 1000


def days_told(file: bytes) -> set[str]:
    """The tags of the numbers that stay and that are within three days of a date of the source."""
    days = {value[:8] for _, vr, value in dated(read(file)) if vr != "TM"}
    epochs = {(date(int(day[:4]), int(day[4:6]), int(day[6:])) - date(1970, 1, 1)).days * DAY for day in days}
    try:
        after = pseudonymised(file)
    except UnprocessableError:
        return set()  # quarantined: nothing stays
    return {f"{tag:08X}" for tag, at in moments_in(after) for epoch in epochs if abs(at - epoch) < 3 * DAY}


@pytest.mark.parametrize("path", [pytest.param(path, id=path.name) for path in packaged_images()])
def test_no_number_that_stays_tells_the_day_of_a_real_image(path: Path) -> None:
    assert days_told(path.read_bytes()) == set()


@pytest.mark.parametrize("name", SHARED_SERIES)
def test_no_number_that_stays_tells_the_day_of_a_real_series(name: str) -> None:
    assert days_told(series_files(name)[0].read_bytes()) == set()


@pytest.mark.parametrize("days", OFFSETS)
def test_the_suv_factor_of_the_real_pet_is_what_it_was(days: int, real_pet: bytes) -> None:
    made = engine_for(days=days)(real_pet).file
    assert pet.suv_factor(made) == pytest.approx(pet.suv_factor(real_pet), rel=EXACT)
    assert pet.decay_seconds(made) == pet.decay_seconds(real_pet) == 2711  # 10:35:00 to 11:20:11


def test_the_whole_real_series_keeps_its_factor_by_the_plan_of_its_first_objects() -> None:
    engine = engine_for()
    for source in (file.read_bytes() for file in series_files(GE_PET)[::9]):
        made = engine(source).file
        assert pet.suv_factor(made) == pytest.approx(pet.suv_factor(source), rel=EXACT)
        assert read(made).RescaleSlope == read(source).RescaleSlope


MAKERS: dict[str, Callable[[bytes, Timing], bytes]] = {
    "GE": pet.ge,
    "Siemens": pet.siemens,
    "Philips, SUV factor": lambda real, timing: pet.philips(real, timing, suv_factor="0.000551"),
    "Philips, activity factor": lambda real, timing: pet.philips(real, timing, suv_factor=None),
}


@pytest.mark.parametrize("days", OFFSETS)
@pytest.mark.parametrize("timing", TIMINGS)
@pytest.mark.parametrize("maker", MAKERS)
def test_the_suv_factor_of_every_maker_is_what_it_was(maker: str, timing: Timing, days: int, some_pet: bytes) -> None:
    source = MAKERS[maker](some_pet, timing)
    made = engine_for(days=days)(source).file
    assert pet.suv_factor(made) == pytest.approx(pet.suv_factor(source), rel=EXACT)
    assert pet.decay_seconds(made) == pet.decay_seconds(source) == timing.decay_seconds
    assert b"ZWYNGELBERT" not in made.upper()


def explicit(file: bytes, *, unknown: bool) -> bytes:
    """The file with VRs; those of private attributes unknown, as after an archive whose dictionary lacks them."""
    dataset = read(file)
    private = [tag for tag in dataset.keys() if tag.is_private and not tag.is_private_creator]  # noqa: SIM118
    for tag in private if unknown else ():
        dataset[tag] = DataElement(tag, "UN", dataset.get_item(tag).value)
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    buffer = BytesIO()
    pydicom.dcmwrite(buffer, dataset, implicit_vr=False, little_endian=True)
    return buffer.getvalue()


@pytest.mark.parametrize("unknown", [False, True], ids=["known VR", "unknown VR"])
@pytest.mark.parametrize("maker", MAKERS)
def test_the_factor_does_not_depend_on_the_encoding(maker: str, *, unknown: bool, some_pet: bytes) -> None:
    source = explicit(MAKERS[maker](some_pet, ACROSS_MIDNIGHT), unknown=unknown)
    made = engine_for()(source).file
    assert pet.suv_factor(made) == pytest.approx(pet.suv_factor(source), rel=EXACT)
    assert pet.decay_seconds(made) == ACROSS_MIDNIGHT.decay_seconds


@pytest.mark.parametrize("timing", TIMINGS)
def test_the_factor_is_that_of_the_formula(timing: Timing, some_pet: bytes) -> None:
    dose, half_life, weight = 3.88777472e8, 6588.0, 71.0
    expected = weight * 1000 / (dose * 2 ** (-timing.decay_seconds / half_life))
    for maker in ("GE", "Siemens"):
        made = engine_for()(MAKERS[maker](some_pet, timing)).file
        assert pet.suv_factor(made) == pytest.approx(expected, rel=EXACT)
    counts = engine_for()(MAKERS["Philips, activity factor"](some_pet, timing)).file
    assert pet.suv_factor(counts) == pytest.approx(1.60741 * expected, rel=EXACT)
    factor = engine_for()(MAKERS["Philips, SUV factor"](some_pet, timing)).file
    assert pet.suv_factor(factor) == pytest.approx(0.000551, rel=EXACT)


@pytest.mark.parametrize("timing", TIMINGS)
def test_the_private_dates_of_a_ge_are_shifted_and_its_activities_stay(timing: Timing, some_pet: bytes) -> None:
    source = pet.ge(some_pet, timing)
    made = engine_for()(source).file
    before, after = (read(file).private_block(0x0009, pet.GE_BLOCK) for file in (source, made))
    for element in (0x0D, 0x39, 0x3B, 0x3D):
        assert text_of(after[element]) == moved(text_of(before[element]))
    for element in (0x38, 0x3C, 0x3F):
        assert pet.private_float(made, element) == pet.private_float(source, element)


@pytest.mark.parametrize("timing", TIMINGS)
def test_the_moment_of_decay_correction_of_a_siemens_is_shifted_and_its_neighbours_go(
    timing: Timing, some_pet: bytes
) -> None:
    made = pseudonymised(pet.siemens(some_pet, timing))
    block = made.private_block(0x0071, pet.SIEMENS_BLOCK)
    assert text_of(block[0x22]) == moved(pet.date_time_of(timing.scanned))
    tracer = made.RadiopharmaceuticalInformationSequence[0]
    assert tracer.RadiopharmaceuticalStartDateTime == moved(pet.date_time_of(timing.injected))
    assert tracer.RadiopharmaceuticalStartTime == pet.time_of(timing.injected)
    assert made.DecayCorrection == "START"
    assert 0x00711024 not in made


def test_the_factors_of_a_philips_stay_and_its_file_name_and_uid_go(some_pet: bytes) -> None:
    made = pseudonymised(pet.philips(some_pet, SAME_DAY, suv_factor="0.000551"))
    block = made.private_block(0x7053, pet.PHILIPS_BLOCK)
    assert (text_of(block[0x00]), text_of(block[0x09])) == ("0.000551", "1.60741")
    assert [int(element.tag) for element in made if element.tag.group == 0x7053] == [
        0x70530010,
        0x70531000,
        0x70531009,
    ]


def text_of(element: DataElement) -> str:
    value = element.value
    return (value.decode("ascii") if isinstance(value, bytes) else str(value)).strip(" \0")


SUV_NEEDS = """
    PatientWeight PatientSize PatientSex Units DecayCorrection CorrectedImage RescaleSlope RescaleIntercept
    ActualFrameDuration FrameReferenceTime DecayFactor DoseCalibrationFactor SeriesTime AcquisitionTime
"""
TRACER_NEEDS = """
    RadiopharmaceuticalStartTime RadiopharmaceuticalStopTime RadionuclideTotalDose RadionuclideHalfLife
    RadionuclidePositronFraction RadiopharmaceuticalVolume
"""


def raw_values(dataset: Dataset, keywords: str) -> list[object]:
    return [dataset.get_item(keyword).value for keyword in keywords.split() if keyword in dataset]


def test_everything_that_suv_needs_is_kept_byte_for_byte(some_pet: bytes) -> None:
    source = pet.ge(some_pet, ACROSS_MIDNIGHT)
    before, after = read(source), pseudonymised(source)
    assert len(raw_values(read(source), SUV_NEEDS)) == 14
    assert raw_values(after, SUV_NEEDS) == raw_values(before, SUV_NEEDS)
    tracers = [one.RadiopharmaceuticalInformationSequence[0] for one in (before, after)]
    assert raw_values(tracers[1], TRACER_NEEDS) == raw_values(tracers[0], TRACER_NEEDS)


def test_two_studies_of_one_patient_keep_their_distance() -> None:
    engine = engine_for()
    first = read(engine(ct(StudyInstanceUID="1.2.250.1.9999.1", StudyDate="20231231")).file)
    second = read(engine(ct(StudyInstanceUID="1.2.250.1.9999.2", StudyDate="20240301")).file)
    apart = date.fromisoformat(second.StudyDate) - date.fromisoformat(first.StudyDate)
    assert apart == date(2024, 3, 1) - date(2023, 12, 31)


def test_dates_retained_in_full_keep_the_suv_factor_too(some_pet: bytes) -> None:
    full = Profile(
        name="full",
        options=DEFAULT.options - {Option.RETAIN_LONG_MODIFIED_DATES} | {Option.RETAIN_LONG_FULL_DATES},
    )
    for make in MAKERS.values():
        source = make(some_pet, ACROSS_MIDNIGHT)
        made = engine_for(full)(source).file
        assert pet.suv_factor(made) == pytest.approx(pet.suv_factor(source), rel=EXACT)
        assert pet.decay_seconds(made) == ACROSS_MIDNIGHT.decay_seconds
