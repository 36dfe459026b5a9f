"""A million UIDs through the keyed map: `python -m benchmarks.uid_collisions [--uids N] [--json]`.

Source UIDs have the shapes that equipment and archives give them: a root, serial numbers, dates and counters. Counted
are collisions, replacements that are no UID (PS3.5 9.1) and replacements that equal a source. Exit code 1 when not 0.
"""

import argparse
import hashlib
import json
import re
import sys
import time
import uuid
from collections.abc import Iterator
from itertools import cycle, islice
from random import Random

from dicom_node.uids import UidMap, is_uid

UIDS = 1_000_000
KEY = hashlib.sha256(b"a key for measuring").digest()
LONGEST = 64
VALID = re.compile(r"(?:0|[1-9][0-9]*)(?:\.(?:0|[1-9][0-9]*))+")
"""PS3.5 9.1: components of digits, none with a leading zero."""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--uids", type=int, default=UIDS)
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args()
    found = measure(chosen.uids)
    print(json.dumps(found) if chosen.json else table(found))
    sys.exit(1 if found["collisions"] or found["invalid"] or found["equal to a source"] else 0)


def measure(how_many: int) -> dict[str, float]:
    sources = set(islice(source_uids(Random(7)), how_many))  # noqa: S311 - the same UIDs every time
    while len(sources) < how_many:  # the generator may repeat itself
        sources.update(islice(source_uids(Random(len(sources))), how_many - len(sources)))  # noqa: S311
    assert all(map(is_uid, sources))
    map_uid = UidMap(KEY)
    started = time.perf_counter()
    replaced = list(map(map_uid, sources))
    seconds = time.perf_counter() - started
    return {
        "source UIDs": len(sources),
        "collisions": len(replaced) - len(set(replaced)),
        "invalid": sum(len(uid) > LONGEST or VALID.fullmatch(uid) is None for uid in replaced),
        "equal to a source": len(sources.intersection(replaced)),
        "longest": max(map(len, replaced)),
        "microseconds each": round(seconds / len(sources) * 1e6, 2),
    }


def source_uids(random: Random) -> Iterator[str]:
    """Study, series and instance UIDs as GE, Siemens, Philips, Toshiba, toolkits and archives make them."""
    for number, shape in enumerate(cycle(range(6))):
        day = f"20{random.randrange(5, 27):02d}{random.randrange(1, 13):02d}{random.randrange(1, 29):02d}"
        clock = f"{random.randrange(24):02d}{random.randrange(60):02d}{random.randrange(60):02d}"
        serial, process = random.randrange(10_000, 99_999), random.randrange(1, 30_000)
        yield (
            f"1.2.840.113619.2.{random.randrange(1, 400)}.{serial}.{process}.{day[4:]}.{number}",
            f"1.3.12.2.1107.5.1.4.{serial}.30000{day[2:]}{clock}{process:05d}{number:08d}",
            f"1.3.46.670589.33.1.{random.getrandbits(62)}.{random.getrandbits(31)}.{number}",
            f"1.2.392.200036.9116.2.6.1.{serial}.{process}.{day}{clock}.{number}",
            f"1.2.276.0.7230010.3.1.4.{random.getrandbits(32)}.{process}.{random.getrandbits(31)}.{number}",
            f"2.25.{uuid.UUID(int=random.getrandbits(128), version=4).int}",
        )[shape]


def table(found: dict[str, float]) -> str:
    return "\n".join(f"{name:24} {value:>12}" for name, value in found.items())


if __name__ == "__main__":
    main()
