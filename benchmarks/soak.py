"""The door under load for long: nothing lost, nothing twice, nothing that grows.

    python -m benchmarks.soak [--minutes 30] [--associations 8] [--objects-per-second 40] [--seed N]
                              [--json FILE] [--plot FILE.png]

Associations send CT, MR and PET studies to a node with its own Orthanc, some of them again; one in ten is broken off
by chance: an A-ABORT or a reset at any byte. Memory, threads and file descriptors of the node are sampled. In the end
every answer is held against Orthanc, ledger and quarantine, object by object. Exit code 1 when something was lost or
stored twice, or when the node holds more in the last quarter of the time than in the second (the first is for warming
up): memory by more than a tenth, threads or descriptors at all once the senders have gone.
"""

import argparse
import json
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from random import Random, SystemRandom
from typing import Any

import rich.console
import rich.progress

from benchmarks.plot import write_png
from benchmarks.real_images import templates
from dicom_node.waiting import waiting_in
from tests.builders.many_objects import Specimen, Supply
from tests.builders.peer import ASSOCIATE_AC, Peer, abort
from tests.builders.real_files import REPOSITORY
from tests.faults.sending import request_for, store_pdus
from tests.faults.site import Site, running_site
from tests.services.resources import resources_of

SAMPLE_SECONDS = 3.0
SETTLE_SECONDS = 900.0
QUIET_SECONDS = 30.0
BROKEN_OFF = 0.1
SENT_AGAIN = 0.1
STUDY_OBJECTS = (5, 60)
MOST_GROWTH = 0.10
POOLED = 12
"""Descriptors that may come and go: connections to Orthanc and the databases, the segment that is written."""
QUARTERS = 4
KIB_PER_MIB = 1024
MEASURES = ("rss_mib", "threads", "descriptors", "waiting")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """The node at one moment."""

    seconds: float
    rss_mib: float
    threads: int
    descriptors: int
    waiting: int
    """Objects in the outbox."""
    answered: int


@dataclass(slots=True)
class Load:
    """What the senders share."""

    site: Site
    supply: Supply
    seconds: float
    interval: float
    """Seconds between two objects, over all associations; 0: as fast as it goes."""
    end: float = float("inf")
    lock: threading.Lock = field(default_factory=threading.Lock)
    next_at: float = field(default_factory=time.monotonic)
    answered: int = 0
    broken_off: int = 0
    sent_again: int = 0
    failures: list[str] = field(default_factory=list)

    @property
    def is_over(self) -> bool:
        return time.monotonic() >= self.end or bool(self.failures)

    def study(self, random: Random) -> list[Specimen]:
        with self.lock:
            return self.supply.study(random.randint(*STUDY_OBJECTS))

    def wait_for_turn(self) -> None:
        with self.lock:
            self.next_at = max(self.next_at + self.interval, time.monotonic() - 1)
            wait = self.next_at - time.monotonic()
        if wait > 0:
            time.sleep(wait)


def main() -> None:
    """Run, judge, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--associations", type=int, default=8)
    parser.add_argument("--objects-per-second", type=float, default=40, help="over all associations; 0: no limit")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--plot", type=Path)
    chosen = parser.parse_args()
    seed = SystemRandom().randrange(1 << 32) if chosen.seed is None else chosen.seed
    with (
        tempfile.TemporaryDirectory(dir=REPOSITORY, prefix=".benchmark-") as folder,
        running_site(Path(folder), over_link=False) as site,
    ):
        rate = chosen.objects_per_second
        load = Load(
            site=site,
            supply=Supply(*templates()),
            seconds=chosen.minutes * 60,
            interval=1 / rate if rate else 0.0,
        )
        samples = list(sampled(load, chosen.associations, seed))
        found = {"seed": seed, **verdict(load, samples)}
    found["samples"] = [asdict(one) for one in samples]
    report(found, samples)
    if chosen.json:
        chosen.json.write_text(json.dumps(found, indent=1) + "\n")
    if chosen.plot:
        write_png(chosen.plot, [[float(getattr(one, name)) for one in samples] for name in MEASURES])
    sys.exit(1 if found["wrong"] else 0)


def sampled(load: Load, associations: int, seed: int) -> Iterator[Sample]:
    """Run the load; the node is looked at every few seconds."""
    warm_up(load, associations)
    yield steady(load)
    threads = [
        threading.Thread(target=keep_sending, args=(load, Random(f"{seed} {number}")))  # noqa: S311
        for number in range(associations)
    ]
    began = time.monotonic()
    load.end = began + load.seconds
    for thread in threads:
        thread.start()
    with rich.progress.Progress(console=rich.console.Console(stderr=True)) as progress:
        task = progress.add_task("soak", total=load.seconds)
        while not load.is_over:
            time.sleep(min(SAMPLE_SECONDS, max(0.0, load.end - time.monotonic())))
            progress.update(task, completed=time.monotonic() - began)
            yield look(load, time.monotonic() - began)
    for thread in threads:
        thread.join()


def warm_up(load: Load, associations: int) -> None:
    """What the node makes once, threads and connections, it shall have made before it is looked at first."""
    site = load.site
    site.send([one for _ in range(associations) for one in load.supply.study(10)], associations)
    site.settle(SETTLE_SECONDS)


def look(load: Load, seconds: float) -> Sample:
    assert load.site.node.process is not None
    held = resources_of(load.site.node.process.pid)
    return Sample(
        seconds=round(seconds, 1),
        rss_mib=round(held.rss_kib / KIB_PER_MIB, 1),
        threads=held.threads,
        descriptors=held.descriptors,
        waiting=sum(map(waiting_in, load.site.home.glob("outbox/*/objects"))),
        answered=load.answered,
    )


def keep_sending(load: Load, random: Random) -> None:
    """One study after the other, each on an association of its own, until the time is over."""
    while not load.is_over:
        study = load.study(random)
        try:
            send_study(load, random, study)
            if random.random() < SENT_AGAIN:
                load.sent_again += len(study)
                send_study(load, random, study)
        except (OSError, AssertionError) as error:
            load.failures.append(f"an association failed: {type(error).__name__}: {error}")


def send_study(load: Load, random: Random, study: Sequence[Specimen]) -> None:
    """All of a study, or, by chance, only up to a break in the middle of an object."""
    breaks_at = random.randrange(len(study)) if random.random() < BROKEN_OFF else None
    request, contexts = request_for(study)
    with Peer(load.site.node.dicom_port, seconds=60) as peer:
        answer = peer.associate(request)
        assert answer is not None, "closed at the request"
        assert answer.kind == ASSOCIATE_AC, "no association"
        for number, specimen in enumerate(study):
            load.wait_for_turn()
            load.site.accounts.sending(specimen)
            kind = specimen.sop_class_uid, specimen.transfer_syntax_uid
            message = b"".join(store_pdus(specimen, contexts[kind], number + 1))
            if number == breaks_at:
                load.broken_off += 1
                break_off(peer, message, random)
                return
            peer.socket.sendall(message)
            load.site.accounts.answered(specimen, peer.reply().status)
            load.answered += 1
        assert peer.release(), "a release that is not answered"


def break_off(peer: Peer, message: bytes, random: Random) -> None:
    with suppress(OSError):
        peer.socket.sendall(message[: random.randrange(len(message))])
        if random.random() < 0.5:  # noqa: PLR2004
            peer.send(abort())
        else:
            peer.reset()


def verdict(load: Load, samples: Sequence[Sample]) -> dict[str, Any]:
    """What it came to, and what is wrong."""
    wrong = list(load.failures)
    try:
        load.site.settle(SETTLE_SECONDS)
    except AssertionError as error:
        wrong.append(str(error))
    after = steady(load)
    early, late = quarter(samples, 1), quarter(samples, QUARTERS - 1)
    growth = late / early - 1
    if growth > MOST_GROWTH:
        wrong.append(f"memory grew by {growth:.0%}")
    if after.threads > samples[0].threads:
        wrong.append(f"{after.threads - samples[0].threads} threads are left over")
    if after.descriptors > samples[0].descriptors + POOLED:
        wrong.append(f"{after.descriptors - samples[0].descriptors} descriptors are left over")
    seconds = samples[-1].seconds
    return {
        "minutes": round(seconds / 60, 1),
        "answers": load.answered,
        "objects": len(load.site.accounts.acknowledged()),
        "sent again": load.sent_again,
        "broken off": load.broken_off,
        "objects per second": round(load.answered / seconds, 1),
        "rss MiB in the second and the last quarter": [early, late],
        "memory growth": round(growth, 3),
        "before": asdict(samples[0]),
        "after": asdict(after),
        "wrong": wrong,
    }


def steady(load: Load) -> Sample:
    """The node when nobody calls, and it has forgotten who did: when it looks twice the same."""
    deadline = time.monotonic() + QUIET_SECONDS
    before = look(load, 0.0)
    while time.monotonic() < deadline:
        time.sleep(SAMPLE_SECONDS)
        now = look(load, 0.0)
        if (now.threads, now.descriptors) == (before.threads, before.descriptors):
            break
        before = now
    return now


def quarter(samples: Sequence[Sample], number: int) -> float:
    """Median of the resident memory in one quarter of the time."""
    end = samples[-1].seconds
    return round(
        statistics.median(
            one.rss_mib for one in samples if number <= QUARTERS * one.seconds / max(end, 1e-9) <= number + 1
        ),
        1,
    )


def report(found: dict[str, Any], samples: Sequence[Sample]) -> None:
    for name, value in found.items():
        if name not in {"samples", "before", "after"}:
            print(f"{name:44} {value}")
    print(f"\n{'':12} {'first':>8} {'lowest':>8} {'highest':>8} {'last':>8}")
    for name in MEASURES:
        values = [getattr(one, name) for one in samples]
        print(f"{name:12} {values[0]:8.0f} {min(values):8.0f} {max(values):8.0f} {values[-1]:8.0f}  {spark(values)}")


def spark(values: Sequence[float], width: int = 60) -> str:
    """The course of a figure in one line."""
    some = [values[at * len(values) // width] for at in range(width)] if len(values) > width else list(values)
    low, high = min(some), max(some)
    steps = "▁▂▃▄▅▆▇█"
    return "".join(steps[int((value - low) / (high - low or 1) * (len(steps) - 1))] for value in some)


if __name__ == "__main__":
    main()
