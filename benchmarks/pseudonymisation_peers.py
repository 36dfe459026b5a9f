"""Osteon's pseudonymisation beside dicom-anonymizer, dicognito and deid: speed, leaks and SUV in one run.

    python -m benchmarks.pseudonymisation_peers [--rounds 5] [--slices 100] [--json FILE]

All tools get the same bytes and share one processor; a round is a new patient's series, given to one tool after the
other; the median of the rounds counts. The peers live in an environment of their own (.venv-peers), made on demand
from requirements/peers.txt.
"""

import argparse
import json
import os
import platform
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import pydicom

from benchmarks.peers_driver import TOOLS
from benchmarks.peers_inputs import (
    SIDE,
    carriers,
    each_of_another_patient,
    each_of_another_series,
    resized,
    series_of,
    write_series,
)
from benchmarks.peers_kept import kept_of
from benchmarks.peers_leaks import CARRIER, COUNTS, Planted
from benchmarks.peers_processes import ToolProcess
from benchmarks.peers_suv import suv_error
from tests.builders.real_files import packaged

Json = dict[str, Any]
Make = Callable[[list[bytes], int, int], Iterator[bytes]]

OURS = "osteon"
IN_MEMORY = "in_memory"
WAYS = {IN_MEMORY: "in memory", "file_to_file": "file to file"}
SERIES = "a series"
CASES: Mapping[str, Make] = {
    SERIES: series_of,
    "every object another series, with other elements": each_of_another_series,
    "every object another patient's": each_of_another_patient,
}
SIDES = (128, SIDE, 1024)
REPEATS = 200


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pseudonymisation_peers", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--rounds", type=int, default=5, help="how often everything is timed (default 5)")
    parser.add_argument("--slices", type=int, default=100, help="images of 512 × 512 in a series (default 100)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything that was measured there")
    options = parser.parse_args()
    warnings.filterwarnings("ignore", category=UserWarning, module="pydicom")  # of values planted on purpose
    measured = measure(options.rounds, options.slices)
    print(table(measured))
    if options.json:
        options.json.write_text(json.dumps(measured, indent=1, ensure_ascii=False) + "\n", "utf-8")


def measure(rounds: int, slices: int) -> Json:
    cpu = min(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory(prefix="osteon-peers-") as name, ExitStack() as stack:
        folder = Path(name)
        tools = [stack.enter_context(ToolProcess(tool, cpu)) for tool in TOOLS]
        ours = tools[0]
        source, images = carriers()
        objects = Planted(folder / "planted")
        return {
            "when": f"{datetime.now(UTC):%Y-%m-%d}",
            "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
            "pydicom": pydicom.__version__,
            "images": f"{slices} CT, {SIDE} × {SIDE}, {source}",
            "rounds": rounds,
            "places": COUNTS,
            "files_per_second": {
                case: timed(tools if case == SERIES else [ours], make, Lot(images, slices, rounds, folder / case))
                for case, make in CASES.items()
            },
            "plain_copies_per_second": plain_copies(ours, Lot(images, slices, rounds, folder / "copies")),
            "milliseconds_by_side": header_milliseconds(ours, next(series_of(images, 1, 0)), folder),
            "tools": {
                tool.name: {
                    "version": tool.version,
                    "leaks": asdict(objects.leaks_of(tool)),
                    "kept": asdict(kept_of(tool, packaged(CARRIER), folder)),
                    "suv": suv_error(tool, folder),
                }
                for tool in tools
            },
        }


@dataclass(frozen=True, slots=True)
class Lot:
    """How much to time."""

    images: list[bytes]
    slices: int
    rounds: int
    folder: Path


def timed(tools: Sequence[ToolProcess], make: Make, lot: Lot) -> Json:
    """Files per second of each tool, both ways, as the median of the rounds; one more before them is for warming up.

    Every round and way has patients of its own, so that a tool that remembers what it saw gains nothing by it. In
    each round another tool is the first.
    """
    seconds: dict[tuple[str, str], list[float]] = {(tool.name, way): [] for tool in tools for way in WAYS}
    for number in range(lot.rounds + 1):
        first = number % len(tools)
        for part, way in enumerate(WAYS):
            files = write_series(lot.folder, make(lot.images, lot.slices, 1 + len(WAYS) * number + part))
            for tool in (*tools[first:], *tools[:first]):
                seconds[tool.name, way].append(_timed(tool, way, files))
            shutil.rmtree(files)
    return {tool.name: {way: lot.slices / median(seconds[tool.name, way][1:]) for way in WAYS} for tool in tools}


def header_milliseconds(ours: ToolProcess, image: bytes, folder: Path) -> Json:
    """How long our header work takes for images of different sizes."""
    found = {}
    for side in SIDES:
        path = folder / f"side{side}.dcm"
        path.write_bytes(resized(image, side))
        found[str(side)] = ours("header", source=path, times=REPEATS)["milliseconds"]
    return found


def _timed(tool: ToolProcess, way: str, files: Path) -> float:
    if way == IN_MEMORY:
        return float(tool(way, folder=files)["seconds"])
    target = files.with_name("made")
    target.mkdir()
    os.sync()  # nobody is to wait for the disk because of what was written before
    seconds = float(tool(way, folder=files, target=target)["seconds"])
    shutil.rmtree(target)
    return seconds


def plain_copies(ours: ToolProcess, lot: Lot) -> float:
    """Files per second that are read and written without anything done to them."""
    files = write_series(lot.folder, series_of(lot.images, lot.slices, 0))
    return lot.slices / median(_timed(ours, "copy", files) for _ in range(lot.rounds))


def table(measured: Json) -> str:
    """Markdown, as in docs/comparison.md."""
    speeds = measured["files_per_second"]
    return "\n\n".join(
        (
            f"{measured['when']}, {measured['machine']}, pydicom {measured['pydicom']}; {measured['images']}; "
            f"median of {measured['rounds']} rounds",
            _speed_table(measured["tools"], speeds[SERIES]),
            f"Reading and writing the files alone: {measured['plain_copies_per_second']:.0f} files/s.",
            _leak_table(measured["tools"], measured["places"]),
            _kept_table(measured["tools"]),
            _markdown(
                ("Osteon, where", *(f"{way}, files/s" for way in WAYS.values())),
                [(case, *(f"{speeds[case][OURS][way]:.0f}" for way in WAYS)) for case in speeds],
            ),
            _markdown(
                ("Osteon, image of", "work on the header, ms"),
                [(f"{side} × {side}", f"{spent:.3f}") for side, spent in measured["milliseconds_by_side"].items()],
            ),
        )
    )


def _speed_table(tools: Json, speeds: Json) -> str:
    head = ["tool", *(f"{way}, files/s" for way in WAYS.values()), *(f"Osteon / tool, {way}" for way in WAYS.values())]
    rows = [
        (
            f"{name} {tool['version']}",
            *(f"{speeds[name][way]:.0f}" for way in WAYS),
            *(f"{speeds[OURS][way] / speeds[name][way]:.1f}" for way in WAYS),
        )
        for name, tool in tools.items()
    ]
    return _markdown(head, rows)


def _leak_table(tools: Json, places: Json) -> str:
    head = (
        "tool",
        f"identifiers left, of {places['identifiers']}, each in an object of its own",
        f"UIDs left, of {places['UIDs']}, likewise",
        "all in one object",
        f"let through, of {places['uncleanable objects']} objects that cannot be cleaned",
        "PET: error of the SUV factor",
    )
    rows = [
        (name, _alone(leaks), str(leaks["alone_uids"]), _together(leaks), str(leaks["uncleanable"]), tool["suv"])
        for name, tool in tools.items()
        for leaks in [tool["leaks"]]
    ]
    return _markdown(head, rows)


def _alone(leaks: Json) -> str:
    return f"{leaks['alone']}, and {leaks['errors']} objects not written" if leaks["errors"] else str(leaks["alone"])


def _together(leaks: Json) -> str:
    return (
        f"not written ({leaks['error']})" if leaks["error"] else f"{leaks['together']} + {leaks['together_uids']} left"
    )


def _kept_table(tools: Json) -> str:
    any_tool = next(iter(tools.values()))["kept"]
    head = (
        "tool",
        *(
            f"{kind} elements, of {any_tool[kind]}: {fate}"
            for kind in ("standard", "private")
            for fate in ("unchanged", "changed")
        ),
    )
    fates = ("standard_unchanged", "standard_changed", "private_unchanged", "private_changed")
    return _markdown(head, [(name, *(str(tool["kept"][fate]) for fate in fates)) for name, tool in tools.items()])


def _markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows))


if __name__ == "__main__":
    main()
