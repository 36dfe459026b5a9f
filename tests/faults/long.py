"""The long run: `python -m tests.faults.long [--kills 200] [--objects 100000] [--minutes-down 10] [--json FILE]`.

One site of real processes: kills at random moments, Orthanc away for minutes, half an object and then silence for as
long as the node waits, a disk that fills up, very many hostile objects. The books are checked after every fault; the
first thing that is wrong ends the run with exit code 1. `--seed` repeats a run as far as chance of the machine allows.
"""

import argparse
import json
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from random import Random, SystemRandom
from typing import Any

import rich.progress

from dicom_node.disk_room import RESERVE_BYTES
from dicom_node.segments import SEGMENT_BYTES
from tests.builders.hostile_objects import CANARY, hostile_objects
from tests.builders.many_objects import Supply, Template
from tests.builders.peer import Peer
from tests.builders.real_files import packaged
from tests.faults.kills import KILLS, killed_while_sending
from tests.faults.sending import request_for, store_pdus
from tests.faults.site import Site, running_site
from tests.services.resources import resources_of
from tests.services.small_disk import small_disk

CHUNK = 500
SILENT_PEERS = 20
LONGEST_SILENCE_SECONDS = 120.0
SETTLE_SECONDS = 600.0
MIB = 1 << 20
SUCCESS, OUT_OF_RESOURCES = 0x0000, 0xA700


@dataclass(slots=True)
class Run:
    """What the parts of a run share, and what they found."""

    folder: Path
    random: Random
    found: dict[str, Any] = field(default_factory=dict)
    supply: Supply = field(
        default_factory=lambda: Supply(Template(packaged("CT_small.dcm")), Template(packaged("MR_small.dcm")))
    )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--kills", type=int, default=200)
    options.add_argument("--objects", type=int, default=100_000, help="with hostile UIDs and names")
    options.add_argument("--minutes-down", type=float, default=10.0, help="of Orthanc")
    options.add_argument("--only", choices=PARTS, help="one part of it")
    options.add_argument("--seed", type=int, default=None)
    options.add_argument("--json", type=Path)
    chosen = options.parse_args()
    seed = SystemRandom().randrange(1 << 32) if chosen.seed is None else chosen.seed
    with tempfile.TemporaryDirectory(prefix="osteon-faults-") as folder:
        run = Run(Path(folder), Random(seed), {"seed": seed})  # noqa: S311
        try:
            for name, part in PARTS.items():
                if chosen.only in {None, name}:
                    part(run, chosen)
        except AssertionError as error:
            run.found["wrong"] = str(error) or _where(error)
    text = json.dumps(run.found, indent=1)
    sys.stdout.write(text + "\n")
    if chosen.json:
        chosen.json.write_text(text + "\n")
    sys.exit(1 if "wrong" in run.found else 0)


def _where(error: AssertionError) -> str:
    """What was asserted, of one that says nothing itself."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{last.name}: {last.line}"


def kills(run: Run, chosen: argparse.Namespace) -> None:
    """Each at a random moment, of a random victim."""
    done: Counter[str] = Counter()
    run.found["kills"] = done
    with running_site(_folder(run, "kills"), {"OSTEON_ORTHANC_TIMEOUT": "5"}) as site:
        for _ in rich.progress.track(range(chosen.kills), "kills", console=_console()):
            victim = run.random.choice(list(KILLS))
            killed_while_sending(site, run.supply, KILLS[victim], run.random, run.random.randrange(10, 80))
            site.settle(SETTLE_SECONDS)
            done[victim] += 1
        run.found["objects after the kills"] = len(site.accounts.acknowledged())


def outage(run: Run, chosen: argparse.Namespace) -> None:
    """Orthanc is away, and the node is killed and started again meanwhile."""
    with running_site(_folder(run, "outage")) as site:
        sent = run.supply.study(10)
        site.send(sent)
        site.orthanc.stop()
        end = time.monotonic() + chosen.minutes_down * 60
        halfway = time.monotonic() + chosen.minutes_down * 30
        while time.monotonic() < end:
            study = run.supply.study(20)
            site.send(study)
            assert site.accounts.statuses(study) == {SUCCESS: 20}, "the door takes what Orthanc cannot"
            sent += study
            if halfway and time.monotonic() > halfway:
                site.node.kill()
                site.node.start()
                halfway = 0
            time.sleep(min(5.0, chosen.minutes_down))
        back_at = time.monotonic()
        site.orthanc.start()
        site.settle(SETTLE_SECONDS)
        run.found["outage"] = {"objects": len(sent), "all there after seconds": round(time.monotonic() - back_at, 1)}


def silence(run: Run, _: argparse.Namespace) -> None:
    """Half an object and then nothing: the node lets go, and serves others meanwhile."""
    with running_site(_folder(run, "silence")) as site:
        study = run.supply.study(SILENT_PEERS)
        request, contexts = request_for(study)
        (context_id,) = contexts.values()
        peers = []
        for specimen in study:
            peer = Peer(site.node.dicom_port, seconds=LONGEST_SILENCE_SECONDS)
            whole = request + b"".join(store_pdus(specimen, context_id))
            peer.send(whole[: len(request) + run.random.randrange(1, len(whole) - len(request))])
            peers.append(peer)
        others = run.supply.study(20)
        site.send(others)
        assert site.accounts.statuses(others) == {SUCCESS: 20}
        begin = time.monotonic()
        for peer in peers:
            with peer, suppress(ConnectionError):
                while peer.receive() is not None:  # TimeoutError: not let go
                    pass
        run.found["silent peers let go after seconds"] = round(time.monotonic() - begin, 1)
        site.settle(SETTLE_SECONDS)


def full_disk(run: Run, _: argparse.Namespace) -> None:
    """The disk fills up while objects of 2 MB come; what was refused is sent again when there is room."""
    large = Supply(Template(packaged("MR2_UNCR.dcm")))
    folder = _folder(run, "full")
    with (
        small_disk(folder / "disk", RESERVE_BYTES + 2 * SEGMENT_BYTES + 24 * MIB) as disk,
        running_site(folder, home=disk.folder / "home") as site,
    ):
        study = large.study(3 * SEGMENT_BYTES // (2 * MIB))
        site.send(study)
        told = site.accounts.statuses(study)
        assert set(told) == {SUCCESS, OUT_OF_RESOURCES}, f"answers while the disk fills up: {told}"
        site.settle(SETTLE_SECONDS)
        disk.resize(3 * (RESERVE_BYTES + 4 * SEGMENT_BYTES))
        site.send(study)
        assert site.accounts.statuses(study) == {SUCCESS: len(study)}, "room again, and not all is taken"
        site.settle(SETTLE_SECONDS)
        run.found["disk full"] = {"refused at first": told[OUT_OF_RESOURCES], "of": len(study)}


def hostile(run: Run, chosen: argparse.Namespace) -> None:
    """Very many objects made to hurt."""
    answers: Counter[int] = Counter()
    with running_site(_folder(run, "hostile"), over_link=False) as site:
        assert site.node.process is not None
        objects = hostile_objects(run.random.randrange(1, 1 << 30))
        early = 0
        for at in rich.progress.track(range(0, chosen.objects, CHUNK), "hostile objects", console=_console()):
            some = list(islice(objects, min(CHUNK, chosen.objects - at)))
            site.send(some)
            answers += site.accounts.statuses(some)
            early = early or resources_of(site.node.process.pid).rss_kib
        late = resources_of(site.node.process.pid).rss_kib
        site.settle(SETTLE_SECONDS + chosen.objects / 20)
        assert -1 not in answers, f"{answers[-1]} objects were not answered"
        _assert_no_canary(site)
        run.found["hostile"] = {
            "answers": {f"0x{status:04X}": times for status, times in answers.items()},
            "RSS in MiB after the first and the last": [early >> 10, late >> 10],
        }


def _assert_no_canary(site: Site) -> None:
    assert CANARY not in site.node.output, "a hostile text is in the log"
    for path in site.home.rglob("*"):
        assert CANARY not in path.name, "a hostile text is in a file's name"
        if path.is_file() and not path.is_relative_to(site.home / "outbox"):
            assert CANARY.encode() not in path.read_bytes(), "a hostile text is in a file of the home"


PARTS: dict[str, Callable[[Run, argparse.Namespace], None]] = {
    "kills": kills,
    "outage": outage,
    "silence": silence,
    "full disk": full_disk,
    "hostile": hostile,
}


def _folder(run: Run, name: str) -> Path:
    made = run.folder / name
    made.mkdir()
    return made


def _console() -> rich.console.Console:
    return rich.console.Console(stderr=True)


if __name__ == "__main__":
    main()
