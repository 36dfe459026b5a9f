"""From outside: a PACS sends a study in two parts, and everybody is told how complete it is."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.builders.one_study import STUDY, slice_
from tests.builders.programs import program
from tests.services.dcmqrscp import Archive, archive
from tests.services.dcmtk import storescu
from tests.services.processes import wait_for
from tests.services.product import Product

Json = dict[str, Any]
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
        path.write_bytes(slice_(number))
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


def listed(product: Product) -> Json:
    """The one study there is, by the command."""
    answer = product.osteon("studies", "--json")
    assert answer.returncode == 0, answer.stderr
    (study,) = json.loads(answer.stdout)
    return dict(study)


def wait_until(product: Product, condition: Callable[[Json], bool], what: str) -> None:
    """By the API, which costs less to ask."""
    with product.api() as api:
        wait_for(lambda: any(map(condition, api.get("studies").json()["items"])), what, 60)


def test_a_study_that_comes_in_two_parts_is_provisional_then_revised_then_confirmed(
    product: Product, pacs: Archive, slices: list[Path], tmp_path: Path
) -> None:
    pacs.store(slices)
    product.start()
    assert storescu(product.dicom_port, slices[:4]).returncode == 0
    wait_until(product, lambda study: bool(study["state_reason"]), "the source has been asked")
    short = listed(product)
    pulled = product.osteon("pull", short["study_instance_uid"], str(tmp_path / "pulled"), "--url", product.url)

    assert (short["state"], short["reason"]) == ("provisional", "fewer_than_source")
    assert (short["objects"], short["objects_expected"], short["revision"]) == (4, 6, 1)
    assert pulled.returncode == 0, pulled.stderr
    assert f"warning: study {short['study_instance_uid']}: its source names 6 objects, 4 are here" in pulled.stdout

    assert storescu(product.dicom_port, slices[4:]).returncode == 0
    wait_until(product, lambda study: bool(study["state"] == "confirmed"), "confirmed")
    whole = listed(product)
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
