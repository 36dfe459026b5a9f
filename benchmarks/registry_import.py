"""What importing clinical records costs: a REDCap file of new patients with hospital numbers, by the command line.

    python -m benchmarks.registry_import [--rows 10000 100000] [--json FILE]

Of every 20 rows: a patient, two presentations with a text, twelve samples, three treatments, two events. Each import is
a process of its own on a new home with SQLite; told are its processor seconds (its own and the system's), the time on
the clock, and the most memory that it held. Exit code 1 where an import is refused, or keeps another number of entries.
"""

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path

from annotation.registry.exchange import redcap_records

ROWS_OF_A_PATIENT = 20
FIRST_DAY = date(2018, 1, 1)
NUMBER_OF_THE_FIRST = 8_000_000_000
KIB_IN_MB = 1000 * 1000 / 1024
Row = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Of one import. `processor` and `clock` in seconds, `memory` in MB at its height, `file` in MB."""

    rows: int
    processor: float
    clock: float
    memory: float
    file: float


def rows_of(patient: int) -> Iterator[Row]:
    """In the order of an export: the patient's own form first."""
    start = FIRST_DAY + timedelta(days=patient % 1500)
    number = str(NUMBER_OF_THE_FIRST + patient * 7919)

    def row(form: str, instance: int, **values: str) -> Row:
        repeated = (
            {} if form == "patient" else {"redcap_repeat_instrument": form, "redcap_repeat_instance": str(instance)}
        )
        return {"record_id": number, f"{form}_complete": "2"} | repeated | values

    def day(after: int) -> str:
        return (start + timedelta(days=after)).isoformat()

    yield row(
        "patient", 1, sex="F" if patient % 2 else "M", birth_month=f"19{30 + patient % 50}-04", vital_status="alive"
    )
    for each in range(2):
        yield row(
            "presentation", each + 1, meeting_date=day(20 + 90 * each), centre="LYON-1", question="pain",
            karnofsky="70", primary="breast", diagnosis_date=day(0), pain_nrs="6", haematologic="0",
            decision___radiotherapy="1", decision___surgery="0", visceral_mets="none", n_vertebral_mets="2",
            decision_rationale="Douleur mécanique, lésion lytique de L3 ; à revoir dans trois mois.",
        )  # fmt: skip
    for each in range(12):
        yield row(
            "biology", each + 1, sample_date=day(10 + 15 * each), calcium="2.31", calcium_unit="mmol_L",
            albumin="38", albumin_unit="g_L", creatinine="71", creatinine_unit="umol_L", crp="12", crp_unit="mg_L",
            platelets="210", platelets_unit="G_L", haemoglobin="118", haemoglobin_unit="g_L", weight="61.5",
            weight_unit="kg",
        )  # fmt: skip
    for each in range(3):
        yield row(
            "treatment", each + 1, treatment_type="radiotherapy", treatment_start=day(30 + 40 * each),
            treatment_end=day(35 + 40 * each), treatment_site="L3", rt_scheme="5x4", rt_dose_gy="20", rt_fractions="5",
        )  # fmt: skip
    for each in range(2):
        yield row(
            "event", each + 1, event_type="new_bone_lesion", event_date=day(200 + 60 * each),
            date_prev_negative=day(150 + 60 * each), adjudicated="confirmed", event_site="T8",
        )  # fmt: skip


def write_file(file: Path, rows: int) -> None:
    with file.open("w", encoding="utf-8", newline="") as text:
        writer = csv.DictWriter(text, redcap_records.headings(), restval="", lineterminator="\n")
        writer.writeheader()
        for patient in range(rows // ROWS_OF_A_PATIENT):
            writer.writerows(rows_of(patient))


def cost_of(rows: int, folder: Path) -> Cost:
    """Raises RuntimeError where the import was refused, or kept another number of entries."""
    file = folder / "records.csv"
    write_file(file, rows)
    home = folder / "home"
    (home / "vault").mkdir(parents=True)
    environment = os.environ | {"OSTEON_HOME": str(home), "OSTEON_DEFAULT_ISSUER": "BENCH"}
    osteon = (sys.executable, "-m", "osteon")
    subprocess.run([sys.executable, "-c", MAKE_KEY], env=environment, check=True)
    command = [*osteon, "registry", "import", str(file), "--format", "redcap", "--reason", "benchmark", "--json"]
    begun = time.monotonic()
    with (folder / "said.json").open("w") as said:
        process = subprocess.Popen(command, env=environment, stdout=said)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    clock = time.monotonic() - begun
    told = json.loads((folder / "said.json").read_text())
    if process.returncode or told["outcomes"] != {"created": rows}:
        raise RuntimeError(f"{told['errors']} errors, {told['outcomes']}")
    size = file.stat().st_size / 1e6
    memory = used.ru_maxrss / KIB_IN_MB
    return Cost(rows=rows, processor=used.ru_utime + used.ru_stime, clock=clock, memory=memory, file=size)


MAKE_KEY = (
    "from osteon.settings import read_settings; from osteon.vault_access import open_vault; open_vault(read_settings())"
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    found = []
    for rows in asked.rows:
        with tempfile.TemporaryDirectory(prefix="osteon-bench-") as folder:
            try:
                cost = cost_of(rows - rows % ROWS_OF_A_PATIENT, Path(folder))
            except RuntimeError as error:
                print(f"{rows} rows: {error}", file=sys.stderr)
                return 1
        found.append(cost)
        print(
            f"{cost.rows:>8} rows, {cost.file:.1f} MB: {cost.processor:.1f} s of a processor, {cost.clock:.1f} s,"
            f" {cost.memory:.0f} MB"
        )
    if asked.json:
        asked.json.write_text(json.dumps([asdict(each) for each in found], indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
