"""Microseconds for each score, grade and rule, in process.

    python -m benchmarks.scores [--rounds 7] [--calls 200] [--json FILE]

Each is asked with its first value for every item, with nothing known (all completions are looked at), and with every
second item. Asked for: under 1 ms a score. Exit code 1 where a median of a score is above.
"""

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from lesion_model.description import Item, ItemKind, Kind
from lesion_model.descriptions import DESCRIPTIONS
from lesion_model.errors import ItemsError
from lesion_model.instruments import CALCULATORS
from lesion_model.rules.catalogue import BY_NAME

LIMIT_MICROSECONDS = 1000.0
PER_SECOND = 1_000_000

Ask = Callable[[Mapping[str, object]], object]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--calls", type=int, default=200)
    parser.add_argument("--json", type=Path)
    chosen = parser.parse_args()
    rows = []
    print("| instrument | all known, µs | every second | nothing known |")
    print("|---|---|---|---|")
    for name, described in DESCRIPTIONS.items():
        ask: Ask = CALCULATORS[name].calculate if described.kind is Kind.SCORE else BY_NAME[name].decide
        items = {item.name: entry(item) for item in described.items if item.stands_in_for is None}
        some = dict(list(items.items())[::2])
        row = {"instrument": name, "kind": described.kind.value}
        medians = [median_of(ask, each, chosen.rounds, chosen.calls) for each in (items, some, {})]
        print(f"| {name} | {' | '.join('-' if each is None else f'{each:.0f}' for each in medians)} |", flush=True)
        rows.append(row | dict(zip(("known", "some", "nothing"), medians, strict=True)))
    if chosen.json:
        chosen.json.write_text(json.dumps(rows, indent=1) + "\n")
    slow = [row["instrument"] for row in rows if row["kind"] == "score" and is_slow(row)]
    sys.exit(f"above 1 ms: {', '.join(map(str, slow))}" if slow else 0)


def is_slow(row: Mapping[str, object]) -> bool:
    return any(isinstance(value, float) and value > LIMIT_MICROSECONDS for value in row.values())


def entry(item: Item) -> object:
    match item.kind:
        case ItemKind.CHOICE:
            return item.values[0].value
        case ItemKind.YES_NO:
            return True
        case ItemKind.DAY:
            return "2024-02-29"
        case _:
            return item.minimum


def median_of(ask: Ask, items: Mapping[str, object], rounds: int, calls: int) -> float | None:
    """Median of the rounds' means; None where these values contradict each other."""
    try:
        ask(items)
    except ItemsError:
        return None
    means = []
    for _ in range(rounds):
        begin = time.perf_counter()
        for _ in range(calls):
            ask(items)
        means.append((time.perf_counter() - begin) / calls * PER_SECOND)
    return statistics.median(means)


if __name__ == "__main__":
    main()
