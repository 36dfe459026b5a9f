"""Releases when processes are killed: what is built is the same, and what is pulled is the same.

A short form; `python -m tests.faults.release_long` makes many.
"""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from tests.faults.release_kills import pulled_under_kills
from tests.faults.release_site import OF_THE_NUMBER, ReleaseSite, begun_files, read_back

pytestmark = [pytest.mark.timeout(900), pytest.mark.long]

SERIES, SLICES = 3, 20
VICTIMS_IN_TURN = ["client", "API", "Orthanc", "client"]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReleaseSite]:
    made = ReleaseSite(tmp_path_factory.mktemp("release"))
    try:
        made.fill(SERIES, SLICES)
        yield made
    finally:
        made.close()


@pytest.fixture(scope="module")
def undisturbed(site: ReleaseSite) -> int:
    return site.built_undisturbed()


def test_a_release_whose_worker_was_killed_again_and_again_is_the_one_that_nobody_disturbed(
    site: ReleaseSite, undisturbed: int
) -> None:
    killed = site.built_under_kills(2, Random(7))  # noqa: S311
    wanted, found = site.listed(undisturbed), site.listed(killed)
    assert found.keys() == wanted.keys()
    same = [path for path in wanted if path not in OF_THE_NUMBER]
    assert {path: found[path] for path in same} == {path: wanted[path] for path in same}
    assert sum(path.endswith(".nii.gz") for path in same) == SERIES + 1  # and the mask
    assert site.manifest(killed)["counts"]["by_kind"].keys() == site.manifest(undisturbed)["counts"]["by_kind"].keys()
    made = site.home / "releases" / str(killed)
    listed = {sha256 for _, sha256 in found.values()}
    assert {path.name for path in made.glob("??/*")} <= listed  # nothing that nobody lists
    assert not list(made.rglob("*.part"))


def test_a_pull_that_is_interrupted_again_and_again_ends_with_the_same_tree(
    site: ReleaseSite, undisturbed: int, tmp_path: Path
) -> None:
    site.start_api()
    folder = tmp_path / "bag"
    found = pulled_under_kills(site, undisturbed, folder, VICTIMS_IN_TURN, random=Random(3))  # noqa: S311
    wanted = site.listed(undisturbed)
    assert read_back(folder, list(wanted)) == wanted
    there = {str(path.relative_to(folder)) for path in (folder / "data").rglob("*") if path.is_file()}
    assert there == {path for path in wanted if path.startswith("data/")}
    assert (found.fetched_again, len(begun_files(folder))) == (0, 0)
    assert found.most_begun <= 2  # one for each connection
