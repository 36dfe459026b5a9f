"""No planted identifier leaves: hundreds of places in one object, each with a token of its own."""

from collections.abc import Callable
from functools import cache

import pytest
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from dicom_node.errors import UnprocessableError
from dicom_node.pseudonymisation.engine import Engine
from dicom_node.pseudonymisation.profile import DEFAULT
from dicom_node.pseudonymisation.text import TextCleaner
from dicom_node.pseudonymisation.vocabulary import Vocabulary
from dicom_node.uids import UidMap
from storage.identities import Pseudonymity
from tests.builders.leaks import Place, found, planted
from tests.builders.leaks_people import DATES
from tests.builders.leaks_places import PLACES, TOGETHER
from tests.builders.leaks_planting import all_of, value, within
from tests.builders.real_files import GE_CT, GE_PET, TOSHIBA_MR, packaged, series_files

FEWEST_PLACES = 60
CARRIER, OTHER_CARRIER = "CT_small.dcm", "MR_small.dcm"
NATIVE = (ExplicitVRLittleEndian, ImplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian)
EACH_PLACE = pytest.mark.parametrize("place", PLACES, ids=[place.name for place in PLACES])
NAMES_OF_ALL = [place.name for place in TOGETHER]


def new_engine() -> Engine:
    return Engine(
        profile=DEFAULT,
        identify=lambda *_: Pseudonymity("OST-23456-789AB", -400),
        map_uid=UidMap(b"k" * 32),
        clean=TextCleaner(Vocabulary.default()),
    )


def carrier_of(place: Place) -> bytes:
    return packaged(place.carrier or CARRIER).read_bytes()


@cache
def clean_ones(carrier: str) -> tuple[bytes, bytes]:
    """Two objects of a series in which nobody planted anything."""
    content = packaged(carrier).read_bytes()
    return planted(content, [], instance=1), planted(content, [], instance=2)


def leaked(engine: Callable[[bytes], object], source: bytes, place: Place) -> list[str]:
    """What is found of a place in the file that comes out; nothing where the object must be, and is, held back."""
    if place.held_back is None:
        return found(new_file(engine, source), [place])
    with pytest.raises(UnprocessableError) as raised:
        engine(source)
    assert raised.value.reason is place.held_back
    return []


def new_file(engine: Callable[[bytes], object], source: bytes) -> bytes:
    result = engine(source)
    file = getattr(result, "file", None)
    assert isinstance(file, bytes)
    return file


def test_there_are_many_places_and_each_token_names_one_of_them() -> None:
    assert len(PLACES) >= FEWEST_PLACES
    assert len(TOGETHER) >= FEWEST_PLACES
    assert len({place.name for place in PLACES}) == len(PLACES)
    tokens = [place.token.lower() for place in PLACES]
    assert [(one, other) for one in tokens for other in tokens if one != other and one in other] == []
    assert len(set(tokens)) == len(tokens)


@pytest.mark.parametrize("name", sorted({CARRIER, OTHER_CARRIER, *(place.carrier for place in PLACES)} - {""}))
def test_no_carrier_holds_a_token_by_chance(name: str) -> None:
    assert found(planted(packaged(name).read_bytes(), []), PLACES) == []


@EACH_PLACE
def test_an_identifier_planted_in_one_place_does_not_leave(place: Place) -> None:
    source = planted(carrier_of(place), [place])
    assert found(source, [place]) == [place.name]
    assert leaked(new_engine(), source, place) == []


@EACH_PLACE
def test_an_identifier_in_the_third_object_of_a_series_does_not_leave(place: Place) -> None:
    engine = new_engine()
    for clean in clean_ones(place.carrier or CARRIER):
        engine(clean)
    assert leaked(engine, planted(carrier_of(place), [place], instance=3), place) == []


@pytest.mark.parametrize("carrier", [CARRIER, OTHER_CARRIER])
@pytest.mark.parametrize("syntax", NATIVE, ids=lambda syntax: str(syntax.name))
def test_of_all_identifiers_in_one_object_none_leaves(syntax: str, carrier: str) -> None:
    source = planted(packaged(carrier).read_bytes(), TOGETHER, syntax=syntax)
    assert found(source, TOGETHER) == NAMES_OF_ALL
    assert found(new_file(new_engine(), source), TOGETHER) == []


@pytest.mark.parametrize("series", [GE_CT, GE_PET, TOSHIBA_MR])
def test_of_all_identifiers_in_a_scanner_s_object_none_leaves(series: str) -> None:
    source = planted(series_files(series)[0].read_bytes(), TOGETHER)
    assert found(source, TOGETHER) == NAMES_OF_ALL
    assert found(new_file(new_engine(), source), TOGETHER) == []


@pytest.mark.parametrize("syntax", NATIVE, ids=lambda syntax: str(syntax.name))
def test_objects_of_one_series_become_what_each_becomes_alone(syntax: str) -> None:
    carrier, engine = packaged(CARRIER).read_bytes(), new_engine()
    everything = [place for place in TOGETHER if place.name != "birth date in the instance's UID"]
    for instance in range(1, 5):
        source = planted(carrier, everything, instance=instance, syntax=syntax)
        made = new_file(engine, source)
        assert made == new_file(new_engine(), source)
        assert found(made, everything) == []


@pytest.mark.parametrize("syntax", NATIVE, ids=lambda syntax: str(syntax.name))
def test_an_identified_object_after_clean_ones_becomes_what_it_becomes_alone(syntax: str) -> None:
    carrier, engine = packaged(CARRIER).read_bytes(), new_engine()
    for instance in (1, 2, 3):
        engine(planted(carrier, [], instance=instance, syntax=syntax))
    source = planted(carrier, TOGETHER, instance=4, syntax=syntax)
    made = new_file(engine, source)
    assert made == new_file(new_engine(), source)
    assert found(made, TOGETHER) == []


NEUTRAL = "Neutre"
SEEN_ALL_ALONG = "Tardovandal"


@pytest.mark.parametrize(
    "person",
    [
        pytest.param(value("OperatorsName"), id="a person at the top"),
        pytest.param(value("PatientMotherBirthName"), id="a name at the top"),
        pytest.param(value("InstitutionName"), id="an institution at the top"),
        pytest.param(value(0x00189F01, vr="PN"), id="a person of an unknown attribute"),
        pytest.param(within("SourceImageSequence", leaf=value("OperatorsName")), id="a person in a sequence"),
        pytest.param(within("OperatorIdentificationSequence", leaf=value("PersonName")), id="a person that goes"),
        pytest.param(within("OtherPatientIDsSequence", leaf=value("PatientName")), id="a name in an item"),
    ],
)
def test_a_word_of_the_scanner_goes_once_an_object_names_somebody_so(person: Callable[..., None]) -> None:
    place = Place(name="late", token=SEEN_ALL_ALONG, plant=all_of(value("FilterType"), person))
    before = Place(
        name="early",
        token=SEEN_ALL_ALONG,
        plant=all_of(value("FilterType"), lambda draft, _: person(draft, NEUTRAL)),
    )
    carrier, engine = packaged(CARRIER).read_bytes(), new_engine()
    for instance in (1, 2, 3):
        assert found(new_file(engine, planted(carrier, [before], instance=instance)), [before]) == ["early"]
    for instance in (4, 5):
        assert leaked(engine, planted(carrier, [place], instance=instance), place) == []


def test_a_date_is_moved_and_not_only_missing() -> None:
    place = next(place for place in DATES if place.name == "study date")
    made = new_file(new_engine(), planted(packaged(CARRIER).read_bytes(), [place]))
    assert found(made, [place]) == []
    assert b"20100819" in made  # 400 days before 2011-09-23
