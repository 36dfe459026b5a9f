"""The books themselves: what is wrong is found, or the fault tests would prove nothing."""

from dataclasses import replace

import pytest

from dicom_node.status import Reason
from dicom_node.uids import UidMap
from tests.builders.many_objects import Specimen
from tests.faults.accounts import Accounts, Holdings, Kept, Stored

MAP = UidMap(b"k" * 32)
SUCCESS, QUARANTINED, TRY_AGAIN = 0x0000, 0xC100, 0xA700


def specimen(name: str) -> Specimen:
    return Specimen("1.2.3", "1.2.4", f"1.2.5.{ord(name)}", name, b"")


def stored(name: str) -> Stored:
    return Stored(str(MAP(specimen(name).sop_instance_uid)), name)


@pytest.fixture
def accounts() -> Accounts:
    """a and b stored, c in quarantine, d refused, e never answered."""
    accounts = Accounts()
    for name, status in {"a": SUCCESS, "b": SUCCESS, "c": QUARANTINED, "d": TRY_AGAIN}.items():
        accounts.sending(specimen(name))
        accounts.answered(specimen(name), status)
    accounts.sending(specimen("e"))
    return accounts


GOOD = Holdings(
    stored={"1": stored("a"), "2": stored("b")},
    ledger={stored("a").sop_instance_uid: "1", stored("b").sop_instance_uid: "2"},
    quarantined=[Kept("c", Reason.RESIDUE)],
)


def test_everything_in_its_place_is_no_complaint(accounts: Accounts) -> None:
    assert accounts.complaints(GOOD, MAP) == []


def test_what_was_not_acknowledged_may_be_there_or_not(accounts: Accounts) -> None:
    with_e = replace(
        GOOD, stored={**GOOD.stored, "3": stored("e")}, ledger={**GOOD.ledger, stored("e").sop_instance_uid: "3"}
    )
    assert accounts.complaints(with_e, MAP) == []


def test_an_acknowledged_object_may_end_in_quarantine_as_a_conflict_only(accounts: Accounts) -> None:
    without_b = replace(GOOD, stored={"1": stored("a")}, ledger={stored("a").sop_instance_uid: "1"})
    as_conflict = replace(without_b, quarantined=[*GOOD.quarantined, Kept("b", Reason.CONFLICT)])
    otherwise = replace(without_b, quarantined=[*GOOD.quarantined, Kept("b", Reason.RESIDUE)])
    assert accounts.complaints(as_conflict, MAP) == []
    assert accounts.complaints(otherwise, MAP) == ["1 acknowledged and lost: b"]


@pytest.mark.parametrize(
    ("holdings", "complaint"),
    [
        pytest.param(
            replace(GOOD, stored={"1": stored("a")}, ledger={stored("a").sop_instance_uid: "1"}), "lost", id="lost"
        ),
        pytest.param(replace(GOOD, stored={**GOOD.stored, "3": stored("a")}), "stored twice", id="twice"),
        pytest.param(replace(GOOD, stored={"1": stored("a")}), "not in Orthanc", id="not in Orthanc"),
        pytest.param(
            replace(GOOD, ledger={stored("a").sop_instance_uid: "1"}), "not in the ledger", id="not in the ledger"
        ),
        pytest.param(replace(GOOD, quarantined=[]), "not there", id="not in quarantine"),
        pytest.param(
            replace(GOOD, quarantined=[*GOOD.quarantined, Kept("a", Reason.RESIDUE)]), "stored and", id="in both"
        ),
        pytest.param(replace(GOOD, quarantined=[*GOOD.quarantined, Kept("x", Reason.RESIDUE)]), "never", id="unknown"),
        pytest.param(
            replace(GOOD, stored={"1": stored("a"), "2": Stored(str(MAP("1.2.9")), "b")}), "another UID", id="misnamed"
        ),
    ],
)
def test_what_is_wrong_is_said(accounts: Accounts, holdings: Holdings, complaint: str) -> None:
    assert any(complaint in said for said in accounts.complaints(holdings, MAP))
