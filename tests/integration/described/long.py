"""Many requests of everything that the API describes: `python -m tests.integration.described.long --examples 200`."""

import argparse
import sys
import tempfile
from pathlib import Path

from storage.database import migrate_registry
from tests.integration.described.asking import Findings, ask, operations_of
from tests.integration.described.furnished import furnished


def main() -> None:
    """Print what is not as described; exit code 1 when anything is not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=200, help="requests of each operation, each by everybody")
    parser.add_argument("--start", type=int, default=1, help="where chance begins: the same again with the same")
    chosen = parser.parse_args()
    findings = Findings()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        migrated = folder / "migrated.sqlite"
        migrate_registry(f"sqlite:///{migrated}")
        (folder / "work").mkdir()
        with furnished(migrated, folder / "work") as everything:
            for operation in operations_of(everything):
                ask(everything, operation, findings, examples=chosen.examples, start=chosen.start)
    operations = {label for label, _ in findings.answered}
    sys.stdout.write(f"{sum(findings.answered.values())} answers of {len(operations)} operations\n")
    for wrong in findings.wrong.values():
        sys.stdout.write(f"\n{wrong.operation} asked by {wrong.asker}: {wrong.what}\n{wrong.request}\n")
        sys.stdout.write(f"{wrong.status} {wrong.answer}\n")
    sys.exit(1 if findings.wrong else 0)


if __name__ == "__main__":
    main()
