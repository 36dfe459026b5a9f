"""A node whose profile retains UIDs answers its peers for the objects that it keeps under them."""

import json
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pydicom
import pytest

from tests.builders.commitment import Pacs, Told, information
from tests.builders.find_scp import FindPeer, answering
from tests.builders.one_study import SERIES, STUDY, slice_
from tests.builders.outbox_files import data_sets_in
from tests.builders.peer import CT
from tests.services.orthanc import OrthancServer
from tests.services.processes import wait_for
from tests.services.product import Product

TRANSACTIONS = [f"1.2.276.0.7230010.3.1.2.8323329.4711.{number}" for number in range(3)]
PEERS = '[[peer]]\nae_title = "PACS"\nhost = "127.0.0.1"\nport = {port}\n'
NEVER_SENT = f"{SERIES}.98"


@pytest.fixture
def source() -> Iterator[FindPeer]:
    """It does not count, so that the node compares what it names with what is here."""
    images = [(SERIES, CT, f"{SERIES}.{number}") for number in range(2)]
    with answering(FindPeer(study_uid=STUDY, images=images, counts=False)) as peer:
        yield peer


@pytest.fixture
def node(tmp_path: Path, source: FindPeer) -> Iterator[Product]:
    orthanc = OrthancServer(tmp_path / "orthanc-home")
    orthanc.start()
    (tmp_path / "peers.toml").write_text(PEERS.format(port=source.port))
    (tmp_path / "profile.toml").write_text('options = ["retain_uids"]\n')
    settings = {
        "OSTEON_ORTHANC_URL": orthanc.url,
        "OSTEON_WORKERS": "1",
        "OSTEON_STUDY_IDLE_SECONDS": "1",
        "OSTEON_PEERS": str(tmp_path / "peers.toml"),
        "OSTEON_PROFILE": str(tmp_path / "profile.toml"),
    }
    running = Product(tmp_path / "home", settings={**settings, **orthanc.environment()}, command="node")
    running.start()
    (running.home / "token").write_text("none")  # `Product.osteon` shows it to every command
    yield running
    running.stop()
    orthanc.stop()


def states(node: Product) -> list[tuple[str, str]]:
    listed: list[dict[str, Any]] = json.loads(node.osteon("studies", "--json").stdout)
    return [(study["study_instance_uid"], study["state"]) for study in listed]


def send(node: Product, *objects: bytes) -> None:
    pacs = Pacs()
    association = pacs.associate(node.dicom_port)
    for one in objects:
        assert pacs.send(association, pydicom.dcmread(BytesIO(one))) == 0
    association.release()


def asked(node: Product, transaction_uid: str, *uids: str) -> Told:
    pacs = Pacs()
    association = pacs.associate(node.dicom_port)
    assert pacs.ask(association, information(*((CT, uid) for uid in uids), transaction_uid=transaction_uid)) == 0
    told = pacs.told()
    association.release()
    return told


def test_stored_objects_are_committed_and_their_study_is_confirmed(node: Product) -> None:
    send(node, slice_(0), slice_(1))
    told = asked(node, TRANSACTIONS[0], f"{SERIES}.0", f"{SERIES}.1", NEVER_SENT)
    assert told == Told(2, TRANSACTIONS[0], [(CT, f"{SERIES}.0"), (CT, f"{SERIES}.1")], [(CT, NEVER_SENT, 0x0112)])
    wait_for(lambda: states(node) == [(STUDY, "confirmed")], "the study is confirmed", 30)


def test_after_a_reload_of_the_profile_peers_are_answered_by_the_new_one(node: Product, tmp_path: Path) -> None:
    (tmp_path / "profile.toml").write_text("options = []\n")
    assert node.osteon("reload").returncode == 0
    send(node, slice_(0))
    assert asked(node, TRANSACTIONS[1], f"{SERIES}.0") == Told(1, TRANSACTIONS[1], [(CT, f"{SERIES}.0")], [])
    assert [dataset.SOPInstanceUID == f"{SERIES}.0" for dataset in data_sets_in(node.home)] == [False]
