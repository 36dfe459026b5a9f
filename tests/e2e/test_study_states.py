"""From outside: a PACS sends a study in two parts, and everybody is told how complete it is."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.builders.door import ct
from tests.builders.programs import program
from tests.services.dcmqrscp import Archive, archive
from tests.services.dcmtk import storescu
from tests.services.processes import wait_for
from tests.services.product import Product

Json = dict[str, Any]
STUDY = "1.2.826.0.1.3680043.8.498.77"
PEERS = """
[[peer]]
ae_title = "PACS"
host = "127.0.0.1"
port = {port}
"""


@pytest.fixture
def slices(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / f"{number}.dcm" for number in range(6)]
    for number, path in enumerate(paths):
        path.write_bytes(
            ct(StudyInstanceUID=STUDY, SeriesInstanceUID=f"{STUDY}.1", SOPInstanceUID=f"{STUDY}.1.{number}")
        )
    return paths


@pytest.fixture
def pacs(tmp_path: Path) -> Iterator[Archive]:
    folder = tmp_path / "archive"
    folder.mkdir()
    with archive(folder) as running:
        yield running


@pytest.fixture
def product(tmp_path: Path, pacs: Archive) -> Iterator[Product]:
    program("Orthanc")
    peers = tmp_path / "peers.toml"
    peers.write_text(PEERS.format(port=pacs.port))
    made = Product(tmp_path / "home", settings={"OSTEON_STUDY_IDLE_SECONDS": "1.5", "OSTEON_PEERS": str(peers)})
    yield made
    if made.process is not None:
        made.stop()


def listed(product: Product, *arguments: str) -> Json:
    """The one study there is."""
    answer = product.osteon("studies", "--json", *arguments)
    assert answer.returncode == 0, answer.stderr
    found: list[Json] = json.loads(answer.stdout)
    return found[0] if found else {}


def wait_until(product: Product, condition: Callable[[Json], bool], what: str) -> Json:
    wait_for(lambda: condition(listed(product)), what, 60)
    return listed(product)


def test_a_study_that_comes_in_two_parts_is_provisional_then_revised_then_confirmed(
    product: Product, pacs: Archive, slices: list[Path], tmp_path: Path
) -> None:
    pacs.store(slices)
    product.start()
    assert storescu(product.dicom_port, slices[:4]).returncode == 0
    short = wait_until(product, lambda study: bool(study.get("reason")), "the source has been asked")
    pulled = product.osteon("pull", short["study_instance_uid"], str(tmp_path / "pulled"), "--url", product.url)

    assert (short["state"], short["reason"]) == ("provisional", "fewer_than_source")
    assert (short["objects"], short["objects_expected"], short["revision"]) == (4, 6, 1)
    assert pulled.returncode == 0, pulled.stderr
    assert f"warning: study {short['study_instance_uid']}: its source names 6 objects, 4 are here" in pulled.stdout

    assert storescu(product.dicom_port, slices[4:]).returncode == 0
    whole = wait_until(product, lambda study: study.get("state") == "confirmed", "confirmed")
    with product.api() as api:
        (shown,) = api.get("studies", params={"state": "confirmed"}).json()["items"]
        assert api.get("studies", params={"state": "provisional"}).json()["items"] == []

    assert (whole["objects"], whole["objects_expected"], whole["objects_confirmed"]) == (6, 6, 6)
    assert (whole["revision"], whole["confirmed_with"]) == (2, "PACS")
    assert (shown["state"], shown["revision"], shown["instance_count"], shown["objects_expected"]) == (
        "confirmed",
        2,
        6,
        6,
    )

    assert STUDY.encode() not in b"".join(
        path.read_bytes() for path in product.home.rglob("*") if path.is_file() and "orthanc" not in path.parts
    )
