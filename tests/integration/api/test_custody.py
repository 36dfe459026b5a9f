"""What the custodian sees over HTTP: what came in and where it is, what was set aside, and never whose it is."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from sqlalchemy import Engine

from annotation.roles import Role
from storage.ledger import Ledger
from storage.ledger_quarantine import QuarantineLedger
from storage.quarantine_records import Attempt, Decision, Fate
from storage.tokens import Tokens
from tests.builders.custody import association, moment, quarantined, rejected
from tests.builders.ledger import stored_object
from tests.integration.api.reading import Json

STUDY = "2.25.1009"
NOW = moment()


@pytest.fixture
def keeper(url: str, engine: Engine) -> Iterator[httpx.Client]:
    token = Tokens(engine).create("keeper", roles=[Role.CUSTODIAN])
    with httpx.Client(base_url=f"{url}/api/v1/", headers={"Authorization": f"Bearer {token}"}, timeout=60) as client:
        yield client


def asked(client: httpx.Client, path: str) -> Json:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


def test_what_an_association_brought_is_told_with_where_it_is(keeper: httpx.Client, ledger: Ledger) -> None:
    ledger.record_facts([association("a1", stored=2, duplicates=1, quarantined=1, refused=1)])
    for number in (1, 2):
        ledger.record([stored_object(sop_instance_uid=f"2.25.30{number}", association_id="a1", received_at=NOW)])
    ledger.record_facts([quarantined("q1", "a1", "missing_patient_id")])

    found = asked(keeper, "custody/associations?days=2")
    (told,) = found["items"]

    assert told["balance"] == {
        "counted": {
            "received": 5,
            "stored": 2,
            "duplicates": 1,
            "quarantined": 1,
            "quarantined_again": 0,
            "refused": 1,
        },
        "now": {"in_store": 2, "lost": 0, "came_again": 0, "in_quarantine": 1, "destroyed": 0, "released": 0},
        "on_the_way": 0,
    }
    assert (told["calling_ae_title"], told["outcome"]) == ("PACS", "released")
    assert found["total"]["received"] == 5
    assert found["quarantine"] == {"missing_patient_id": 1}
    assert found["complete"] is True


def test_what_was_taken_and_is_nowhere_does_not_balance(keeper: httpx.Client, ledger: Ledger) -> None:
    ledger.record_facts([association("a1", stored=3)])
    ledger.record([stored_object(association_id="a1", received_at=NOW)])

    (told,) = asked(keeper, "custody/associations")["items"]

    assert told["balance"]["on_the_way"] == 2


def test_associations_come_newest_first_and_those_that_are_older_are_left_out(
    keeper: httpx.Client, ledger: Ledger
) -> None:
    at = datetime.now(UTC)
    ledger.record_facts([association(f"a{days}", opened_at=at - timedelta(days=days, hours=1)) for days in (1, 3, 0)])
    ledger.record_facts([rejected(at)])

    found = asked(keeper, "custody/associations?days=2")

    assert [each["association_id"] for each in found["items"]] == ["a0", "a1"]
    assert [(each["calling_ae_title"], each["count"]) for each in found["rejected"]] == [("STRANGER", 3)]


def test_one_study_is_balanced_by_itself(keeper: httpx.Client, ledger: Ledger) -> None:
    ledger.record_facts([quarantined("q1", "a1", "study_conflict", study_instance_uid=STUDY)])
    ledger.record([stored_object(study_instance_uid=STUDY)])

    found = asked(keeper, f"custody/studies/{STUDY}")

    assert (found["balance"]["now"]["in_store"], found["balance"]["now"]["in_quarantine"]) == (1, 1)
    assert found["balance"]["counted"] is None
    assert keeper.get("custody/studies/2.25.404").status_code == 404


def test_quarantine_is_listed_by_reason_page_by_page_and_by_what_was_decided(
    keeper: httpx.Client, ledger: Ledger, engine: Engine
) -> None:
    kept = [
        quarantined(f"q{number}", "a1", reason, received_at=NOW + timedelta(minutes=number))
        for number, reason in enumerate(("residue", "residue", "conflict", "unreadable"))
    ]
    ledger.record_facts(kept)
    quarantine = QuarantineLedger(engine)
    quarantine.record_attempts([Attempt(quarantine_id="q0", at=NOW, reason="seal_broken")])
    quarantine.record_decisions(
        [Decision(kept=kept[3], fate=Fate.DESTROYED, at=NOW, by="keeper", reason="sent by mistake")]
    )

    first = asked(keeper, "custody/quarantine?limit=2")
    rest = asked(keeper, f"custody/quarantine?limit=2&cursor={first['next_cursor']}")
    residue = asked(keeper, "custody/quarantine?reason=residue")["items"]
    (decided,) = asked(keeper, "custody/quarantine?decided=true")["items"]

    assert [each["quarantine_id"] for each in first["items"] + rest["items"]] == ["q2", "q1", "q0"]
    assert rest["next_cursor"] is None
    assert [(each["quarantine_id"], each["tried_reason"]) for each in residue] == [("q1", None), ("q0", "seal_broken")]
    assert (decided["quarantine_id"], decided["fate"], decided["fate_reason"]) == ("q3", "destroyed", "sent by mistake")
    assert keeper.get(f"custody/quarantine?cursor={first['next_cursor']}&reason=residue").status_code == 422


def test_the_audit_log_is_verified_and_a_forged_entry_is_named(keeper: httpx.Client, engine: Engine) -> None:
    asked(keeper, "custody/quarantine")
    whole = asked(keeper, "audit/verification")

    assert whole["whole"] is True
    assert whole["head"].startswith(f"{whole['entries']}:")
    forge(engine)
    assert asked(keeper, "audit/verification") == {"whole": False, "entries": None, "head": None, "first_broken": 1}


def forge(engine: Engine) -> None:
    """As one who can write to the database could."""
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("ALTER TABLE audit_entry DISABLE TRIGGER USER")
        else:
            triggers = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_entry'"
            for (name,) in connection.exec_driver_sql(triggers).all():
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
        connection.exec_driver_sql("UPDATE audit_entry SET actor = 'somebody else' WHERE number = 1")
