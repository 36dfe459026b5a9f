"""The running product, shared by the tests of a module that do not stop it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders.programs import program
from tests.services.product import Product


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """`osteon serve` without a sample study."""
    program("Orthanc")
    running = Product(tmp_path_factory.mktemp("product") / "home")
    running.start()
    yield running
    running.stop()


@pytest.fixture
def fresh_product(tmp_path: Path) -> Iterator[Product]:
    """A product that the test starts and stops itself; whatever it leaves running is stopped."""
    program("Orthanc")
    made = Product(tmp_path / "home")
    yield made
    if made.process is not None:
        made.stop()
