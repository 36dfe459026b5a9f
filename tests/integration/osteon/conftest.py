"""A home of the test's own beside a real Orthanc, and the command line in this process."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine

from dicom_node.quarantine import Circumstances, Label, Quarantine
from dicom_node.status import Reason
from osteon.cli import main
from osteon.registry_access import opened_registry
from osteon.settings import PREFIX, Settings, read_settings
from osteon.vault_access import open_vault
from storage.ledger import Ledger
from storage.ledger_quarantine import QuarantineLedger
from tests.services.orthanc import OrthancServer

CT = "1.2.840.10008.5.1.4.1.1.2"
ASSOCIATION = "0b8b1a3e-97b1-4a7e-9f0c-2d5c1f0b7a11"
AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture(scope="module")
def orthanc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OrthancServer]:
    server = OrthancServer(tmp_path_factory.mktemp("orthanc"))
    server.start()
    yield server
    server.stop()


@dataclass(frozen=True, slots=True)
class Home:
    """Settings, and what stands in their home."""

    settings: Settings
    orthanc: OrthancServer
    registry: Engine

    @property
    def quarantine(self) -> Quarantine:
        return Quarantine(self.settings.home / "quarantine", open_vault(self.settings)[0])

    @property
    def ledger(self) -> Ledger:
        return Ledger(self.registry)

    @property
    def notes(self) -> QuarantineLedger:
        return QuarantineLedger(self.registry)

    def set_aside(self, file: bytes, reason: Reason = Reason.RESIDUE, **changes: Any) -> Label:
        """As the door and the forwarder do it together."""
        values: dict[str, Any] = {
            "association_id": ASSOCIATION,
            "sop_class_uid": CT,
            "received_at": AT,
            "calling_ae_title": "PACS",
            "is_pseudonymised": False,
        }
        label = self.quarantine.put(file, Circumstances(**(values | changes)), reason)
        self.ledger.record(quarantined=[label.for_ledger()])
        return label

    def ids_in_orthanc(self) -> set[str]:
        return set(self.orthanc.client().instance_ids())


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, orthanc: OrthancServer) -> Iterator[Home]:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"{PREFIX}{name.upper()}", raising=False)
    for name, value in orthanc.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv(f"{PREFIX}HOME", str(tmp_path))
    monkeypatch.setenv(f"{PREFIX}ORTHANC_URL", orthanc.url)
    settings = read_settings()
    settings.vault_folder.mkdir()
    open_vault(settings)
    with opened_registry(settings) as registry:
        yield Home(settings, orthanc, registry)


@pytest.fixture
def either_home(home: Home, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    """With its registry on SQLite, then on PostgreSQL."""
    monkeypatch.setenv(f"{PREFIX}DATABASE_URL", database_url)
    settings = read_settings()
    with opened_registry(settings) as registry:
        yield Home(settings, home.orthanc, registry)


def osteon(*arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(main, list(arguments), input=typed)


def answered(*arguments: str, code: int = 0) -> Any:
    """What a command prints as JSON."""
    answer = osteon(*arguments, "--json")
    assert answer.exit_code == code, answer.output
    return json.loads(answer.stdout)
