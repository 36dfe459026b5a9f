"""One CT series as NIfTI: ours beside dcm2niix, `.nii` and `.nii.gz`, in one run.

    python -m benchmarks.nifti [--slices 400] [--rounds 5] [--profile] [--json FILE]

512 × 512, 16 bits: the slices of a real CT one after the other, until there are enough, each at a place of its own.
Files are in the page cache. Ours is timed in a process that has converted before, as those that build releases have;
dcm2niix is a process for each series. Ours writes its sidecar too, dcm2niix none (`-b n`). `.nii.gz` is dcm2niix's
`-1`, with the compressor that it has built in (`-z i`). Rounds alternate; medians are printed, of the time on the
clock, in which ours uses all cores, and of that of the processors, which other work on the machine changes little.
"""

import argparse
import cProfile
import json
import pstats
import resource
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pydicom
from pydicom.uid import UID, ExplicitVRLittleEndian

from annotation.nifti.conversion import convert
from tests.builders.programs import program
from tests.builders.real_files import GE_CT, REPOSITORY, SHARED_DATA, packaged

MB = 1e6
DISTANCE_MM = 2.0
SHOWN = 25


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--slices", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--profile", action="store_true", help="where ours spends its time, instead")
    parser.add_argument("--json", type=Path)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=REPOSITORY, prefix=".benchmark-") as name:
        folder = Path(name)
        files = series(folder / "dicom", chosen.slices)
        if chosen.profile:
            profiled(files, folder)
            return
        found = measured(files, folder, chosen.rounds)
    for what, value in found.items():
        print(f"{what:36} {value:,.2f}")
    if chosen.json:
        chosen.json.write_text(json.dumps(found, indent=1) + "\n")


def series(folder: Path, slices: int) -> list[Path]:
    """Files of one regular stack."""
    folder.mkdir()
    real = sorted((SHARED_DATA / GE_CT).glob("*.dcm"))
    templates = [pydicom.dcmread(path) for path in real] or [pydicom.dcmread(packaged("693_UNCR.dcm"))]
    files = []
    for number in range(slices):
        dataset = templates[number % len(templates)]
        dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = UID(f"2.25.77.{number + 1}")
        dataset.SeriesInstanceUID, dataset.InstanceNumber = "2.25.77", number + 1
        dataset.ImagePositionPatient = [-250, -250, number * DISTANCE_MM]
        dataset.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
        dataset.SliceLocation = number * DISTANCE_MM
        dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        path = folder / f"{number:04}.dcm"
        dataset.save_as(path, enforce_file_format=True)
        files.append(path)
    return files


def measured(files: list[Path], folder: Path, rounds: int) -> dict[str, float]:
    """Seconds of each, and how many times as fast ours is."""
    dicom = files[0].parent
    ways: dict[str, Callable[[Path], object]] = {
        "ours .nii": lambda out: convert(files, out / "ours.nii"),
        "dcm2niix .nii": lambda out: peer(dicom, out, "-z", "n"),
        "ours .nii.gz": lambda out: convert(files, out / "ours.nii.gz"),
        "dcm2niix .nii.gz": lambda out: peer(dicom, out, "-z", "i", "-1"),
    }
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    processors: dict[str, list[float]] = {name: [] for name in ways}
    sizes: dict[str, float] = {}
    for counts in [False] + [True] * rounds:
        for name, way in ways.items():
            out = folder / "out"
            out.mkdir()
            begin, busy = time.perf_counter(), processor_seconds()
            way(out)
            if counts:
                seconds[name].append(time.perf_counter() - begin)
                processors[name].append(processor_seconds() - busy)
            sizes[name] = sum(path.stat().st_size for path in out.glob("*.nii*")) / MB
            shutil.rmtree(out)
    found = {f"{name}, s": statistics.median(each) for name, each in seconds.items()}
    found |= {f"{name}, processor s": statistics.median(each) for name, each in processors.items()}
    for ending in (".nii", ".nii.gz"):
        for unit in ("s", "processor s"):
            ratio = found[f"dcm2niix {ending}, {unit}"] / found[f"ours {ending}, {unit}"]
            found[f"ours / dcm2niix {ending}, by {unit}"] = ratio
    return found | {f"{name}, MB": size for name, size in sizes.items()}


def processor_seconds() -> float:
    """Of all threads of this process, and of processes that have ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def peer(dicom: Path, out: Path, *how: str) -> None:
    command = [program("dcm2niix"), "-b", "n", *how, "-o", str(out), "-f", "peer", str(dicom)]
    subprocess.run(command, check=True, capture_output=True)


def profiled(files: list[Path], folder: Path) -> None:
    """Of the calling thread; what compresses has threads of its own."""
    for ending in (".nii", ".nii.gz"):
        convert(files, folder / f"first{ending}")
        with cProfile.Profile() as profile:
            convert(files, folder / f"again{ending}")
        print(ending)
        pstats.Stats(profile).sort_stats("tottime").print_stats(SHOWN)


if __name__ == "__main__":
    main()
