"""`osteon quarantine` as the custodian and scripts use it, with a real Orthanc."""

import uuid
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pydicom
import pytest
from pydicom.uid import UID

from dicom_node import fates, quarantine
from dicom_node.commitment.set_aside import SetAside
from dicom_node.forwarder import Forwarder
from dicom_node.quarantine import SUFFIX, labels_in
from dicom_node.status import Reason
from osteon.home import locked_home
from storage.errors import ImageRejectedError
from storage.ledger_quarantine import QuarantineLedger
from storage.orthanc import Orthanc, Placed
from tests.builders.door import ct
from tests.integration.osteon.conftest import ASSOCIATION, Home, answered, osteon

WHY = ("--reason", "the vocabulary was extended")
NUMBER = "QX7741982035"


def new_ct(**changes: object) -> bytes:
    """A slice that no other test has sent."""
    uid = f"2.25.{uuid.uuid4().int}"
    return ct(
        **({"SOPInstanceUID": uid, "StudyInstanceUID": f"2.25.{uuid.uuid4().int}", "PatientID": NUMBER} | changes)
    )


def test_reasons_sizes_and_senders_are_listed_and_never_whose_they_are(home: Home) -> None:
    label = home.set_aside(new_ct(), Reason.RESIDUE)
    home.set_aside(new_ct(), Reason.UNREADABLE, calling_ae_title="CT2")

    every, some = answered("quarantine", "list"), answered("quarantine", "list", "--reason", "residue")
    text = osteon("quarantine", "list").output + osteon("quarantine", "show", label.quarantine_id).output

    assert sorted((row["reason"], row["calling_ae_title"]) for row in every) == [
        ("residue", "PACS"),
        ("unreadable", "CT2"),
    ]
    assert [(row["id"], row["size"]) for row in some] == [(label.quarantine_id, label.size)]
    assert label.quarantine_id in text
    assert NUMBER not in text


def test_the_list_needs_neither_key_nor_ledger(home: Home) -> None:
    home.set_aside(new_ct())
    (home.settings.key_path).unlink()
    for path in home.settings.home.glob("registry.sqlite*"):
        path.unlink()
    assert len(answered("quarantine", "list")) == 1


def test_an_object_that_passes_now_goes_to_orthanc_and_the_ledger_as_what_it_came_as(either_home: Home) -> None:
    home = either_home
    label = home.set_aside(new_ct())
    before = home.ids_in_orthanc()

    report = answered("quarantine", "release", label.quarantine_id, *WHY, "--by", "Dr Curie")

    (released,) = report["released"]
    assert (report["stay"], report["waiting"]) == ([], 0)
    ((uid, orthanc_id),) = home.ledger.object_ids()
    assert released == {"id": label.quarantine_id, "sop_instance_uid": uid}
    assert home.ids_in_orthanc() - before == {orthanc_id}
    assert answered("quarantine", "list") == []
    note = home.notes.notes([label.quarantine_id])[label.quarantine_id]
    assert (note.fate, note.released_as, note.fate_reason) == ("released", uid, WHY[1])
    assert note.fate_by is not None
    assert "Dr Curie" in note.fate_by
    (row,) = answered("quarantine", "list", "--decided")
    assert (row["association_id"], row["fate"], row["released_as"]) == (ASSOCIATION, "released", uid)
    assert label.quarantine_id in osteon("vault", "audit").output


def test_what_fails_again_stays_with_the_new_reason(home: Home) -> None:
    label = home.set_aside(new_ct(PatientID=""), Reason.RESIDUE)

    report = answered("quarantine", "release", "--all", *WHY, code=4)

    assert [(one["id"], one["reason"]) for one in report["stay"]] == [(label.quarantine_id, "missing_patient_id")]
    (row,) = answered("quarantine", "list", "--reason", "missing_patient_id")
    assert (row["reason"], row["tried_reason"]) == ("residue", "missing_patient_id")
    assert home.ledger.counts().objects == 0


def test_a_study_of_two_patients_is_released_once_they_are_known_to_be_one(home: Home) -> None:
    study = f"2.25.{uuid.uuid4().int}"
    for number in ("1111111", "2222222"):
        home.set_aside(new_ct(StudyInstanceUID=study, PatientID=number), Reason.STUDY_CONFLICT)
    first = answered("quarantine", "release", "--all", *WHY, code=4)
    (stays,) = first["stay"]
    assert stays["reason"] == "study_conflict"

    one, other = (osteon("vault", "lookup", *WHY, typed=number).stdout.strip() for number in ("1111111", "2222222"))
    survivor, gone = (one, other) if stays["id"] == _of_number(home, "2222222", stays["id"]) else (other, one)
    assert osteon("vault", "merge", survivor, gone, *WHY).exit_code == 0
    second = answered("quarantine", "release", "--all", *WHY)

    assert len(second["released"]) == 1
    assert (home.ledger.counts().patients, home.ledger.counts().studies, home.ledger.counts().objects) == (1, 1, 2)


def _of_number(home: Home, number: str, quarantine_id: str) -> str:
    return quarantine_id if number.encode() in home.quarantine.open(quarantine_id) else ""


def test_the_number_is_that_of_whoever_sent_it(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """A patient number means nobody without its issuer, which may be known by the calling AE title only."""
    monkeypatch.setenv("OSTEON_ISSUERS", "CT2=PARIS,PACS=LYON")
    home.set_aside(new_ct(), calling_ae_title="CT2")

    answered("quarantine", "release", "--all", *WHY)

    assert osteon("vault", "lookup", "--issuer", "PARIS", *WHY, typed=NUMBER).exit_code == 0
    assert osteon("vault", "lookup", "--issuer", "LYON", *WHY, typed=NUMBER).exit_code == 3


def test_an_object_of_an_unknown_sender_stays_where_senders_matter(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OSTEON_ISSUERS", "CT2=PARIS")
    home.set_aside(new_ct(), calling_ae_title="")
    report = answered("quarantine", "release", "--all", *WHY, code=4)
    assert [one["reason"] for one in report["stay"]] == ["unknown_sender"]


def test_the_same_object_is_not_stored_twice(home: Home) -> None:
    file = new_ct()
    home.set_aside(file, Reason.RESIDUE)
    home.set_aside(file, Reason.UNREADABLE)
    before = home.ids_in_orthanc()

    report = answered("quarantine", "release", "--all", *WHY)

    assert len(report["released"]) == 2
    assert home.ledger.counts().objects == 1
    assert len(home.ids_in_orthanc() - before) == 1


def test_what_orthanc_refused_is_not_pseudonymised_a_second_time(home: Home) -> None:
    home.set_aside(new_ct())
    answered("quarantine", "release", "--all", *WHY)
    ((_, orthanc_id),) = home.ledger.object_ids()
    before = home.ids_in_orthanc()
    dataset = pydicom.dcmread(BytesIO(b"".join(home.orthanc.client().read(orthanc_id))))
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = UID("2.25.4711")
    buffer = BytesIO()
    dataset.save_as(buffer)
    home.set_aside(buffer.getvalue(), Reason.REJECTED_BY_ORTHANC, is_pseudonymised=True, source_digest="d" * 64)

    report = answered("quarantine", "release", "--all", *WHY)

    assert [one["sop_instance_uid"] for one in report["released"]] == ["2.25.4711"]
    (new,) = home.ids_in_orthanc() - before
    assert b"".join(home.orthanc.client().read(new)) == buffer.getvalue()
    assert home.ledger.counts().patients == 1


def test_what_orthanc_refuses_after_its_release_is_known_to_be_in_quarantine(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> Placed:
        raise ImageRejectedError("no")

    home.set_aside(new_ct())
    monkeypatch.setattr(Orthanc, "store", refuse)
    (released,) = answered("quarantine", "release", "--all", *WHY)["released"]

    uid = str(released["sop_instance_uid"])
    (kept,) = answered("quarantine", "list")
    assert (kept["reason"], kept["sop_instance_uid"]) == ("rejected_by_orthanc", uid)
    asked = SetAside(home.settings.home / "commitment", home.settings.home / "quarantine", str)
    assert asked.holds(uid), "storage commitment is answered by it"


def test_a_peers_file_that_cannot_be_used_is_said_and_nothing_is_released(
    home: Home, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    home.set_aside(new_ct())
    monkeypatch.setenv("OSTEON_PEERS", str(tmp_path / "absent.toml"))
    result = osteon("quarantine", "release", "--all", *WHY)
    assert result.exit_code == 1
    assert "absent.toml" in result.output
    assert len(answered("quarantine", "list")) == 1


class KilledError(BaseException):
    """The process ends here."""


def _before(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str) -> None:
    def die(*_: Any, **__: Any) -> Any:
        raise KilledError

    monkeypatch.setattr(owner, name, die)


def _after(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str) -> None:
    real: Callable[..., Any] = getattr(owner, name)

    def die(*args: Any, **kwargs: Any) -> Any:
        real(*args, **kwargs)
        raise KilledError

    monkeypatch.setattr(owner, name, die)


@pytest.mark.parametrize(
    ("patch", "owner", "name"),
    [
        pytest.param(_before, quarantine, "decide", id="in the outbox, not decided"),
        pytest.param(_after, quarantine, "decide", id="decided, still sealed"),
        pytest.param(_before, quarantine, "sync_folder", id="removed, the folder not synced"),
        pytest.param(_before, QuarantineLedger, "record_decisions", id="decided, the ledger not told"),
        pytest.param(_before, Orthanc, "store", id="nothing forwarded"),
        pytest.param(_after, Orthanc, "store", id="in Orthanc, not in the ledger"),
        pytest.param(_before, Forwarder, "_record", id="forwarded, not recorded"),
    ],
)
def test_whatever_interrupts_a_release_nothing_is_lost_or_doubled(
    home: Home, monkeypatch: pytest.MonkeyPatch, patch: Callable[..., None], owner: Any, name: str
) -> None:
    home.set_aside(new_ct())
    before = home.ids_in_orthanc()
    with monkeypatch.context() as interrupted:
        patch(interrupted, owner, name)
        with pytest.raises(KilledError):
            osteon("quarantine", "release", "--all", *WHY)

    answered("quarantine", "release", "--all", *WHY)

    assert len(home.ids_in_orthanc() - before) == 1
    assert home.ledger.counts().objects == 1
    folder = home.settings.home / "quarantine"
    (decision,) = fates.decisions(folder)
    assert list(labels_in(folder)) == []
    assert list(folder.glob(f"*{SUFFIX}")) == []
    note = home.notes.notes([decision.quarantine_id])[decision.quarantine_id]
    assert note.released_as == next(home.ledger.object_ids())[0]


def test_what_waits_for_orthanc_is_passed_on_later(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    home.set_aside(new_ct())
    with monkeypatch.context() as down:
        down.setenv("OSTEON_ORTHANC_URL", "http://127.0.0.1:9/")
        down.setattr("osteon.releasing.PATIENCE_SECONDS", 0.5)
        report = answered("quarantine", "release", "--all", *WHY)
    assert (len(report["released"]), report["waiting"]) == (1, 1)
    assert home.ledger.counts().objects == 0

    assert answered("quarantine", "release", "--all", *WHY)["waiting"] == 0
    assert home.ledger.counts().objects == 1


def test_what_is_destroyed_is_gone_on_record(home: Home) -> None:
    label = home.set_aside(new_ct())
    stays = home.set_aside(new_ct())

    text = osteon("quarantine", "destroy", label.quarantine_id, "--yes", "--reason", "sent by mistake").output

    assert "backups" in text
    assert [row["id"] for row in answered("quarantine", "list")] == [stays.quarantine_id]
    assert not (home.settings.home / "quarantine" / f"{label.quarantine_id}{SUFFIX}").exists()
    note = home.notes.notes([label.quarantine_id])[label.quarantine_id]
    assert (note.fate, note.fate_reason, note.released_as) == ("destroyed", "sent by mistake", None)
    assert "destroy" in osteon("vault", "audit").output


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        pytest.param(("release", "0" * 32, *WHY), 3, id="no such object"),
        pytest.param(("release", "../../etc/passwd", *WHY), 2, id="no id"),
        pytest.param(("release", *WHY), 2, id="nothing named"),
        pytest.param(("release", "--all", "--kept-for", "residue", *WHY), 2, id="two ways to name"),
        pytest.param(("release", "--all"), 2, id="no reason"),
        pytest.param(("release", "--kept-for", "unreadable", *WHY), 3, id="nothing kept for that"),
        pytest.param(("destroy", "--all", *WHY), 1, id="not confirmed"),
        pytest.param(("show", "0" * 32), 3, id="show what is not there"),
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(home: Home, arguments: tuple[str, ...], code: int) -> None:
    label = home.set_aside(new_ct())
    assert osteon("quarantine", *arguments).exit_code == code
    assert [row["id"] for row in answered("quarantine", "list")] == [label.quarantine_id]
    assert "release" not in osteon("vault", "audit").output


def test_one_act_at_a_time(home: Home) -> None:
    home.set_aside(new_ct())
    with locked_home(home.settings.home, "quarantine"):
        assert osteon("quarantine", "release", "--all", *WHY).exit_code == 1


def test_an_object_whose_sealed_bytes_were_changed_stays_and_is_named(home: Home, tmp_path: Path) -> None:
    label = home.set_aside(new_ct())
    sealed = tmp_path / "quarantine" / f"{label.quarantine_id}{SUFFIX}"
    content = sealed.read_bytes()
    sealed.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    report = answered("quarantine", "release", "--all", *WHY, code=4)
    assert [one["reason"] for one in report["stay"]] == ["seal_broken"]
