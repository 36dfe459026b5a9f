"""The custodian and the administrator at work while the product runs, with a real peer, Orthanc and node."""

import json
from io import BytesIO
from pathlib import Path
from typing import Any

import pydicom
import pytest
import requests
from click.testing import CliRunner, Result

from osteon.cli import main
from tests.builders.door import ct
from tests.services.dcmtk import storescu
from tests.services.processes import wait_for
from tests.services.product import Product

WHY = ("--reason", "one person under two numbers")


def file_of(folder: Path, **changes: object) -> Path:
    dataset = pydicom.dcmread(BytesIO(ct(**changes)))
    path = folder / f"{dataset.SOPInstanceUID}.dcm"
    dataset.save_as(path)
    return path


@pytest.fixture
def product(fresh_product: Product, monkeypatch: pytest.MonkeyPatch) -> Product:
    """Running; commands in this process, whose start need not be waited for, see its settings."""
    fresh_product.start()
    for name, value in fresh_product.environment.items():
        monkeypatch.setenv(name, value)
    return fresh_product


def osteon(*arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(main, list(arguments), input=typed)


def told(*arguments: str) -> Any:
    return json.loads(osteon(*arguments, "--json").stdout)


def looked_up(number: str) -> str:
    return osteon("vault", "lookup", *WHY, typed=number).stdout.strip()


def test_what_was_set_aside_is_released_while_the_node_runs_and_everything_balances(
    product: Product, tmp_path: Path
) -> None:
    files = [
        file_of(tmp_path, SOPInstanceUID="1.2.3.1", PatientID="1111111"),
        file_of(tmp_path, SOPInstanceUID="1.2.3.2", PatientID="2222222"),
        file_of(tmp_path, SOPInstanceUID="1.2.3.3", PatientID=""),
    ]
    for file in (*files, files[0]):
        storescu(product.dicom_port, [file])
    wait_for(lambda: len(told("ledger")["associations"]) == 4, "four associations are summed up")
    kept = {row["reason"]: row for row in told("quarantine", "list")}
    assert set(kept) == {"study_conflict", "missing_patient_id"}

    survivor, other = looked_up("1111111"), looked_up("2222222")
    assert osteon("vault", "merge", survivor, other, *WHY).exit_code == 0
    report = told("quarantine", "release", kept["study_conflict"]["id"], *WHY)
    assert (len(report["released"]), report["waiting"]) == (1, 0)
    assert osteon("quarantine", "destroy", "--all", "--yes", "--reason", "no patient").exit_code == 0

    accounts = told("ledger")["associations"]
    assert [one["unaccounted"] for one in accounts] == [0, 0, 0, 0]
    study = told("ledger", "--study", kept["study_conflict"]["study_instance_uid"])
    assert study["pseudonym"] == survivor
    assert study["counted"] == {
        "received": 4,
        "stored": 1,
        "duplicates": 1,
        "quarantined": 2,
        "quarantined_again": 0,
        "refused": 0,
    }
    found = study["found"]
    assert (found["in_store"], found["released"], found["destroyed"], found["in_quarantine"]) == (2, 1, 1, 0)
    assert {row["verdict"] for row in told("doctor")} == {"ok"}
    log = "".join(path.read_text() for path in (product.home / "log").iterdir())
    assert "1111111" not in log


def test_a_running_product_is_repaired(product: Product, tmp_path: Path) -> None:
    storescu(product.dicom_port, [file_of(tmp_path, SOPInstanceUID="1.2.3.1", PatientID="1111111")])
    wait_for(lambda: "agree on 1 objects" in osteon("doctor").stdout, "it is in ledger and Orthanc")
    content = json.loads((product.home / "orthanc" / "credentials.json").read_text())
    orthanc, login = f"http://127.0.0.1:{product.orthanc_port}", (content["user"], content["password"])
    (instance,) = requests.get(f"{orthanc}/instances", auth=login, timeout=10).json()
    requests.delete(f"{orthanc}/instances/{instance}", auth=login, timeout=10).raise_for_status()
    assert osteon("doctor").exit_code == 1

    assert osteon("doctor", "--repair").exit_code == 0

    assert requests.get(f"{orthanc}/instances", auth=login, timeout=10).json() == [instance]
    assert osteon("doctor").exit_code == 0
