"""`osteon doctor --repair` and `osteon ledger`, with a real Orthanc, ledger and outbox of the test's own."""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from sqlalchemy import text

from dicom_node.door import Outcome
from dicom_node.forwarder import Forwarder, Pass
from dicom_node.journal import Journal
from dicom_node.outbox import Outbox
from osteon.health.checks import CHECKS
from osteon.health.findings import Verdict
from osteon.orthanc_access import credentials
from osteon.outboxes import kept_in, object_folders
from storage.ledger_records import FOUND_IN_ORTHANC, UNKNOWN_DIGEST
from storage.orthanc import Orthanc
from tests.builders.door import VaultInMemory, arrival, ct, damage, parts_in
from tests.builders.ledger import association_summary
from tests.integration.osteon.conftest import Home, answered, osteon

reconcile = CHECKS["store and ledger"]


class Node:
    """The door and its forwarder in a home, a step at a time."""

    def __init__(self, home: Home, study: str) -> None:
        self.home = home
        self.study = study
        self.vault = VaultInMemory()
        self.restart()

    def restart(self) -> None:
        home = self.home
        (home.settings.home / "outbox").mkdir(exist_ok=True)
        self.parts = parts_in(home.settings.home / "outbox", known=home.ledger.study, vault=self.vault)
        self.outbox = self.parts.outbox
        self.forwarder = Forwarder(
            outbox=self.outbox,
            journal=self.parts.journal,
            quarantine=home.quarantine,
            orthanc=home.orthanc.client(),
            ledger=home.ledger,
        )

    def send(self, number: int = 1, **changes: object) -> Outcome:
        uid = f"{self.study}.{number}"
        return self.parts.door.receive(
            arrival(ct(**({"SOPInstanceUID": uid, "StudyInstanceUID": self.study} | changes)))
        )

    def forward(self) -> None:
        while self.forwarder.forward_once() is Pass.MOVED:
            pass
        assert self.outbox.depth() == 0


@pytest.fixture
def node(home: Home) -> Iterator[Node]:
    for orthanc_id in home.ids_in_orthanc():
        delete(home, orthanc_id)
    made = Node(home, f"1.2.{uuid.uuid4().int}")
    yield made
    made.forwarder.close()
    made.outbox.close()


@pytest.fixture
def either_node(either_home: Home) -> Iterator[Node]:
    """On both databases."""
    for orthanc_id in either_home.ids_in_orthanc():
        delete(either_home, orthanc_id)
    made = Node(either_home, f"1.2.{uuid.uuid4().int}")
    yield made
    made.forwarder.close()
    made.outbox.close()


def delete(home: Home, orthanc_id: str) -> None:
    """As an administrator would, or a power cut."""
    requests.delete(
        f"{home.settings.orthanc_address}instances/{orthanc_id}", auth=credentials(home.settings), timeout=10
    ).raise_for_status()


def empty_ledger(home: Home) -> None:
    with home.registry.begin() as connection:
        for table in ("instance", "series", "study", "patient", "quarantined_object", "association"):
            connection.execute(text(f"DELETE FROM {table}"))  # noqa: S608 - names of ours


def rows(home: Home) -> list[tuple[Any, ...]]:
    with home.registry.connect() as connection:
        wanted = text("SELECT sop_instance_uid, sha256, size, orthanc_id, source_digest, association_id FROM instance")
        return sorted(tuple(row) for row in connection.execute(wanted))


def test_what_comes_in_while_the_doctor_looks_is_not_called_lost(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = Orthanc.instance_ids

    def listed_then_one_more(orthanc: Orthanc) -> Iterator[str]:
        yield from list(listed(orthanc))
        node.send(2)
        node.forward()

    node.send(1)
    node.forward()
    (first,) = node.home.ids_in_orthanc()
    with monkeypatch.context() as patched:
        patched.setattr(Orthanc, "instance_ids", listed_then_one_more)
        assert reconcile(node.home.settings) == (Verdict.GOOD, "ledger and Orthanc agree on 2 objects")
    delete(node.home, first)
    verdict, detail = reconcile(node.home.settings)
    assert verdict is Verdict.BAD
    assert detail.startswith(f"1 objects of the ledger are not in Orthanc: {first}")


def test_an_empty_ledger_is_rebuilt_from_outbox_and_orthanc(either_node: Node) -> None:
    node, home = either_node, either_node.home
    for number in range(3):
        node.send(number)
    node.forward()
    before = rows(home)
    empty_ledger(home)

    report = answered("ledger", "rebuild")

    assert (report["rows"], report["with_source"]) == (3, 3)
    assert rows(home) == before


def test_what_only_orthanc_knows_is_rebuilt_and_says_what_it_does_not_know(either_node: Node) -> None:
    node, home = either_node, either_node.home
    node.send()
    node.forward()
    ((uid, sha256, size, orthanc_id, _, _),) = rows(home)
    empty_ledger(home)
    forget(node)

    report = answered("ledger", "rebuild")

    assert (report["rows"], report["with_source"]) == (1, 0)
    assert rows(home) == [(uid, sha256, size, orthanc_id, UNKNOWN_DIGEST, FOUND_IN_ORTHANC)]
    assert answered("ledger", "rebuild")["rows"] == 0


def test_what_is_sent_again_after_a_rebuild_fills_in_what_was_not_known(home: Home, node: Node) -> None:
    node.send()
    node.forward()
    before = rows(home)
    empty_ledger(home)
    forget(node)
    answered("ledger", "rebuild")

    node.restart()
    assert node.send() is Outcome.STORED
    node.forward()

    assert rows(home) == before
    assert answered("quarantine", "list") == []


def test_another_object_after_a_rebuild_is_a_conflict_all_the_same(home: Home, node: Node) -> None:
    node.send()
    node.forward()
    empty_ledger(home)
    forget(node)
    answered("ledger", "rebuild")
    node.restart()

    node.send(WindowCenter="41")
    node.forward()

    assert [row["reason"] for row in answered("quarantine", "list")] == ["conflict"]
    assert len(rows(home)) == 1


def forget(node: Node) -> None:
    """The outbox no longer holds what went to Orthanc."""
    node.outbox.close()
    for path in (node.home.settings.home / "outbox" / "objects").iterdir():
        path.unlink()


def findings(code: int) -> dict[str, dict[str, Any]]:
    return {row["check"]: row for row in answered("doctor", "--repair", code=code)}


def test_nothing_wrong_is_nothing_done(home: Home, node: Node) -> None:
    node.send()
    node.forward()
    before = rows(home)
    assert {row["verdict"] for row in findings(0).values()} == {"ok"}
    assert rows(home) == before


def test_an_object_that_orthanc_lacks_is_sent_again_from_the_outbox(home: Home, node: Node) -> None:
    node.send()
    node.forward()
    (orthanc_id,) = home.ids_in_orthanc()
    file = b"".join(home.orthanc.client().read(orthanc_id))
    delete(home, orthanc_id)

    assert "sent 1 objects" in findings(0)["objects"]["detail"]

    assert b"".join(home.orthanc.client().read(orthanc_id)) == file
    assert home.ledger.lost() == []


def test_what_is_nowhere_is_named_with_study_and_association_until_it_comes_again(either_node: Node) -> None:
    node, home = either_node, either_node.home
    node.send()
    node.forward()
    ((uid, *_),) = rows(home)
    (orthanc_id,) = home.ids_in_orthanc()
    delete(home, orthanc_id)
    forget(node)

    lost = findings(1)["lost"]

    (line,) = lost["details"]
    (place,) = home.ledger.places([uid])
    assert all(name in line for name in (uid, place.study_instance_uid, place.association_id))
    assert len(findings(1)["lost"]["details"]) == 1
    assert osteon("ledger", "--association", place.association_id).exit_code == 1

    node.restart()
    assert node.send() is Outcome.STORED
    node.forward()

    assert findings(0)["lost"]["verdict"] == "ok"
    assert home.ids_in_orthanc() == {orthanc_id}


def test_sealed_files_and_objects_without_a_row_get_one(home: Home, node: Node) -> None:
    node.send()
    node.forward()
    home.set_aside(ct(PatientID=""))
    empty_ledger(home)

    repaired = findings(0)

    assert "1 rows of sealed objects" in repaired["quarantine"]["detail"]
    assert "wrote 1 rows" in repaired["rows"]["detail"]
    assert (home.ledger.counts().objects, home.ledger.counts().quarantined) == (1, 1)
    assert {row["verdict"] for row in findings(0).values()} == {"ok"}


def test_damaged_files_are_reported_with_what_can_be_read_of_them(home: Home, node: Node) -> None:
    for number in range(2):
        node.send(number)
    first, second = node.outbox.waiting()
    damage(home.settings.home / "outbox", first)
    entry = node.outbox.entry(first)
    node.forward()
    node.outbox.close()
    segment = home.settings.home / "outbox" / "objects" / second.segment
    segment.rename(segment.with_suffix(".damaged"))
    journal = home.settings.home / "outbox" / "journal"
    (journal / "1.damaged").write_bytes(b'{"kind": "association", "association_id": "a-b-c"}')
    (journal / "2.damaged").write_bytes(b"\0\0")

    repaired = findings(1)

    assert [line.partition(": ")[2] for line in repaired["journal"]["details"]] == [
        "association, association a-b-c",
        "unreadable, association unknown",
    ]
    (line,) = repaired["outbox"]["details"]
    assert all(name in line for name in (entry.sop_instance_uid, entry.study_instance_uid, entry.association_id))


def test_every_outbox_of_the_home_is_looked_at(home: Home, node: Node) -> None:
    """Several processes have an outbox each."""
    other = Outbox(home.settings.home / "outbox" / "2" / "objects", segment_bytes=1 << 20, reserve_bytes=0)
    node.send()
    (place,) = node.outbox.waiting()
    waiting = node.outbox.open(place)
    other.put(waiting.entry, (waiting.file,))
    other.close()
    Journal(home.settings.home / "outbox" / "2" / "journal")
    assert len(list(kept_in(object_folders(home.settings.home)))) == 2


def test_the_ledger_shows_that_everything_is_accounted_for(home: Home, node: Node) -> None:
    for number in range(2):
        node.send(number)
    association = "0b8b1a3e-97b1-4a7e-9f0c-2d5c1f0b7a11"
    waiting = answered("ledger", "--association", association)["associations"][0]
    node.parts.journal.write(
        association_summary(association_id=association, received=3, stored=2, duplicates=1, quarantined=0, refused=0)
    )
    node.forward()
    after = answered("ledger", "--association", association)["associations"][0]

    assert (waiting["counted"], waiting["found"]["waiting"]) == (None, 2)
    assert (after["counted"]["received"], after["found"]["in_store"], after["unaccounted"]) == (3, 2, 0)
    ((_, study),) = ((row[0], home.ledger.places([row[0]])[0].study_instance_uid) for row in rows(home)[:1])
    assert answered("ledger", "--study", study)["found"]["in_store"] == 2
    assert osteon("ledger", "--study", "2.25.1").exit_code == 3
    assert osteon("ledger", "--study", study, "--association", association).exit_code == 2


def test_an_orthanc_that_is_down_is_said_and_nothing_is_marked(
    home: Home, node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    node.send()
    node.forward()
    monkeypatch.setenv("OSTEON_ORTHANC_URL", "http://127.0.0.1:9/")
    assert osteon("doctor", "--repair").exit_code == 1
    assert home.ledger.lost() == []
