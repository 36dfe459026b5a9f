"""Storage commitment asked for by a real Orthanc, which releases at once and takes the report on its own DICOM port."""

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from dicom_node.peers import PeerAddress
from tests.builders.commitment import NEVER_SENT_UID, SENT_UID, committing
from tests.builders.door import ct
from tests.builders.peer import CT
from tests.builders.programs import program
from tests.services.processes import end, free_port, wait_for

pytestmark = pytest.mark.usefixtures("quick_disk")


@dataclass(frozen=True, slots=True)
class OrthancPacs:
    """An Orthanc that plays the hospital's archive."""

    http: httpx.Client
    dicom_port: int

    def know(self, port: int) -> None:
        answer = self.http.put("modalities/osteon", json={"AET": "OSTEON", "Host": "127.0.0.1", "Port": port})
        answer.raise_for_status()

    def post(self, path: str, **request: Any) -> Any:
        answer = self.http.post(path, **request)
        answer.raise_for_status()
        return answer.json()

    def report(self, transaction: str) -> dict[str, Any]:
        found: dict[str, Any] = self.http.get(f"storage-commitment/{transaction}").json()
        return found


@pytest.fixture
def orthanc(tmp_path: Path) -> Iterator[OrthancPacs]:
    path, dicom_port, http_port = program("Orthanc"), free_port(), free_port()
    configuration = {
        "StorageDirectory": str(tmp_path / "orthanc"),
        "HttpPort": http_port,
        "DicomPort": dicom_port,
        "DicomAet": "ARCHIVE",
        "RemoteAccessAllowed": False,
        "AuthenticationEnabled": False,
        "DicomAlwaysAllowEcho": False,
        "DicomAlwaysAllowStore": False,
        "DicomCheckCalledAet": True,
        "DicomCheckModalityHost": True,
    }
    file = tmp_path / "orthanc.json"
    file.write_text(json.dumps(configuration))
    with (tmp_path / "orthanc.log").open("wb") as log:
        process = subprocess.Popen([path, str(file)], stdout=log, stderr=log, stdin=subprocess.DEVNULL)
    with httpx.Client(base_url=f"http://127.0.0.1:{http_port}/", timeout=30, trust_env=False) as client:
        wait_for(lambda: _answers(client), "Orthanc answers")
        yield OrthancPacs(client, dicom_port)
    end(process)


def _answers(client: httpx.Client) -> bool:
    try:
        return client.get("system").is_success
    except httpx.TransportError:
        return False


def test_orthanc_is_told_what_is_committed_and_what_never_came(tmp_path: Path, orthanc: OrthancPacs) -> None:
    known = {"ARCHIVE": PeerAddress("127.0.0.1", orthanc.dicom_port)}
    with committing(tmp_path / "node", address_of=known.get) as node:
        orthanc.know(node.port)
        stored = orthanc.post("instances", content=ct(SOPInstanceUID=SENT_UID))
        orthanc.post("modalities/osteon/store", json=[stored["ID"]])
        transaction = orthanc.post(
            "modalities/osteon/storage-commitment",
            json={"DicomInstances": [[CT, SENT_UID], [CT, NEVER_SENT_UID]]},
        )["ID"]
        assert orthanc.report(transaction)["Status"] == "Pending"
        node.archive.take_all(node.parts.outbox)
        wait_for(lambda: orthanc.report(transaction)["Status"] != "Pending", "Orthanc has the report")
        report = orthanc.report(transaction)
        wait_for(lambda: not node.spool.tickets(), "the request is forgotten")
    assert report["Status"] == "Failure"
    assert [one["SOPInstanceUID"] for one in report["Success"]] == [SENT_UID]
    assert [(one["SOPInstanceUID"], one["FailureReason"]) for one in report["Failures"]] == [(NEVER_SENT_UID, 0x0112)]
