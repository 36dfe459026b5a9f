"""What one object costs a worker and its forwarder, part by part, in processor time.

    python -m benchmarks.door_parts [--objects 40] [--rounds 15]

Every part is done alone, in one process, on CT of 512 × 512 whose series the engine knows already. Nothing is synced,
and Orthanc is a program that forgets what comes. Other work on the machine changes these figures less than any rate.
"""

import argparse
import hashlib
import multiprocessing
import socket
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from benchmarks.door import study
from dicom_node.contexts import accepted_contexts
from dicom_node.entry import Entry, checksum_of, header_facts
from dicom_node.pseudonymisation.engine import Result
from dicom_node.pseudonymisation.profile import DEFAULT
from dicom_node.pseudonymisation.vocabulary import Vocabulary
from dicom_node.sameness import SourceDigest
from dicom_node.series_facts import DESCRIBING
from dicom_node.uids import UidMap
from dicom_node.upper_layer.association import AcceptedAssociation
from dicom_node.upper_layer.negotiation import Context, Terms
from dicom_node.upper_layer.negotiator import Negotiator
from dicom_node.upper_layer.pdus import Rejection
from dicom_node.upper_layer.service import Answer, Ending, Limits, Message
from dicom_node.upper_layer.wire import Wire
from osteon.engine_parts import new_engine_maker
from storage.database import migrate_registry, open_database
from storage.identities import Pseudonymity
from storage.ledger import Ledger
from storage.orthanc import Orthanc
from tests.builders.peer import associate_rq, message, store_rq

KEY = b"k" * 32
LONGEST_PDU = 131_072
PDV_BYTES = 6
PASSES = (8, 32, 128)
UID = "2.25.1"
FIRST = 10**20

Times = dict[str, list[float]]
P = ParamSpec("P")
T = TypeVar("T")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--objects", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=15)
    chosen = parser.parse_args()
    times: Times = {}
    with tempfile.TemporaryDirectory() as folder:
        files = [path.read_bytes() for path in study(Path(folder) / "study", chosen.objects)]
        receive(files, chosen.rounds, times)
        entries = pseudonymise(files, chosen.rounds, times)
        forward(files, chosen.rounds, times)
        note(Path(folder), entries, times)
    print("| part | median, ms | least |\n|---|---|---|")
    for name, found in times.items():
        print(f"| {name} | {1000 * statistics.median(found):.3f} | {1000 * min(found):.3f} |")


def timed(times: Times, name: str, do: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    begin = time.thread_time()
    made = do(*args, **kwargs)
    times.setdefault(name, []).append(time.thread_time() - begin)
    return made


class Forgetting:
    """Says Success to whatever comes (a `service.Service`)."""

    largest_object = None

    def opened(self, calling_ae_title: str) -> Rejection | None: ...

    def accepted(self, contexts: Collection[Context]) -> None: ...

    def handle(self, message: Message) -> Answer:  # noqa: ARG002 - a service's signature
        return Answer(0)

    def released(self) -> None: ...

    def ended(self, ending: Ending) -> None: ...


def receive(files: Sequence[bytes], rounds: int, times: Times) -> None:
    """From the socket, by an association that does nothing with it, and its answers."""
    negotiator = Negotiator(Terms(ae_title="OSTEON", contexts=accepted_contexts(), maximum_length=LONGEST_PDU))
    for _ in range(rounds):
        with socket.create_server(("127.0.0.1", 0)) as server:
            sender = multiprocessing.Process(target=_send, args=(server.getsockname()[1], files))
            sender.start()
            association = AcceptedAssociation(Wire(server.accept()[0]), negotiator, Limits(), Forgetting())
            begin = time.thread_time()
            association.run()
            times.setdefault("reading it from its socket, answering", []).append(
                (time.thread_time() - begin) / len(files)
            )
            sender.join()


def _send(port: int, files: Sequence[bytes]) -> None:
    with socket.create_connection(("127.0.0.1", port)) as connection, connection.makefile("rb") as answers:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sendall(associate_rq())
        answers.read(int.from_bytes(answers.read(6)[2:], "big"))
        for file in files:
            for pdu in message(store_rq(UID), file, 1, LONGEST_PDU - PDV_BYTES):
                connection.sendall(pdu)
            answers.read(int.from_bytes(answers.read(6)[2:], "big"))


def pseudonymise(files: Sequence[bytes], rounds: int, times: Times) -> list[Entry]:
    """What the door does before the outbox writes."""
    maker = new_engine_maker(DEFAULT, Vocabulary.default(), UidMap(KEY))
    engine = maker(lambda _facts, _charset, _sender: Pseudonymity("OST-22222-2222", -400))
    source_digest = SourceDigest(KEY)
    for file in files:
        engine(file)
    entries = []
    for _ in range(rounds):
        for file in files:
            result = timed(times, "pseudonymising, the last look included", engine, file)
            digest = timed(times, "digest of what came", source_digest, result.source, result.source_data)
            checksum = timed(times, "checksum of what is written", checksum_of, result.parts)
            facts = timed(times, "what the ledger keeps of the header", _facts, result)
            entries.append(_entry(result.pseudonym, facts, result.size, checksum, digest))
            timed(times, "the record's label", entries[-1].to_json)
    return entries[: len(files)]


def _facts(result: Result) -> dict[str, Any]:
    return header_facts(result.facts_with(DESCRIBING), result.transfer_syntax_uid)


def _entry(pseudonym: str, facts: dict[str, Any], size: int, checksum: str, digest: str) -> Entry:
    return Entry(
        association_id="0b8b1a3e-97b1-4a7e-9f0c-2d5c1f0b7a11",
        pseudonym=pseudonym,
        **facts,
        size=size,
        checksum=checksum,
        source_digest=digest,
        received_at=datetime.now(UTC),
    )


def forward(files: Sequence[bytes], rounds: int, times: Times) -> None:
    """To Orthanc, and its hash for the ledger."""
    with _forgetful_orthanc() as url:
        orthanc = Orthanc(url, "user", "password")
        for _ in range(rounds):
            for file in files:
                timed(times, "bringing it to Orthanc", orthanc.store, file, UID)
                timed(times, "SHA-256 for the ledger", hashlib.sha256, file)
        orthanc.close()


class _Forgetful(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        body = f'{{"Status": "Success", "ID": "{UID}"}}'.encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def _forgetful_orthanc() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Forgetful) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()
        thread.join()


def note(folder: Path, entries: Sequence[Entry], times: Times) -> None:
    """In the ledger, so many at a time: claimed, then recorded."""
    url = f"sqlite:///{folder / 'registry.sqlite'}"
    migrate_registry(url)
    engine = open_database(url)
    ledger, number = Ledger(engine), 0
    for count in PASSES:
        for _ in range(10):
            now, objects = datetime.now(UTC), []
            for _ in range(count):
                number += 1
                entry = entries[number % len(entries)]
                objects.append(replace(entry, sop_instance_uid=f"2.25.{number + FIRST}").stored(now))
            begin = time.thread_time()
            ledger.claim(objects)
            ledger.record(objects=objects)
            times.setdefault(f"noting it in the ledger, {count} at a time", []).append(
                (time.thread_time() - begin) / count
            )
    engine.dispose()


if __name__ == "__main__":
    main()
