"""How long a sender waits for its answer, under parallel associations, and whether any of them starves.

    python -m benchmarks.latency [--associations 8] [--objects 100] [--rounds 5] [--with-orthanc] [--json FILE]

Each association is a process that sends 512 × 512 CT over a raw socket and takes the time from the last byte of an
object handed to the kernel to the last byte of its answer. The socket's send buffer is kept short, so that this last
byte has all but left. Throughput is counted while all associations are sending: until the first has done. Orthanc is
away, or, with --with-orthanc, takes the objects at the same time.
"""

import argparse
import json
import multiprocessing
import socket
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

from benchmarks.real_images import ct_template
from tests.builders.peer import ASSOCIATE_AC, Peer
from tests.builders.real_files import REPOSITORY
from tests.faults.sending import request_for, store_pdus
from tests.services.mortal import MortalOrthanc, MortalProduct

SEND_BUFFER = 32_768
"""The kernel doubles it."""

ANSWER_SECONDS = 120.0
PERCENTILES = (50, 95, 99)


@dataclass(frozen=True, slots=True)
class Work:
    """What one association sends: objects of a study of its own."""

    port: int
    number: int
    objects: int


@dataclass(frozen=True, slots=True)
class Waited:
    """What one association saw: begin, and for each object when it was answered and how long that took, in seconds."""

    begin: float
    answered_at: list[float]
    seconds: list[float]


@dataclass(frozen=True, slots=True)
class Round:
    """What one round came to."""

    p50_ms: float
    p95_ms: float
    p99_ms: float
    worst_ms: float
    objects_per_second: float
    fairness: float
    """Throughput of the fastest association by that of the slowest."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--associations", type=int, default=8)
    parser.add_argument("--objects", type=int, default=100, help="of each association in each round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--with-orthanc", action="store_true")
    parser.add_argument("--json", type=Path)
    chosen = parser.parse_args()
    rounds = []
    with (
        tempfile.TemporaryDirectory(dir=REPOSITORY, prefix=".benchmark-") as folder,
        node(Path(folder), with_orthanc=chosen.with_orthanc) as running,
        senders(chosen.associations) as send_all,
    ):
        for number in range(chosen.rounds):
            first = number * chosen.associations
            work = [Work(running.port, first + one, chosen.objects) for one in range(chosen.associations)]
            rounds.append(summary(send_all(work)))
            print(row(str(number + 1), rounds[-1]), flush=True)
    print(row("median", median_of(rounds)))
    if chosen.json:
        chosen.json.write_text(json.dumps([asdict(one) for one in rounds], indent=1) + "\n")


@dataclass(frozen=True, slots=True)
class Running:
    """A node."""

    port: int
    process_id: int


@contextmanager
def node(folder: Path, *, with_orthanc: bool) -> Iterator[Running]:
    """A node with a new home."""
    settings = {"OSTEON_ORTHANC_URL": "http://127.0.0.1:9/", "OSTEON_ORTHANC_USER": "a", "OSTEON_ORTHANC_PASSWORD": "b"}
    with ExitStack() as stack:
        if with_orthanc:
            orthanc = MortalOrthanc(folder / "orthanc")
            orthanc.start()
            stack.callback(orthanc.stop)
            settings = {"OSTEON_ORTHANC_URL": orthanc.url, **orthanc.environment()}
        product = MortalProduct(folder / "home", settings=settings, command="node")
        product.start()
        stack.callback(product.stop)
        assert product.process is not None
        yield Running(product.dicom_port, product.process.pid)


@contextmanager
def senders(count: int) -> Iterator[Callable[[Sequence[Work]], list[Waited]]]:
    """So many processes, which do that much work at the same time."""
    context = multiprocessing.get_context("spawn")
    with context.Manager() as manager, context.Pool(count) as pool:
        barrier = manager.Barrier(count)
        yield lambda work: pool.starmap(wait_for_answers, [(one, barrier) for one in work], chunksize=1)


def wait_for_answers(work: Work, barrier: Barrier) -> Waited:
    """One association. The objects are made beforehand; the first is not counted: its patient is new."""
    template = ct_template()
    specimens = [
        template.specimen(work.number * 10_000 + number, study=work.number, series=work.number)
        for number in range(work.objects + 1)
    ]
    request, contexts = request_for(specimens)
    (context_id,) = contexts.values()
    messages = [b"".join(store_pdus(one, context_id)) for one in specimens]
    seconds, answered_at = [], []
    with Peer(work.port, seconds=ANSWER_SECONDS) as peer:
        peer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        answer = peer.associate(request)
        if answer is None or answer.kind != ASSOCIATE_AC:
            raise RuntimeError("no association")
        take(peer, messages[0])
        barrier.wait(ANSWER_SECONDS)
        begin = time.perf_counter()
        for message in messages[1:]:
            seconds.append(take(peer, message))
            answered_at.append(time.perf_counter())
        peer.release()
    return Waited(begin, answered_at, seconds)


def take(peer: Peer, message: bytes) -> float:
    """Send one object; seconds from its last byte to its answer."""
    peer.socket.sendall(message)
    sent = time.perf_counter()
    status = peer.reply().status
    if status:
        raise RuntimeError(f"answered with 0x{status:04X}")
    return time.perf_counter() - sent


def summary(waited: Sequence[Waited]) -> Round:
    waits = sorted(1000 * seconds for one in waited for seconds in one.seconds)
    begin, end = max(one.begin for one in waited), min(one.answered_at[-1] for one in waited)
    rates = [sum(begin < at <= end for at in one.answered_at) / (end - begin) for one in waited]
    cuts = statistics.quantiles(waits, n=100, method="inclusive")
    p50, p95, p99 = (cuts[percentile - 1] for percentile in PERCENTILES)
    slowest = min(rates)
    return Round(p50, p95, p99, waits[-1], sum(rates), max(rates) / slowest if slowest else float("inf"))


def median_of(rounds: Sequence[Round]) -> Round:
    values: dict[str, Any] = {
        name: statistics.median(asdict(one)[name] for one in rounds) for name in Round.__dataclass_fields__
    }
    return Round(**values)


def row(name: str, one: Round) -> str:
    return (
        f"{name:8} p50 {one.p50_ms:6.1f} ms  p95 {one.p95_ms:6.1f} ms  p99 {one.p99_ms:6.1f} ms"
        f"  worst {one.worst_ms:6.1f} ms  {one.objects_per_second:5.0f} objects/s  fastest/slowest {one.fairness:.2f}"
    )


if __name__ == "__main__":
    main()
