"""What is kept of how a series was made, read from objects that the engine wrote and compared with pydicom."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from dicom_node.entry import Entry, header_facts
from dicom_node.series_facts import DESCRIBING, series_facts
from storage.series_facts import NOTHING_SAID, SeriesFacts
from tests.builders.datasets import plain_ct, written
from tests.builders.pseudonymised import engine_for, read
from tests.builders.real_files import GE_CT, GE_PET, TOSHIBA_MR, series_files


def facts_of(dataset: Dataset) -> SeriesFacts:
    return series_facts(engine_for()(written(dataset)).facts_with(DESCRIBING))


def with_items(**items: object) -> Dataset:
    dataset = Dataset()
    for name, value in items.items():
        setattr(dataset, name, value)
    return dataset


def test_a_ct_tells_its_kernel_its_spacing_and_its_scanner() -> None:
    dataset = plain_ct()
    dataset.SliceThickness = "1.25"
    dataset.PixelSpacing = ["0.7", "0.8"]
    dataset.ConvolutionKernel = ["STANDARD", "3"]
    dataset.Manufacturer = "SIEMENS"
    dataset.BodyPartExamined = "SPINE"
    result = engine_for()(written(dataset))
    kept = read(result.file)

    found = series_facts(result.facts_with(DESCRIBING))

    assert (found.slice_thickness_mm, found.row_spacing_mm, found.column_spacing_mm) == (1.25, 0.7, 0.8)
    assert found.kernel == kept.ConvolutionKernel[0] == "STANDARD"
    assert found.manufacturer == kept.Manufacturer == "SIEMENS"
    assert found.body_part == kept.BodyPartExamined == "SPINE"


def test_a_pet_tells_its_tracer_by_the_meaning_of_the_code_before_its_name() -> None:
    code = with_items(CodeValue="C-B1031", CodingSchemeDesignator="SRT", CodeMeaning="Fluorodeoxyglucose F^18^")
    named = with_items(Radiopharmaceutical="FDG")
    coded = with_items(Radiopharmaceutical="FDG", RadiopharmaceuticalCodeSequence=Sequence([code]))
    first, second = plain_ct(), plain_ct()
    first.RadiopharmaceuticalInformationSequence = Sequence([coded])
    second.RadiopharmaceuticalInformationSequence = Sequence([named])
    item = read(engine_for()(written(first)).file).RadiopharmaceuticalInformationSequence[0]

    assert facts_of(first).tracer == item.RadiopharmaceuticalCodeSequence[0].CodeMeaning
    assert facts_of(second).tracer == "FDG"


def test_a_multi_frame_object_tells_what_all_its_frames_share() -> None:
    dataset = plain_ct()
    for name in ("SliceThickness", "PixelSpacing", "ConvolutionKernel"):
        if name in dataset:
            delattr(dataset, name)
    measures = with_items(SliceThickness="2", PixelSpacing=["0.5", "0.5"])
    reconstruction = with_items(ConvolutionKernel="STANDARD")
    dataset.SharedFunctionalGroupsSequence = Sequence(
        [with_items(PixelMeasuresSequence=Sequence([measures]), CTReconstructionSequence=Sequence([reconstruction]))]
    )

    found = facts_of(dataset)

    assert (found.slice_thickness_mm, found.row_spacing_mm, found.kernel) == (2.0, 0.5, "STANDARD")


@pytest.mark.parametrize("series", [GE_CT, GE_PET, TOSHIBA_MR])
def test_of_real_objects_it_is_what_pydicom_reads_in_what_was_written(series: str) -> None:
    source = series_files(series)[0].read_bytes()
    result = engine_for()(source)
    kept = read(result.file)

    found = series_facts(result.facts_with(DESCRIBING))

    assert found.slice_thickness_mm == float(kept.SliceThickness)
    assert (found.row_spacing_mm, found.column_spacing_mm) == tuple(map(float, kept.PixelSpacing))
    assert found.manufacturer == kept.Manufacturer
    assert found.model == kept.ManufacturerModelName
    assert (found.kernel or "") == kept.get("ConvolutionKernel", "")
    assert (found.field_strength_t or 0) == float(kept.get("MagneticFieldStrength", 0))
    assert (found.tracer is not None) == (kept.Modality == "PT")


@pytest.mark.parametrize("thickness", ["0", "-1", "1e30", "12 mm"])
def test_what_is_no_thickness_is_left_out(thickness: str) -> None:
    dataset = plain_ct()
    dataset.SliceThickness = None
    empty = b"\x18\x00\x50\x00DS\x00\x00"
    assert empty in written(dataset)
    file = written(dataset).replace(empty, empty[:-2] + _value(thickness))

    assert series_facts(engine_for()(file).facts_with(DESCRIBING)).slice_thickness_mm is None


def test_an_entry_of_the_outbox_keeps_the_facts_and_one_from_before_has_none() -> None:
    result = engine_for()(written(plain_ct()))
    told = header_facts(result.facts_with(DESCRIBING), result.transfer_syntax_uid)
    known = SeriesFacts(kernel="B70f", slice_thickness_mm=0.6)
    entry = Entry(**{**_bare(), **told, "series_facts": known})
    old = json.loads(entry.to_json())
    del old["series_facts"]

    assert Entry.from_json(entry.to_json()) == entry
    assert Entry.from_json(json.dumps(old).encode()).series_facts is None


def test_facts_that_are_not_known_to_this_version_are_passed_over() -> None:
    assert SeriesFacts.of({"kernel": "B70f", "pitch": 1.2}) == SeriesFacts(kernel="B70f")
    assert SeriesFacts.of({}) == NOTHING_SAID
    with pytest.raises(ValueError, match="kernel"):
        SeriesFacts(kernel="x" * 65)


def _value(text: str) -> bytes:
    padded = text.encode() + b" " * (len(text) % 2)
    return len(padded).to_bytes(2, "little") + padded


def _bare() -> dict[str, Any]:
    return {
        "association_id": "a",
        "pseudonym": "OST-7K3M9-QPXRC",
        "size": 1,
        "checksum": "0" * 32,
        "source_digest": "d",
        "received_at": datetime(2031, 1, 2, tzinfo=UTC),
    }
