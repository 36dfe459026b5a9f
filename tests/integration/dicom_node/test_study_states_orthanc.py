"""Studies confirmed by a real Orthanc that plays the hospital's archive, and counts."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from dicom_node.peers import PeerAddress
from storage.study_lifecycle import Reason, StudyState
from tests.builders.one_study import STUDY, report, screenshot, slice_
from tests.builders.programs import program
from tests.builders.study_station import Station
from tests.services.processes import answers, end, free_port, wait_for

pytestmark = pytest.mark.usefixtures("quick_disk")


@pytest.fixture
def archive(tmp_path: Path, peers: dict[str, PeerAddress]) -> Iterator[httpx.Client]:
    """Whoever sends as PACS is asked there."""
    dicom_port, http_port = free_port(), free_port()
    file = tmp_path / "orthanc.json"
    configuration = {
        "StorageDirectory": str(tmp_path / "orthanc"),
        "HttpPort": http_port,
        "DicomPort": dicom_port,
        "DicomAet": "PACS",
        "RemoteAccessAllowed": False,
        "AuthenticationEnabled": False,
        "DicomAlwaysAllowFind": True,
        "DicomCheckCalledAet": True,
    }
    file.write_text(json.dumps(configuration))
    with (tmp_path / "orthanc.log").open("wb") as log:
        process = subprocess.Popen([program("Orthanc"), str(file)], stdout=log, stderr=log, stdin=subprocess.DEVNULL)
    wait_for(lambda: answers(http_port) and answers(dicom_port), "Orthanc answers")
    peers["PACS"] = PeerAddress("127.0.0.1", dicom_port)
    with httpx.Client(base_url=f"http://127.0.0.1:{http_port}/", timeout=30, trust_env=False) as client:
        yield client
    end(process)


def test_an_archive_that_counts_everything_confirms_what_is_taken(archive: httpx.Client, station: Station) -> None:
    for file in (*map(slice_, range(5)), report(), screenshot()):
        archive.post("instances", content=file).raise_for_status()
    station.receive(*map(slice_, range(3)))
    station.forward()
    station.rest()
    short = station.standing(STUDY)
    station.receive(*map(slice_, range(3, 5)))
    station.forward()
    station.rest()
    whole = station.standing(STUDY)

    assert (short.state, short.reason, short.objects_expected) == (
        StudyState.PROVISIONAL,
        Reason.FEWER_THAN_SOURCE,
        5,
    )
    assert (whole.state, whole.objects_expected, whole.objects_confirmed) == (StudyState.CONFIRMED, 5, 5)
