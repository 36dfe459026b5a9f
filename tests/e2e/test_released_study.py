"""A study of which every object was in quarantine is asked for at its source, once it is released."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from dicom_node.quarantine import Circumstances, Quarantine
from dicom_node.status import Reason
from osteon.cli import main
from osteon.settings import read_settings
from osteon.vault_access import open_vault
from tests.builders.find_scp import FindPeer, answering
from tests.builders.one_study import SERIES, STUDY, slice_
from tests.builders.peer import CT
from tests.services.orthanc import OrthancServer
from tests.services.processes import wait_for
from tests.services.product import Product

PEERS = '[[peer]]\nae_title = "PACS"\nhost = "127.0.0.1"\nport = {port}\n'
CAME = Circumstances(
    association_id="0b8b1a3e-97b1-4a7e-9f0c-2d5c1f0b7a11",
    sop_class_uid=CT,
    received_at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    calling_ae_title="PACS",
    is_pseudonymised=False,
)


@pytest.fixture
def source() -> Iterator[FindPeer]:
    """It does not count, so that the node compares what it names with what is here."""
    images = [(SERIES, CT, f"{SERIES}.{number}") for number in range(2)]
    with answering(FindPeer(study_uid=STUDY, images=images, counts=False)) as peer:
        yield peer


@pytest.fixture
def node(tmp_path: Path, source: FindPeer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Product]:
    """Running; commands in this process see its settings."""
    orthanc = OrthancServer(tmp_path / "orthanc-home")
    orthanc.start()
    (tmp_path / "peers.toml").write_text(PEERS.format(port=source.port))
    settings = {
        "OSTEON_ORTHANC_URL": orthanc.url,
        "OSTEON_WORKERS": "2",
        "OSTEON_STUDY_IDLE_SECONDS": "1",
        "OSTEON_PEERS": str(tmp_path / "peers.toml"),
    }
    running = Product(tmp_path / "home", settings={**settings, **orthanc.environment()}, command="node")
    running.start()
    for name, value in running.environment.items():
        monkeypatch.setenv(name, value)
    yield running
    running.stop()
    orthanc.stop()


def told(*arguments: str) -> Any:
    return json.loads(CliRunner().invoke(main, [*arguments, "--json"]).stdout)


def test_a_study_that_was_released_whole_is_confirmed(node: Product) -> None:
    quarantine = Quarantine(node.home / "quarantine", open_vault(read_settings())[0])
    for number in range(2):
        quarantine.put(slice_(number), CAME, Reason.RESIDUE)

    report = told("quarantine", "release", "--all", "--reason", "the vocabulary was extended")

    assert (len(report["released"]), report["stay"], report["waiting"]) == (2, [], 0)
    wait_for(lambda: [one["state"] for one in told("studies")] == ["confirmed"], "the study is confirmed", 30)
    assert STUDY.encode() not in b"".join(path.read_bytes() for path in node.home.rglob("*") if path.is_file())
