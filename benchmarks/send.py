"""Objects a second that `osteon send` gets out, beside DCMTK's storescu and pynetdicom's SCU, to the same receivers.

    python -m benchmarks.send [--objects 200] [--rounds 5] [--receiver storescp|door] [--json FILE]

The study is a CT of 512 x 512; the receivers are DCMTK's storescp, which ignores what it gets, and Osteon's own door.
Each sender is a process of its own, and sends one object, then all: what the first took is its start, and the rest
counts. A round begins with another sender each time.
storescu runs as it comes and without Nagle's algorithm (TCP_NODELAY=1).
"""

import argparse
import json
import math
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from benchmarks.door import AE_TITLE, Receiver, osteon, running, study

Figures = tuple[float, float, float]
"""Objects a second, the sender's processor time for each in milliseconds, and seconds to start."""

Rates = dict[tuple[str, str], list[Figures]]
Command = tuple[list[str], dict[str, str]]

LINKS = 5
"""To storescp every object goes so often: what a sender takes to start must not count."""

PYNETDICOM = """
import sys
from pathlib import Path
from pynetdicom import AE, _config
from pydicom.filereader import read_file_meta_info
_config.STORE_SEND_CHUNKED_DATASET = True
entity = AE(ae_title="BENCHMARK")
files = sorted(Path(sys.argv[1]).iterdir())
meta = read_file_meta_info(files[0])
entity.add_requested_context(meta.MediaStorageSOPClassUID, meta.TransferSyntaxUID)
entity.maximum_pdu_size, entity.dimse_timeout = 131072, 5
association = entity.associate("127.0.0.1", int(sys.argv[2]), ae_title="OSTEON", max_pdu=131072)
assert all(association.send_c_store(file).Status == 0 for file in files)
association.release()
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--objects", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--receiver", choices=RECEIVERS, action="append")
    parser.add_argument("--json", type=Path)
    chosen = parser.parse_args()
    rates: Rates = {}
    with tempfile.TemporaryDirectory(prefix=".benchmark-") as folder:
        files = study(Path(folder) / "study", chosen.objects)
        to_send = {"door": files, "storescp": linked(files, Path(folder) / "linked")}
        for number in range(chosen.rounds):
            first = number % len(SENDERS)
            for name in (*list(SENDERS)[first:], *list(SENDERS)[:first]):
                for receiver in chosen.receiver or RECEIVERS:
                    figures = measure(SENDERS[name], RECEIVERS[receiver], to_send[receiver])
                    if figures is None:
                        print(f"round {number + 1}: {name} did not get everything to {receiver}", flush=True)
                    else:
                        rates.setdefault((receiver, name), []).append(figures)
    show(rates)
    if chosen.json:
        rows = [{"receiver": r, "sender": s, "rate_cpu_ms_start_s": values} for (r, s), values in rates.items()]
        chosen.json.write_text(json.dumps(rows, indent=1) + "\n")


def linked(files: Sequence[Path], folder: Path) -> list[Path]:
    """Each file several times, for a receiver that does not care."""
    folder.mkdir()
    links = [folder / f"{number}-{file.name}" for number in range(LINKS) for file in files]
    for link in links:
        os.link(folder.parent / "study" / link.name.partition("-")[2], link)
    return links


def ignoring(_: Path, port: int) -> Receiver:
    return Receiver("DCMTK storescp --ignore", ("storescp", "--ignore", "-pdu", "131072", str(port)), {})


def measure(
    sender: Callable[[Path, int], Command], make: Callable[[Path, int], Receiver], files: Sequence[Path]
) -> Figures | None:
    """What it took; None when not every object was stored."""
    with tempfile.TemporaryDirectory(prefix=".benchmark-") as home:
        at_work: AbstractContextManager[tuple[str, int]] = running(make, Path(home), True)
        one = Path(home) / "one"
        one.mkdir()
        shutil.copy(files[0], one)
        with at_work as (_, port):
            start, used_to_start = run(sender(one, port), home) or (math.nan, math.nan)
            seconds, used = run(sender(files[0].parent, port), home) or (math.nan, math.nan)
    if math.isnan(start + seconds):
        return None
    more = len(files) - 1
    return more / (seconds - start), 1000 * (used - used_to_start) / more, start


def run(command: Command, home: str) -> tuple[float, float] | None:
    """Seconds, and processor seconds; None when it failed."""
    used, begin = cpu_seconds(), time.perf_counter()
    done = subprocess.run(
        command[0],
        env={**os.environ, "XDG_STATE_HOME": home, **command[1]},
        check=False,
        stdout=subprocess.DEVNULL,
    )
    return None if done.returncode else (time.perf_counter() - begin, cpu_seconds() - used)


def cpu_seconds() -> float:
    """Of the children that have ended: here the receiver still runs."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def ours(associations: int) -> Callable[[Path, int], Command]:
    def command(folder: Path, port: int) -> Command:
        arguments = [str(folder), "--to", f"{AE_TITLE}@127.0.0.1:{port}", "--associations", str(associations)]
        return [sys.executable, "-m", "osteon", "send", *arguments], {}

    return command


def storescu(nodelay: str) -> Callable[[Path, int], Command]:
    def command(folder: Path, port: int) -> Command:
        arguments = ["+sd", "-pdu", "131072", "-aec", AE_TITLE, "127.0.0.1", str(port), str(folder)]
        return ["storescu", *arguments], {"TCP_NODELAY": nodelay}

    return command


def by_pynetdicom(folder: Path, port: int) -> Command:
    return [sys.executable, "-c", PYNETDICOM, str(folder), str(port)], {}


SENDERS: dict[str, Callable[[Path, int], Command]] = {
    "DCMTK storescu": storescu("0"),
    "DCMTK storescu, TCP_NODELAY": storescu("1"),
    "pynetdicom": by_pynetdicom,
    "osteon send": ours(1),
    "osteon send, 2 associations": ours(2),
    "osteon send, 4 associations": ours(4),
}


RECEIVERS = {"storescp": ignoring, "door": osteon}


def show(rates: Rates) -> None:
    """A table, a row for each sender."""
    medians = {key: [statistics.median(one) for one in zip(*values, strict=True)] for key, values in rates.items()}
    receivers = list(dict.fromkeys(receiver for receiver, _ in medians))
    print(f"| sender | {' | '.join(f'to {receiver} | CPU | start' for receiver in receivers)} |")
    print("|---|" + "---|---|---|" * len(receivers))
    for sender in SENDERS:
        cells = []
        for receiver in receivers:
            rate, cpu, start = medians.get((receiver, sender), [math.nan] * 3)
            reference = medians[receiver, "DCMTK storescu, TCP_NODELAY"][0]
            cells.append(f"{rate:.0f} (×{rate / reference:.2f}) | {cpu:.1f} ms | {start:.1f} s")
        print(f"| {sender} | {' | '.join(cells)} |")
    print("objects a second, median; in brackets: multiples of storescu with TCP_NODELAY; CPU: the sender's, an object")


if __name__ == "__main__":
    main()
