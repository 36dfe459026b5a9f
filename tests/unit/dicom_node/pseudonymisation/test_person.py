"""Whose object it is: issuers, national identities, and numbers that name nobody."""

import pytest

from dicom_node.errors import UnprocessableError
from dicom_node.pseudonymisation.person import Issuers, ReceivedNumber, person_of
from dicom_node.status import Reason
from storage.identities import PatientIdentifier, Person

INS_NIR = "1.2.250.1.213.1.4.8"
INS_NIA = "1.2.250.1.213.1.4.9"
INS_TEST = "1.2.250.1.213.1.4.10"
SPECIMEN = "255081416802538"  # the example by which INSEE explains the number; its last two digits are the key
SPECIMEN_WITHOUT_KEY = "2550814168025"
HOSPITAL_UID = "1.2.250.1.71.4.2.2"


def hospital_number(number: str = "0042", issuer: str = "", universal_issuer: str = "") -> ReceivedNumber:
    return ReceivedNumber(number=number, issuer=issuer, universal_issuer=universal_issuer)


@pytest.mark.parametrize(
    ("received", "issuer"),
    [
        pytest.param(hospital_number(issuer=" LYON "), "LYON", id="it says so"),
        pytest.param(hospital_number(issuer="LYON", universal_issuer=HOSPITAL_UID), "LYON", id="name before UID"),
        pytest.param(hospital_number(universal_issuer=HOSPITAL_UID), HOSPITAL_UID, id="only a qualifier"),
        pytest.param(hospital_number(issuer=f"LYON&{HOSPITAL_UID}&ISO"), "LYON", id="as HL7 writes it"),
        pytest.param(hospital_number(issuer=f"&{HOSPITAL_UID}&ISO"), HOSPITAL_UID, id="as HL7, without a name"),
        pytest.param(hospital_number(issuer="\0 "), "PARIS", id="only padding"),
        pytest.param(hospital_number(), "PARIS", id="nothing said"),
    ],
)
def test_the_issuer_is_what_the_object_says_and_else_what_is_configured(received: ReceivedNumber, issuer: str) -> None:
    assert person_of(received, unsaid_issuer="PARIS") == Person(PatientIdentifier(issuer, "0042"))


def test_an_issuer_is_configured_for_a_calling_ae_and_for_all_others() -> None:
    issuers = Issuers(default="PARIS", by_calling_ae={"PACS1": "LYON"})
    assert [issuers.of(title) for title in ("PACS1", "PACS1   ", "pacs1", "")] == ["LYON", "LYON", "PARIS", "PARIS"]


@pytest.mark.parametrize(
    ("received", "issuer"),
    [
        pytest.param(hospital_number(SPECIMEN, INS_NIR), INS_NIR, id="with its key"),
        pytest.param(hospital_number(SPECIMEN_WITHOUT_KEY, INS_NIR), INS_NIR, id="without its key"),
        pytest.param(hospital_number("2 55 08 14 168 025 38", INS_NIR), INS_NIR, id="with spaces"),
        pytest.param(hospital_number(SPECIMEN, "ASIP-SANTE-INS-NIR", INS_NIR), INS_NIR, id="in the qualifiers"),
        pytest.param(hospital_number(SPECIMEN, f"ASIP-SANTE-INS-NIR&{INS_NIR}&ISO"), INS_NIR, id="as HL7 writes it"),
        pytest.param(hospital_number(SPECIMEN, INS_NIA), INS_NIA, id="waiting for its number"),
    ],
)
def test_a_national_identity_is_one_number_however_it_is_written(received: ReceivedNumber, issuer: str) -> None:
    person = person_of(received, unsaid_issuer="PARIS")
    assert person == Person(PatientIdentifier(issuer, SPECIMEN_WITHOUT_KEY))
    assert person.identifier.is_national


# The key is 97 minus the remainder by 97, with 2A read as 19 and 2B as 18 (INSEE).
@pytest.mark.parametrize(("matricule", "read_as"), [("185052A006084", 1850519006084), ("285052B006084", 2850518006084)])
def test_a_person_born_in_corsica_has_letters_in_the_number(matricule: str, read_as: int) -> None:
    key = f"{97 - read_as % 97:02d}"
    person = person_of(hospital_number(matricule.lower() + key, INS_NIR))
    assert person.identifier == PatientIdentifier(INS_NIR, matricule)


@pytest.mark.parametrize("number", ["255081416802539", "25508141680", "2550814168025380", "QX7741982035"])
def test_a_damaged_national_identity_is_a_number_like_any_other(number: str) -> None:
    assert person_of(hospital_number(number, INS_NIR)) == Person(PatientIdentifier(INS_NIR, number))
    assert person_of(hospital_number(), [hospital_number(number, INS_NIR)]) == Person(PatientIdentifier("", "0042"))


def test_a_national_identity_among_the_other_numbers_decides_and_the_hospitals_number_comes_along() -> None:
    others = [
        hospital_number("77", "GRENOBLE"),
        hospital_number(SPECIMEN, INS_NIA),
        hospital_number("1510246102043", "", INS_NIR),
        hospital_number(SPECIMEN, INS_TEST),
    ]
    assert person_of(hospital_number(issuer="LYON"), others) == Person(
        PatientIdentifier(INS_NIR, "1510246102043"),
        (PatientIdentifier(INS_NIA, SPECIMEN_WITHOUT_KEY), PatientIdentifier("LYON", "0042")),
    )


def test_a_national_identity_that_is_given_twice_counts_once() -> None:
    person = person_of(hospital_number(SPECIMEN, INS_NIR), [hospital_number(SPECIMEN_WITHOUT_KEY, INS_NIR)])
    assert person == Person(PatientIdentifier(INS_NIR, SPECIMEN_WITHOUT_KEY))


@pytest.mark.parametrize(
    "number", ["", "  ", "\0", "0", "0000000", "-", "?", "0-00", "unknown", "N/A", "INCONNU", "Anonymous", "_", "none."]
)
def test_a_number_that_names_nobody_is_missing_whatever_else_is_said(number: str) -> None:
    with pytest.raises(UnprocessableError) as refusal:
        person_of(hospital_number(number, "LYON"), [hospital_number(SPECIMEN, INS_NIR)], unsaid_issuer="PARIS")
    assert refusal.value.reason is Reason.MISSING_PATIENT_ID
    assert str(refusal.value) == Reason.MISSING_PATIENT_ID.value


@pytest.mark.parametrize("number", ["00042", "A0", "Nadia", "NA12", "患者7", "4MR1"])
def test_a_number_that_tells_persons_apart_is_kept_as_it_is(number: str) -> None:
    assert person_of(hospital_number(f" {number}\0")).identifier.number == number
