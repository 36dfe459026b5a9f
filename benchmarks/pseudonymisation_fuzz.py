"""Broken files without end through the engine: `python -m benchmarks.pseudonymisation_fuzz --seconds 600 [--json]`.

Real files of an invented person are damaged in every way that `tests.builders.broken_files` knows, first one after the
other, then by chance. Each goes through a fresh engine and through one that has a plan for its series. Whatever is not
refused must be readable, name nobody and be the same both ways. Exit code 1 when something was wrong.
"""

import argparse
import json
import logging
import resource
import sys
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from itertools import chain, count
from pathlib import Path
from random import Random

from pydicom.uid import DeflatedExplicitVRLittleEndian

from dicom_node.pseudonymisation.engine import Engine
from tests.builders.broken_files import (
    PIXEL_DATA,
    Taken,
    damaged,
    flipped,
    in_syntax,
    rearranged,
    sibling,
    taken,
    truncated,
    with_false_lengths,
    with_other_vrs,
)
from tests.builders.datasets import WHO, Outcome, complaints, new_engine, outcome
from tests.builders.identities import found_in, identified
from tests.builders.real_files import packaged

SOURCES = {
    "explicit": "MR_small.dcm",
    "implicit": "MR_small_implicit.dcm",
    "big endian": "MR_small_bigendian.dcm",
    "deflated": "MR_small.dcm",
    "RLE": "MR_small_RLE.dcm",
    "private groups": "CT_small.dcm",
    "multi-frame": "emri_small.dcm",
    "compressed multi-frame": "emri_small_jpeg_2k_lossless.dcm",
}
SLOW_SECONDS = 2.0
LARGEST_GROWTH_MB = 200
ROUND = 25
"""Files of one source before it is the next one's turn."""


@dataclass(slots=True)
class Tally:
    """What became of the files so far."""

    files: int = 0
    refused: int = 0
    passed: int = 0
    wrong: Counter[str] = field(default_factory=Counter)
    slowest_seconds: float = 0.0
    growth_mb: float = 0.0


@dataclass(slots=True)
class Target:
    """One source, and the damages that it has yet to suffer."""

    file: bytes
    damages: Iterator[tuple[str, bytes]]
    warm: Engine


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=60)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--json", action="store_true")
    options.add_argument("--keep", type=Path, help="folder for the files that something was wrong with")
    chosen = options.parse_args()
    warnings.simplefilter("ignore")  # of pydicom, at the values in what is read back
    logging.getLogger("pydicom").setLevel(logging.ERROR)
    tally = run(chosen.seconds, chosen.seed, chosen.keep)
    print(json.dumps(asdict(tally)) if chosen.json else table(tally))
    sys.exit(1 if tally.wrong else 0)


def run(seconds: float, seed: int, keep: Path | None) -> Tally:
    targets = [target(name, seed) for name in SOURCES]
    tally, before, end = Tally(), peak_mb(), time.monotonic() + seconds
    for one in chain.from_iterable(targets for _ in count()):
        for _ in range(ROUND):
            if time.monotonic() > end:
                return tally
            label, file = next(one.damages)
            wrong = judge(one, file, tally)
            for complaint in wrong:
                tally.wrong[complaint] += 1
                if keep is not None and tally.wrong[complaint] == 1:
                    keep.mkdir(parents=True, exist_ok=True)
                    (keep / f"{len(tally.wrong)}.dcm").write_bytes(file)
                    print(f"{len(tally.wrong)}.dcm: {complaint} ({label})", file=sys.stderr)
        tally.growth_mb = peak_mb() - before
        if tally.growth_mb > LARGEST_GROWTH_MB:
            tally.wrong["memory grows"] += 1
    raise AssertionError("damages without end ended")


def judge(one: Target, file: bytes, tally: Tally) -> list[str]:
    """What is wrong with what became of a file."""
    started = time.process_time()
    fresh = attempted(new_engine(), file)
    took = time.process_time() - started
    tally.files += 1
    tally.slowest_seconds = max(tally.slowest_seconds, took)
    wrong = ["slow"] if took > SLOW_SECONDS else []
    if isinstance(fresh, str):
        return [*wrong, fresh]
    if attempted(one.warm, file) != fresh:
        wrong.append("the plan has another result")
        one.warm = warmed(one.file)
    if fresh.refusal:
        tally.refused += 1
        return [*wrong, "the refusal names somebody"] if found_in(fresh.refusal.encode(), WHO) else wrong
    tally.passed += 1
    return wrong + complaints(fresh.file)


def attempted(engine: Engine, file: bytes) -> Outcome | str:
    try:
        return outcome(engine, file)
    except Exception as error:  # noqa: BLE001 - none may escape: whichever does is counted
        return f"{type(error).__name__} escapes"


def target(name: str, seed: int) -> Target:
    file = packaged(SOURCES[name]).read_bytes()
    file = identified(in_syntax(file, DeflatedExplicitVRLittleEndian) if name == "deflated" else file, WHO)
    return Target(file, damages(taken(file), Random(f"{seed} {name}")), warmed(file))  # noqa: S311 - a seed for each


def warmed(file: bytes) -> Engine:
    """An engine that has a plan for the series of a file."""
    engine = new_engine()
    for number in (3, 4):
        assert not outcome(engine, sibling(file, number)).refusal
    return engine


def damages(source: Taken, random: Random) -> Iterator[tuple[str, bytes]]:
    yield from truncated(source)
    yield from with_false_lengths(source)
    yield from with_other_vrs(source, random, 5)
    yield from rearranged(source)
    header = source.body[: source.spot(PIXEL_DATA).value]
    while True:
        yield damaged(source, random)
        where, changed = flipped(bytes(132) + header, random)
        yield where, source.file(changed[132:] + source.body[len(header) :])


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def table(tally: Tally) -> str:
    rows = [
        ("files", f"{tally.files}"),
        ("refused", f"{tally.refused}"),
        ("passed, read back, nobody named", f"{tally.passed}"),
        ("slowest, fresh engine", f"{tally.slowest_seconds * 1000:.0f} ms"),
        ("memory grown by", f"{tally.growth_mb:.0f} MB"),
        *((f"WRONG: {complaint}", f"{times}") for complaint, times in tally.wrong.most_common()),
    ]
    return "\n".join(f"{name:48} {value:>12}" for name, value in rows)


if __name__ == "__main__":
    main()
