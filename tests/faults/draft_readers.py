"""Readers who save drafts at the same time, and remember what was acknowledged to them."""

import http.client
import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from random import Random
from threading import Event
from typing import Any

from sqlalchemy import Engine

from storage.ledger import Ledger
from storage.tokens import Tokens
from storage.unit_of_work import SqlUnitOfWork
from tests.builders.registry import OBJECTS, OLD_STUDY, new_lesion
from tests.services.mortal import MortalProduct
from tests.services.processes import answers, wait_for

STALE_SHARE = 0.1
TIMEOUT_SECONDS = 60.0
Json = dict[str, Any]


@dataclass(slots=True)
class DraftReader:
    """One reader with one draft. `sent` is a save without an answer so far."""

    port: int
    token: str
    lesion_id: str
    random: Random
    draft_id: str = ""
    version: int = 0
    note: str | None = None
    sent: str | None = None
    acknowledged: int = 0
    refused: int = 0
    wrong: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def begin(self) -> None:
        body = {"study_instance_uid": OLD_STUDY}
        with closing(self._connect()) as connection:
            status, answer = self._ask(connection, "POST", f"/api/v1/lesions/{self.lesion_id}/drafts", body)
        assert status in (HTTPStatus.OK, HTTPStatus.CREATED), answer
        self.draft_id, self.version, self.note = answer["draft_id"], answer["version"], answer["note"]

    def save_until(self, stop: Event, pause: float) -> None:
        """Save again and again, now and then from an old version, until told or until nobody answers."""
        stop.wait(self.random.uniform(0, pause))
        with closing(self._connect()) as connection, suppress(OSError, http.client.HTTPException):
            while not stop.is_set():
                self._save_once(connection)
                stop.wait(self.random.uniform(0.5, 1.5) * pause)

    def check(self) -> None:
        """What was acknowledged is there; what was sent without an answer is there whole or not at all."""
        with closing(self._connect()) as connection:
            if self.sent is not None:
                self._settle(*self._save(connection, self.version, self.sent), self.sent)
            status, answer = self._ask(connection, "GET", f"/api/v1/drafts/{self.draft_id}")
        found = (status, answer.get("version"), answer.get("note"))
        if found != (HTTPStatus.OK, self.version, self.note):
            self.wrong.append(f"lost: {found} for {(self.version, self.note)}")

    def _save_once(self, connection: http.client.HTTPConnection) -> None:
        if self.version > 1 and self.random.random() < STALE_SHARE:
            status, answer = self._save(connection, self.version - 1, "from an old window")
            self.refused += status == HTTPStatus.PRECONDITION_FAILED
            if status != HTTPStatus.PRECONDITION_FAILED or answer["current"]["note"] != self.note:
                self.wrong.append(f"stale save answered {status}")
            return
        number = self.random.randrange(1000)  # a longer one might be taken for a telephone number
        self.sent = f"save number {self.version}, {number}"
        begin = time.perf_counter()
        status, answer = self._save(connection, self.version, self.sent)
        self.seconds.append(time.perf_counter() - begin)
        self._settle(status, answer, self.sent)

    def _settle(self, status: int, answer: Json, note: str) -> None:
        if status != HTTPStatus.OK:
            self.wrong.append(f"save answered {status}")
            return
        if (answer["version"], answer["note"]) != (self.version + 1, note):
            self.wrong.append(f"version {answer['version']} after {self.version}")
        self.version, self.note, self.sent = answer["version"], note, None
        self.acknowledged += 1

    def _save(self, connection: http.client.HTTPConnection, version: int, note: str) -> tuple[int, Json]:
        length = 10 + version % 300
        body = {"note": note, "findings": {"lesion_type": "lytic", "long_axis_mm": length, "short_axis_mm": 9.5}}
        return self._ask(connection, "PATCH", f"/api/v1/drafts/{self.draft_id}", body, {"If-Match": f'"{version}"'})

    def _ask(
        self,
        connection: http.client.HTTPConnection,
        method: str,
        path: str,
        body: Json | None = None,
        headers: dict[str, str] | None = None,
    ) -> tuple[int, Json]:
        ours = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        connection.request(method, path, None if body is None else json.dumps(body), ours | (headers or {}))
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())

    def _connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT_SECONDS)


def settings_of(database_url: str) -> dict[str, str]:
    """An API on this registry, whose image store is never asked."""
    return {
        "OSTEON_DATABASE_URL": database_url,
        "OSTEON_ORTHANC_USER": "nobody",
        "OSTEON_ORTHANC_PASSWORD": "nothing",
    }


def start_api(product: MortalProduct) -> None:
    process = product.launch()
    wait_for(lambda: answers(product.http_port) or process.poll() is not None, "the API listens")
    assert process.poll() is None, product.output


def make_readers(engine: Engine, port: int, count: int, random: Random) -> Iterator[DraftReader]:
    """Readers with a token and a lesion each, on a migrated registry that has no lesion yet."""
    Ledger(engine).record(OBJECTS)
    lesions = [new_lesion(number=number + 1) for number in range(count)]
    uow = SqlUnitOfWork(engine, write=True)
    with uow:
        for lesion in lesions:
            uow.lesions.add(lesion)
        uow.commit()
    for number, lesion in enumerate(lesions):
        token = Tokens(engine).create(f"reader {number}")
        yield DraftReader(port=port, token=token, lesion_id=str(lesion.id), random=Random(random.random()))  # noqa: S311


def saving(pool: ThreadPoolExecutor, readers: list[DraftReader], stop: Event, pause: float) -> list[Any]:
    """Have everyone save; the futures end when they do."""
    return [pool.submit(reader.save_until, stop, pause) for reader in readers]
