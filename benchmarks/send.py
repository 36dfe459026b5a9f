"""Objects a second that `osteon send` gets out, beside DCMTK's storescu and pynetdicom's SCU, to the same receivers.

    python -m benchmarks.send [--objects 200] [--rounds 5] [--json FILE]

The study is a CT of 512 x 512; the receivers are DCMTK's storescp, which ignores what it gets, and Osteon's own door.
Each sender is a process of its own and is timed from its start to its end; a round begins with another one each time.
storescu runs as it comes and without Nagle's algorithm (TCP_NODELAY=1).
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from benchmarks.door import AE_TITLE, Receiver, osteon, running, study

Command = tuple[list[str], dict[str, str]]

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
entity.maximum_pdu_size = 131072
association = entity.associate("127.0.0.1", int(sys.argv[2]), ae_title="OSTEON", max_pdu=131072)
assert all(association.send_c_store(file).Status == 0 for file in files)
association.release()
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--objects", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path)
    chosen = parser.parse_args()
    rates: dict[tuple[str, str], list[float]] = {}
    with tempfile.TemporaryDirectory(prefix=".benchmark-") as folder:
        files = study(Path(folder) / "study", chosen.objects)
        for number in range(chosen.rounds):
            first = number % len(SENDERS)
            for name in (*list(SENDERS)[first:], *list(SENDERS)[:first]):
                for make in (ignoring, osteon):
                    receiver, rate = measure(SENDERS[name], make, files)
                    rates.setdefault((receiver, name), []).append(rate)
    show(rates)
    if chosen.json:
        rows = [{"receiver": r, "sender": s, "objects_per_second": values} for (r, s), values in rates.items()]
        chosen.json.write_text(json.dumps(rows, indent=1) + "\n")


def ignoring(_: Path, port: int) -> Receiver:
    return Receiver("DCMTK storescp --ignore", ("storescp", "--ignore", "-pdu", "131072", str(port)), {})


def measure(
    sender: Callable[[Path, int], Command], make: Callable[[Path, int], Receiver], files: Sequence[Path]
) -> tuple[str, float]:
    """The receiver's name, and objects a second."""
    with tempfile.TemporaryDirectory(prefix=".benchmark-") as home:
        at_work: AbstractContextManager[tuple[str, int]] = running(make, Path(home), True)
        with at_work as (name, port):
            command, environment = sender(files[0].parent, port)
            begin = time.perf_counter()
            subprocess.run(
                command,
                env={**os.environ, "XDG_STATE_HOME": home, **environment},
                check=True,
                stdout=subprocess.DEVNULL,
            )
            return name, len(files) / (time.perf_counter() - begin)


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


def show(rates: dict[tuple[str, str], list[float]]) -> None:
    """A table, a row for each sender."""
    medians = {key: statistics.median(values) for key, values in rates.items()}
    receivers = list(dict.fromkeys(receiver for receiver, _ in medians))
    print(f"| sender | {' | '.join(f'to {receiver}' for receiver in receivers)} |")
    print("|---|" + "---|" * len(receivers))
    for sender in SENDERS:
        cells = []
        for receiver in receivers:
            rate, reference = medians[receiver, sender], medians[receiver, "DCMTK storescu, TCP_NODELAY"]
            cells.append(f"{rate:.0f} (×{rate / reference:.2f})")
        print(f"| {sender} | {' | '.join(cells)} |")
    print("objects a second, median; in brackets: as a multiple of storescu with TCP_NODELAY")


if __name__ == "__main__":
    main()
