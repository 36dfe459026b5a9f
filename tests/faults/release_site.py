"""Releases on real processes that can be killed: an Orthanc, an API, a worker that builds, a client that pulls."""

import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from random import Random
from typing import Any

import httpx
import numpy as np
from pydicom.dataset import Dataset
from sqlalchemy import Engine

from annotation.roles import Role
from osteon.release_parts import release_parts
from osteon.settings import Settings
from storage.audit_behalf import NOBODY
from storage.database import migrate_registry, open_database
from storage.jobs.requests import MOST_TRIES
from storage.ledger import Ledger
from storage.releases.files import ReleaseFiles
from storage.releases.records import Contents, ReleaseState, TableFormat
from storage.releases.store import Releases
from storage.tokens import Tokens
from tests.builders.measurable import ct_series, keep
from tests.builders.releases import new_release
from tests.builders.segmentations import segmentation
from tests.services.mortal import MortalOrthanc, MortalProduct, is_alive, with_descendants
from tests.services.processes import wait_for

EVERYTHING = Contents(nifti=True, masks=True, tables=(TableFormat.CSV, TableFormat.PARQUET))
SIDE = 96
LARGEST_STEP = 3
LOOK_SECONDS, LOOKS = 0.01, 1000
READY_SECONDS = 240.0
MOST_KILLS = MOST_TRIES - 1
"""Of the worker of one release: after more, a job counts as one that kills its workers."""
"""Series of one release differ by as many slices, so that no two of them are alike."""

OF_THE_NUMBER = ("data/README.md", "release.json", "bag-info.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt")
"""What says which release it is, and when it was made."""


class ReleaseSite:
    """Begin with `fill`; what is killed is started again by whoever killed it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.orthanc = MortalOrthanc(folder / "orthanc-home")
        self.orthanc.start()
        self.home = folder / "home"
        self.home.mkdir()
        credentials = self.orthanc.environment()
        self.api = MortalProduct(self.home, {"OSTEON_ORTHANC_URL": self.orthanc.url, **credentials}, command="api")
        self.settings = Settings(
            home=self.home,
            orthanc_url=self.orthanc.url,
            orthanc_user=credentials["OSTEON_ORTHANC_USER"],
            orthanc_password=credentials["OSTEON_ORTHANC_PASSWORD"],
        )
        migrate_registry(self.settings.registry_database)
        self.engine: Engine = open_database(self.settings.registry_database)
        self.token = Tokens(self.engine).create("custodian", roles=[Role.CUSTODIAN, Role.RESEARCHER])
        self.files = ReleaseFiles(self.engine)

    def fill(self, series: int, slices: int) -> None:
        """CT series of one study, one of them with a segmentation."""
        client = self.orthanc.client()
        chance = np.random.default_rng(5)
        for number in range(series):
            shape = (slices + number % LARGEST_STEP, SIDE, SIDE)
            voxels = chance.integers(-1000, 1000, shape).astype(np.int16)
            images: list[Dataset] = list(ct_series(voxels, series=f"2.25.95{number}"))
            if number == 0:
                marked = np.zeros(shape, dtype=bool)
                marked[2:4, 20:30, 20:40] = True
                images.append(segmentation(marked, images))
            Ledger(self.engine).record(keep(images, client.store))
        client.close()

    def begin(self) -> int:
        """One release of everything; a worker builds it."""
        parts = release_parts(self.settings, self.engine)
        wanted = new_release(versions=parts.versions(), query=parts.cohorts.checked({}), contents=EVERYTHING)
        begun = Releases(self.engine).begin(
            wanted, lambda connection, number: parts.builds.ask(connection, number, NOBODY)
        )
        return begun.number

    def is_ready(self, number: int) -> bool:
        state = Releases(self.engine).get(number).state
        assert state in {ReleaseState.BUILDING, ReleaseState.READY}, state
        return state is ReleaseState.READY

    @contextmanager
    def worker(self) -> "Iterator[subprocess.Popen[bytes]]":
        """It, and the processes that it converts with, are killed at the end."""
        process = subprocess.Popen([sys.executable, "-m", "tests.faults.release_worker"], env=self.api.environment)
        try:
            yield process
        finally:
            kill(process)

    def built_undisturbed(self) -> int:
        number = self.begin()
        with self.worker():
            wait_for(lambda: self.is_ready(number), "the release is ready", READY_SECONDS)
        return number

    def built_under_kills(self, kills: int, random: Random) -> int:
        """The worker is killed so often (`MOST_KILLS` at most), each time further on; the next one takes over."""
        number = self.begin()
        made = self.home / "releases" / str(number)
        for _ in range(kills):
            with self.worker():
                wait_for(lambda: _begins(self, number), "it works", READY_SECONDS)
                target = _entries(made) + random.randrange(0, 12)
                until(lambda limit=target: _entries(made) >= limit or self.is_ready(number))  # type: ignore[misc]
        with self.worker():
            wait_for(lambda: self.is_ready(number), "the release is ready", READY_SECONDS)
        return number

    def listed(self, number: int) -> dict[str, tuple[int, str]]:
        """Size and SHA-256 by path, as the release says."""
        return {each.path: (each.size, each.sha256) for each in self.files.every(number)}

    def manifest(self, number: int) -> dict[str, Any]:
        _, sha256 = self.listed(number)["release.json"]
        path = self.home / "releases" / str(number) / sha256[:2] / sha256
        found: dict[str, Any] = json.loads(path.read_text())
        return found

    def start_api(self) -> None:
        process = self.api.launch()
        wait_for(lambda: self._api_is_ready() or process.poll() is not None, "the API is ready", READY_SECONDS)
        assert process.poll() is None, self.api.output

    def _api_is_ready(self) -> bool:
        try:
            return httpx.get(f"{self.api.url}/health/ready", trust_env=False, timeout=5).is_success
        except httpx.HTTPError:
            return False

    def pulling(self, number: int, folder: Path, workers: int) -> "subprocess.Popen[bytes]":
        command = ["pull", str(number), str(folder), "--url", self.api.url, "--workers", str(workers), "--json"]
        return subprocess.Popen(
            [sys.executable, "-m", "osteon", *command],
            env=self.api.environment | {"OSTEON_TOKEN": self.token},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def close(self) -> None:
        if self.api.process is not None:
            self.api.kill()
        self.engine.dispose()
        if self.orthanc.is_running:
            self.orthanc.kill()


def kill(process: "subprocess.Popen[bytes]") -> None:
    """With all that it has started."""
    family = with_descendants(process.pid) if process.poll() is None else []
    for one in family:
        with suppress(ProcessLookupError):
            os.kill(one, 9)
    process.wait()
    wait_for(lambda: not any(map(is_alive, family)), "the killed processes are gone", READY_SECONDS)


def files_below(folder: Path) -> Iterator[Path]:
    """Also while they come and go: what goes on the way is left out."""
    for name, _, files in os.walk(folder):
        yield from (Path(name, file) for file in files)


def whole_files(folder: Path) -> dict[str, tuple[int, int]]:
    """Of the payload that is there under its own name: which file it is, and when it was last written."""
    found = {}
    for path in files_below(folder / "data"):
        if path.suffix != ".part":
            with suppress(FileNotFoundError):
                found[str(path.relative_to(folder))] = (path.stat().st_ino, path.stat().st_mtime_ns)
    return found


def begun_files(folder: Path) -> frozenset[str]:
    """Those of which there is a beginning."""
    return frozenset(str(path.relative_to(folder)) for path in files_below(folder) if path.suffix == ".part")


def read_back(folder: Path, paths: list[str]) -> dict[str, tuple[int, str]]:
    return {
        path: (len(content), hashlib.sha256(content).hexdigest())
        for path in paths
        for content in [(folder / path).read_bytes()]
    }


def _begins(site: ReleaseSite, number: int) -> bool:
    return site.is_ready(number) or (site.home / "releases" / str(number)).exists()


def _entries(folder: Path) -> int:
    """How far it is: files, whole or not, of everything that is made and fetched on the way."""
    return sum(1 for _ in files_below(folder))


def until(condition: Callable[[], bool]) -> None:
    """Looks often: what it waits for is over in a moment. Gives up after a while: then the moment is a later one."""
    for _ in range(LOOKS):
        if condition():
            return
        time.sleep(LOOK_SECONDS)
