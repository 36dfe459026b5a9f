"""The doctor tells a healthy product from a sick one."""

import json
import shutil

from tests.builders.real_files import packaged
from tests.services.dcmtk import storescu
from tests.services.processes import wait_for
from tests.services.product import Product


def verdicts(product: Product) -> dict[str, str]:
    rows = json.loads(product.osteon("doctor", "--json").stdout)
    return {row["check"]: row["verdict"] for row in rows}


def test_a_healthy_product_has_nothing_wrong(fresh_product: Product) -> None:
    fresh_product.start()
    assert storescu(fresh_product.dicom_port, [packaged("CT_small.dcm")]).returncode == 0
    wait_for(lambda: "1 objects" in fresh_product.osteon("doctor").stdout, "the object is in ledger and Orthanc")
    assert set(verdicts(fresh_product).values()) == {"ok"}
    assert fresh_product.osteon("doctor").returncode == 0


def test_what_is_down_missing_or_lost_is_named(fresh_product: Product) -> None:
    fresh_product.start()
    assert storescu(fresh_product.dicom_port, [packaged("CT_small.dcm")]).returncode == 0
    wait_for(lambda: "1 objects" in fresh_product.osteon("doctor").stdout, "the object is in ledger and Orthanc")
    fresh_product.stop()
    assert fresh_product.osteon("doctor").returncode == 1
    down = verdicts(fresh_product)
    assert {check for check, verdict in down.items() if verdict == "bad"} == {
        "Orthanc",
        "DICOM door",
        "API",
        "store and ledger",
    }

    shutil.rmtree(fresh_product.home / "orthanc" / "storage")
    fresh_product.start()
    wait_for(lambda: verdicts(fresh_product)["store and ledger"] == "ok", "what was still in the outbox has gone again")
    fresh_product.stop()
    shutil.rmtree(fresh_product.home / "orthanc" / "storage")
    shutil.rmtree(fresh_product.home / "outbox")
    fresh_product.start()
    assert verdicts(fresh_product)["store and ledger"] == "bad"
