"""Starting the processes in order, and looking at what is there once they are ready."""

import os
import socket
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx

from osteon.addresses import base_url, door_host
from osteon.children import Child, ChildError, Children
from osteon.first_administrator import make_first_administrator
from osteon.first_start import Sample, SampleError, make_sample, noted_sample
from osteon.operators import behalf_of_account
from osteon.orthanc_access import connect
from osteon.orthanc_server import find_program, write_configuration
from osteon.registry_access import opened_registry
from osteon.settings import Settings
from storage.database import open_database
from storage.ledger import Ledger
from storage.ledger_records import LedgerCounts
from storage.tokens import Tokens

START_SECONDS = 45.0
STEP_SECONDS = 0.05
NOT_READY = "did not answer, or not to our credentials,"
ANSWER_SECONDS = 30.0
FIRST_LABEL = "first token"
TOKEN_FILE = "token"  # noqa: S105 - the name of a file


class StoppedEarlyError(Exception):
    """Asked to end while starting."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstState:
    """What there is when everything is ready. `token` is None when it was shown before and not kept."""

    counts: LedgerCounts
    token: str | None
    sample: Sample | None
    problem: str | None
    """Why the sample could not be made."""
    lesions: tuple[dict[str, Any], ...]
    scores: tuple[dict[str, Any], ...]


class Starting:
    """One start of `osteon serve`."""

    def __init__(
        self,
        settings: Settings,
        children: Children,
        stopping: threading.Event,
        tell: Callable[[str], object],
    ) -> None:
        """`tell`: the terminal; the API's own output goes to a log, where no password belongs."""
        self._settings = settings
        self._children = children
        self._stopping = stopping
        self._tell = tell
        self.orthanc: Child | None = None
        self.jobs: Child | None = None
        self._ours: list[Child] = []

    def check(self) -> None:
        """Raises ChildError when a process has ended, StoppedEarlyError when we are asked to end."""
        if self._stopping.is_set():
            raise StoppedEarlyError
        self._children.check()

    def start_all(self) -> None:
        """Start Orthanc, node and API, each once the one before answers, and who does jobs. Raises ChildError."""
        settings = self._settings
        if settings.orthanc_url is None:
            program = find_program()
            self.orthanc = self._children.start("orthanc", [program, str(write_configuration(settings))])
        orthanc = connect(settings)
        self._wait("Orthanc", orthanc.ready)
        orthanc.close()
        self._ours.append(self._children.start("node", [sys.executable, "-m", "osteon", "node"]))
        self._wait("the DICOM node", lambda: _answers(door_host(settings), settings.dicom_port))
        with opened_registry(settings) as engine:
            make_first_administrator(settings, engine, self._tell)
        self._ours.append(self._children.start("api", [sys.executable, "-m", "osteon", "api"]))
        self._wait("the API", lambda: _is_ready(settings))
        self.jobs = self._children.start("jobs", [sys.executable, "-m", "osteon", "jobs", "work"])

    def reload(self) -> None:
        """Have node and API read their configuration again."""
        for child in self._ours:
            child.hang_up()

    def first_state(self) -> FirstState:
        """Token, counts and, unless switched off, the sample: made when the ledger is still empty."""
        engine = open_database(self._settings.registry_database)
        ledger = Ledger(engine)
        token = self._token(Tokens(engine, behalf=behalf_of_account("osteon start")))
        if token is None:
            return FirstState(counts=ledger.counts(), token=None, sample=None, problem=None, lesions=(), scores=())
        with _api(self._settings, token) as api:
            sample, problem = self._sample(ledger, api)
            lesions, scores = ((), ()) if sample is None else _readings_of(api, sample)
        if sample is not None and not lesions:
            sample = None  # noted in another database
        return FirstState(
            counts=ledger.counts(), token=token, sample=sample, problem=problem, lesions=lesions, scores=scores
        )

    def _sample(self, ledger: Ledger, api: httpx.Client) -> tuple[Sample | None, str | None]:
        """The sample, or why there is none: it is a demonstration, and must not keep the real thing from running."""
        sample = noted_sample(self._settings)
        if sample is not None or not self._settings.sample or not self._wants_sample(ledger):
            return sample, None
        try:
            return make_sample(self._settings, api, self.check), None
        except SampleError as error:
            return None, str(error)

    def _wants_sample(self, ledger: Ledger) -> bool:
        """Nothing but a broken first start can have left a mark without a note."""
        mark = self._settings.home / "sample.started"
        if ledger.counts().objects == 0:
            mark.touch()
        return mark.exists()

    def _token(self, tokens: Tokens) -> str | None:
        path = self._settings.home / TOKEN_FILE
        if path.exists():
            kept = path.read_text().strip()
            if tokens.check(kept):
                return kept
        if tokens.any():
            return None
        token = tokens.create(FIRST_LABEL)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(token + "\n")
        return token

    def _wait(self, name: str, ready: Callable[[], bool]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not ready():
            self.check()
            if time.monotonic() > deadline:
                raise ChildError(f"{name} {NOT_READY} within {START_SECONDS:.0f} s; see {self._settings.home}/log")
            time.sleep(STEP_SECONDS)
        self.check()


def _readings_of(api: httpx.Client, sample: Sample) -> tuple[tuple[dict[str, Any], ...], tuple[dict[str, Any], ...]]:
    """The sample's lesions and their scores; nothing when this database does not have them."""
    lesions = [api.get(f"lesions/{lesion_id}") for lesion_id in sample.lesions]
    scores = [api.get(f"lesions/{lesion_id}/scores") for lesion_id in sample.lesions]
    if not all(answer.is_success for answer in (*lesions, *scores)):
        return (), ()
    return tuple(answer.json() for answer in lesions), tuple(answer.json() for answer in scores)


def _api(settings: Settings, token: str) -> httpx.Client:
    return httpx.Client(
        base_url=f"{base_url(settings)}/api/v1/",
        headers={"Authorization": f"Bearer {token}"},
        timeout=ANSWER_SECONDS,
        trust_env=False,  # never through a proxy: it is this machine
    )


def _answers(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=1).close()
    except OSError:
        return False
    return True


def _is_ready(settings: Settings) -> bool:
    """The API has what it needs for itself; a full disk, say, must not keep everything from starting."""
    try:
        with httpx.Client(trust_env=False, timeout=5) as client:
            checks = client.get(f"{base_url(settings)}/health/ready").json()["checks"]
    except (httpx.HTTPError, ValueError, KeyError):
        return False
    return bool(checks["database"] == checks["image_store"] == "ready")
