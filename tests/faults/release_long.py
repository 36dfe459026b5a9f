"""The long run: `python -m tests.faults.release_long [--interruptions 20] [--rounds 3] [--workers 1] [--json FILE]`.

A release is built undisturbed, and again with its worker killed; the first one is pulled while client, API and Orthanc
are killed at random moments. What is not the same ends the run with exit code 1. `--seed` repeats a run as far as
chance of the machine allows.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path
from random import Random, SystemRandom
from typing import Any

from tests.faults.release_kills import VICTIMS, pulled_under_kills
from tests.faults.release_site import MOST_KILLS, OF_THE_NUMBER, ReleaseSite, begun_files, read_back


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--interruptions", type=int, default=20, help="of the pull")
    options.add_argument("--rounds", type=int, default=3, help=f"releases whose worker is killed {MOST_KILLS} times")
    options.add_argument("--series", type=int, default=12)
    options.add_argument("--slices", type=int, default=40)
    options.add_argument("--workers", type=int, default=1, help="connections of the pull")
    options.add_argument("--seed", type=int, default=None)
    options.add_argument("--json", type=Path)
    chosen = options.parse_args()
    seed = SystemRandom().randrange(1 << 32) if chosen.seed is None else chosen.seed
    found: dict[str, Any] = {"seed": seed}
    with tempfile.TemporaryDirectory(prefix="osteon-release-faults-") as folder:
        try:
            _run(Path(folder), chosen, Random(seed), found)  # noqa: S311
        except AssertionError as error:
            found["wrong"] = str(error)
    text = json.dumps(found, indent=1)
    sys.stdout.write(text + "\n")
    if chosen.json:
        chosen.json.write_text(text + "\n")
    sys.exit(1 if "wrong" in found else 0)


def _run(folder: Path, chosen: argparse.Namespace, random: Random, found: dict[str, Any]) -> None:
    site = ReleaseSite(folder)
    try:
        site.fill(chosen.series, chosen.slices)
        first = site.built_undisturbed()
        wanted = site.listed(first)
        found["files"], found["bytes"] = len(wanted), sum(size for size, _ in wanted.values())
        for done in range(chosen.rounds):
            killed = site.listed(site.built_under_kills(MOST_KILLS, random))
            other = [path for path in wanted if path not in OF_THE_NUMBER and killed.get(path) != wanted[path]]
            assert not other, f"built otherwise under kills: {other[:5]}"
            assert killed.keys() == wanted.keys(), "other files under kills"
            found["built under kills"] = {"kills": MOST_KILLS * (done + 1), "files that differ": 0}
        site.start_api()
        victims = [random.choice(list(VICTIMS)) for _ in range(chosen.interruptions)]
        pulled = pulled_under_kills(site, first, folder / "bag", victims, random=random, workers=chosen.workers)
        wrong = [path for path, said in read_back(folder / "bag", list(wanted)).items() if said != wanted[path]]
        assert not wrong, f"pulled otherwise: {wrong[:5]}"
        assert not begun_files(folder / "bag"), "a beginning of a file was left"
        found["pulled"] = {
            "interruptions": pulled.kills,
            "bytes wrong": 0,
            "whole files fetched again": pulled.fetched_again,
            "most files begun at an interruption": pulled.most_begun,
        }
        assert pulled.fetched_again == 0, "files that were there were fetched again"
    finally:
        site.close()


if __name__ == "__main__":
    main()
