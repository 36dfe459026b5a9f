"""One site for a module, whose tests leave it running; objects that were never sent before."""

from collections.abc import Iterator

import pytest

from tests.builders.many_objects import Supply, Template
from tests.builders.real_files import packaged
from tests.faults.site import Site, running_site


@pytest.fixture(scope="session")
def supply() -> Supply:
    """Small CT and MR studies in turn."""
    return Supply(Template(packaged("CT_small.dcm")), Template(packaged("MR_small.dcm")))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("site"), {"OSTEON_ORTHANC_TIMEOUT": "2"}) as running:
        yield running
