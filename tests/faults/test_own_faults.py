"""Our own disk full, our databases locked or gone, our clock jumping: PACS are told what is true, nothing is lost."""

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dicom_node.disk_room import RESERVE_BYTES
from dicom_node.segments import SEGMENT_BYTES
from tests.builders.many_objects import Supply
from tests.builders.programs import missing
from tests.faults.sending import sending
from tests.faults.site import Site, running_site
from tests.services.postgres import PostgresServer, running_postgres
from tests.services.postgres_outage import PostgresOutage
from tests.services.small_disk import small_disk

SUCCESS, QUARANTINED, OUT_OF_RESOURCES = 0x0000, 0xC100, 0xA700
MIB = 1 << 20
LIBFAKETIME = tuple(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))


# Disk


def test_with_too_little_room_pacs_are_told_so_and_may_send_again_when_there_is_more(
    tmp_path: Path, supply: Supply
) -> None:
    study = supply.study(20)
    too_little = RESERVE_BYTES + SEGMENT_BYTES // 2
    with (
        small_disk(tmp_path / "disk", too_little) as disk,
        running_site(tmp_path, home=disk.folder / "home") as site,
    ):
        site.send(study)
        assert site.accounts.statuses(study) == {OUT_OF_RESOURCES: 20}
        disk.resize(2 * (RESERVE_BYTES + 4 * SEGMENT_BYTES))
        site.send(study)
        assert site.accounts.statuses(study) == {SUCCESS: 20}
        site.settle()


def test_what_full_disks_of_vault_registry_and_quarantine_cannot_hold_is_not_acknowledged(
    tmp_path: Path, supply: Supply
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    with (
        small_disk(home / "vault", MIB) as of_vault,
        small_disk(home / "quarantine", 128 << 10) as of_quarantine,
        small_disk(tmp_path / "registry", 2 * MIB) as of_registry,
        running_site(
            tmp_path, {"OSTEON_DATABASE_URL": f"sqlite:///{of_registry.folder / 'registry.sqlite'}"}, home=home
        ) as site,
    ):
        known, unknown, nobodys = supply.study(30), supply.study(3), supply.nobodys(20)
        site.send(known[:10])
        site.settle()
        fill(of_vault.folder)
        fill(of_registry.folder)
        site.send(known[10:])
        site.send(unknown)
        site.send(nobodys)
        assert site.accounts.statuses(known) == {SUCCESS: 30}
        assert site.accounts.statuses(unknown) == {OUT_OF_RESOURCES: 3}
        assert set(site.accounts.statuses(nobodys)) == {QUARANTINED, OUT_OF_RESOURCES}
        for disk in (of_vault, of_quarantine, of_registry):
            disk.resize(32 * MIB)
        site.send([*unknown, *nobodys])
        assert site.accounts.statuses([*unknown, *nobodys]) == {SUCCESS: 3, QUARANTINED: 20}
        site.settle()


def fill(folder: Path) -> None:
    """Leave no byte free."""
    found = os.statvfs(folder)
    (folder / "ballast").write_bytes(bytes(found.f_bavail * found.f_frsize))
    assert os.statvfs(folder).f_bavail == 0


# Databases


def test_with_the_registry_locked_the_door_goes_on_and_the_ledger_catches_up(site: Site, supply: Supply) -> None:
    before, during = supply.study(10), supply.study(40)
    site.send(before)
    site.settle()
    with closing(sqlite3.connect(site.home / "registry.sqlite", isolation_level=None)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        site.send(during)
        assert site.accounts.statuses(during) == {0: 40}
        assert site.complaints() != []
        holder.execute("ROLLBACK")
    site.settle()


def test_with_the_vault_locked_a_new_patient_waits_and_known_ones_do_not(site: Site, supply: Supply) -> None:
    known = supply.study(20)
    site.send(known[:10])
    unknown = supply.study(5)
    with closing(sqlite3.connect(site.home / "vault" / "vault.sqlite", isolation_level=None)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        with sending(site.node.dicom_port, unknown, site.accounts, associations=1):
            site.send(known[10:])
            assert site.accounts.statuses(known) == {0: 20}
            assert site.accounts.statuses(unknown) == {-1: 5}
            holder.execute("ROLLBACK")
    assert site.accounts.statuses(unknown) == {0: 5}
    site.settle()


@pytest.fixture
def mortal_postgres() -> Iterator[PostgresServer]:
    """One of its own: the one of the session must outlive this."""
    with running_postgres() as server:
        yield server


@pytest.fixture
def outage(mortal_postgres: PostgresServer) -> Iterator[PostgresOutage]:
    made = PostgresOutage(mortal_postgres)
    yield made
    made.stop()


def test_with_the_databases_gone_nothing_is_acknowledged_that_is_not_kept(
    mortal_postgres: PostgresServer, outage: PostgresOutage, tmp_path: Path, supply: Supply
) -> None:
    postgres = mortal_postgres
    settings = {
        "OSTEON_DATABASE_URL": postgres.url(postgres.create()),
        "OSTEON_VAULT_URL": postgres.url(postgres.create()),
    }
    with running_site(tmp_path, settings) as site:
        known, unknown = supply.study(20), supply.study(5)
        site.send(known[:10])
        site.settle()
        outage.begin()
        site.send(known[10:])
        site.send(unknown)
        assert site.accounts.statuses(unknown) == {OUT_OF_RESOURCES: 5}
        assert set(site.accounts.statuses(known[10:])) <= {0, OUT_OF_RESOURCES}
        outage.end()
        site.send([*known, *unknown])
        assert site.accounts.statuses([*known, *unknown]) == {0: 25}
        site.settle()


# Clock


def test_a_clock_that_jumps_by_years_changes_nothing(tmp_path: Path, supply: Supply) -> None:
    if not LIBFAKETIME:
        missing("libfaketime is not installed (Debian package libfaketime)")
    clock = tmp_path / "clock"
    clock.write_text("+0d\n")
    settings = {
        "LD_PRELOAD": str(LIBFAKETIME[0]),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_CACHE_DURATION": "1",
        "DONT_FAKE_MONOTONIC": "1",  # a jump of the wall clock leaves the other one alone
    }
    with running_site(tmp_path, settings) as site:
        for jump in ("+0d", "+3650d", "-3650d"):
            clock.write_text(f"{jump}\n")
            felt_at = time.monotonic() + 2.5  # it is read once a second, by each process
            is_felt = False
            while not is_felt:
                is_felt = time.monotonic() > felt_at  # what is sent from then on is under the new clock for certain
                study = supply.study(4)
                site.send(study)
                assert site.accounts.statuses(study) == {SUCCESS: 4}
        site.settle()
        later = datetime.now(UTC) + timedelta(days=3000)
        with closing(sqlite3.connect(site.home / "registry.sqlite")) as registry:
            (latest,) = registry.execute("SELECT max(received_at) FROM instance").fetchone()
        assert datetime.fromisoformat(latest).replace(tzinfo=UTC) > later, "the jump was felt"
