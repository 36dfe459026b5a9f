"""Whether the endpoints tell the truth: simulated registries whose survival, incidence and mean counts are known.

    python -m benchmarks.endpoints_truth [--replicates 200] [--patients 5000] [--processes 2] [--json FILE]

For each figure: the truth, the mean of the estimates with its distance from the truth in standard errors of that mean,
and the share of 95 % intervals that hold the truth. Beside it, what one minus Kaplan-Meier with deaths censored would
have said. Exit code 1 where an estimate is off by more than four standard errors, where the intervals of all figures
together hold the truth in fewer than 93 % or more than 97 %, or those of one in a share that chance gives once in
1,000 times.
"""

import argparse
import json
import math
import statistics
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from annotation.endpoints.checking import dossiers
from annotation.endpoints.competing import CAUSE, CENSORED, Spell
from annotation.endpoints.estimates import years
from annotation.endpoints.follow_up import Cohort, cohort
from annotation.endpoints.measures import Measure, Unit
from annotation.endpoints.study import endpoints, first_recurrences
from annotation.endpoints.survival import survival
from tests.survival_truth import LOCK, simulated, truth

FAR, ONE_IN_1000 = 4.0, 3.29
LOWEST, HIGHEST, NOMINAL = 0.93, 0.97, 0.95
JUDGED = (
    Measure.ALIVE,
    Measure.WITHOUT_RECURRENCE,
    Measure.RECURRENCE_FREE,
    Measure.INCIDENCE,
    Measure.DEATH_FIRST,
    Measure.MEAN_COUNTED,
)
Found = dict[tuple[Measure, int], tuple[float, float | None, float | None]]


def main() -> None:
    """Simulate, estimate, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--replicates", type=int, default=200)
    parser.add_argument("--patients", type=int, default=5000)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--json", type=Path)
    chosen = parser.parse_args()
    begin = time.perf_counter()
    with ProcessPoolExecutor(chosen.processes) as pool:
        found = list(pool.map(partial(replicate, chosen.patients), range(chosen.replicates), chunksize=5))
    rows = judged([each for each, _ in found])
    print_rows(rows)
    naive = statistics.mean(each for _, each in found)
    right = 1 - truth(Measure.WITHOUT_RECURRENCE, years(1))
    print(f"\n1 - Kaplan-Meier with deaths censored, one year: {naive:.2%} recurred; the truth is {right:.2%}")
    whole = statistics.mean(row["coverage"] for row in rows)
    print(f"coverage of all figures together: {whole:.2%}; {time.perf_counter() - begin:.0f} s")
    if chosen.json:
        chosen.json.write_text(json.dumps({"rows": rows, "coverage": whole, "naive": naive}, indent=1) + "\n")
    sys.exit(1 if wrong(rows, whole, chosen.replicates) else 0)


def replicate(patients: int, seed: int) -> tuple[Found, float]:
    """The figures of one registry, and the share of recurrences that the wrong method gives."""
    seen = cohort(dossiers(simulated(patients, seed)), LOCK)
    figures: Found = {}
    for each in endpoints(seen, curves=False).estimates:
        if each.measure in JUDGED and each.horizon is not None and each.estimate.value is not None:
            scale = 100 if each.measure.defined.unit is Unit.PERCENT else 1
            low, high = (None if bound is None else bound / scale for bound in (each.estimate.low, each.estimate.high))
            figures[(each.measure, each.horizon)] = (each.estimate.value / scale, low, high)
    return figures, deaths_censored(seen)


def deaths_censored(seen: Cohort) -> float:
    """One minus Kaplan-Meier of recurrence, deaths censored: what must not be done."""
    spells = [
        Spell(entry=each.entry, exit=each.exit, outcome=CAUSE if each.outcome == CAUSE else CENSORED)
        for each in first_recurrences(seen.followed)
    ]
    value = survival(spells).at(years(1)).value
    assert value is not None
    return 1 - value


def judged(found: Sequence[Found]) -> list[dict[str, Any]]:
    """One row for each figure that every replicate has."""
    rows = []
    for measure, day in found[0]:
        true = truth(measure, day)
        values = [each[(measure, day)] for each in found if (measure, day) in each]
        estimates = [value for value, _, _ in values]
        error = statistics.stdev(estimates) / math.sqrt(len(estimates))
        held = [low is not None and high is not None and low <= true <= high for _, low, high in values]
        rows.append(
            {
                "measure": measure.value,
                "day": day,
                "truth": true,
                "mean": statistics.mean(estimates),
                "off_by_errors": (statistics.mean(estimates) - true) / error,
                "sampling_error": statistics.stdev(estimates),
                "coverage": sum(held) / len(found),
            }
        )
    return rows


def wrong(rows: Sequence[dict[str, Any]], whole: float, replicates: int) -> bool:
    """Whether one of the limits that are named above is passed."""
    by_chance = ONE_IN_1000 * math.sqrt(NOMINAL * (1 - NOMINAL) / replicates)
    return not LOWEST <= whole <= HIGHEST or any(
        abs(row["off_by_errors"]) > FAR or abs(row["coverage"] - NOMINAL) > by_chance for row in rows
    )


def print_rows(rows: Sequence[dict[str, Any]]) -> None:
    print("| figure | day | truth | mean estimate | off by (errors) | sampling error | coverage |")
    print("|---|---|---|---|---|---|---|")
    for row in rows:
        off = f"{row['off_by_errors']:+.1f}"
        print(
            f"| {row['measure']} | {row['day']} | {row['truth']:.4f} | {row['mean']:.4f} | {off} |"
            f" {row['sampling_error']:.4f} | {row['coverage']:.1%} |"
        )


if __name__ == "__main__":
    main()
