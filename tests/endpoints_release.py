"""The folder of a release whose tables hold a simulated registry, with what else the report tells of patients."""

import csv
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from annotation.endpoints.records import Patient, Registry
from tests.survival_truth import simulated

DECISIONS = ("SBRT;systemic", "surgery;radiotherapy", "systemic;antiresorptive", "radiotherapy", "surveillance")
SHARES = (0.3, 0.2, 0.3, 0.17, 0.03)
BANDS = ("stable", "potentially unstable", "unstable")
Rows = Iterable[Mapping[str, object]]


def write_release(folder: Path, patients: int, seed: int = 1) -> Registry:
    """`data/tables` as a release has it; the registry that is in it."""
    registry = simulated(patients, seed)
    tables = folder / "data" / "tables"
    tables.mkdir(parents=True)
    draw = np.random.default_rng(seed + 1_000_000)
    starts = {each.pseudonym: each.meeting_date for each in registry.presentations}
    primaries = {each.pseudonym: each.primary for each in registry.cancers}
    write_table(
        tables / "registry_patients.csv", [_patient(each, starts[each.pseudonym], draw) for each in registry.patients]
    )
    write_table(tables / "cancers.csv", [_cancer(name, primaries[name], draw) for name in starts])
    write_table(tables / "presentations.csv", _presentations(registry, draw))
    write_table(
        tables / "biology.csv",
        [
            {"pseudonym": name, "meeting_date": start, "albumin": f"{draw.normal(38, 5):.1f}", "Hb": ""}
            for name, start in starts.items()
        ],
    )
    write_table(
        tables / "events.csv",
        [
            {
                "pseudonym": each.pseudonym,
                "type": each.type.value,
                "date": each.date,
                "date_prev_negative": max(starts[each.pseudonym], each.date - timedelta(days=90))
                if each.date > starts[each.pseudonym]
                else "",
                "adjudicated": each.adjudicated.value if each.adjudicated else "",
            }
            for each in registry.events
        ],
    )
    return registry


def write_table(file: Path, rows: Rows) -> None:
    """Rows of the same columns."""
    listed = list(rows)
    with file.open("w", encoding="utf-8", newline="") as text:
        writer = csv.DictWriter(text, list(listed[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(listed)


def _patient(patient: Patient, start: date, draw: np.random.Generator) -> dict[str, object]:
    born = start - timedelta(days=round(365.25 * float(np.clip(draw.normal(64, 11), 25, 95))))
    return {
        "pseudonym": patient.pseudonym,
        "sex": "F" if draw.random() < 0.55 else "M",
        "birth_month": "" if draw.random() < 0.02 else f"{born:%Y-%m}",
        "vital_status": patient.vital_status.value if patient.vital_status else "",
        "death_date": patient.death_date or "",
        "last_alive_date": patient.last_alive_date or "",
        "last_bone_imaging_date": patient.last_bone_imaging_date or "",
        "opposition_recorded": "true" if draw.random() < 0.01 else "false",
    }


def _cancer(name: str, primary: str | None, draw: np.random.Generator) -> dict[str, object]:
    """Few patients have another primary, in name only, to have small groups."""
    rare = draw.random() < 0.004
    return {
        "pseudonym": name,
        "primary": "thyroid" if rare else primary or "",
        "diagnosis_date": "2001",
        "visceral_mets": str(draw.choice(["none", "resectable", "unresectable", ""])),
        "brain_mets": "true" if draw.random() < 0.1 else "false",
        "n_vertebral_mets": int(draw.poisson(2)),
    }


def _presentations(registry: Registry, draw: np.random.Generator) -> list[dict[str, object]]:
    """The first, and another one two weeks after every third recurrence or so."""
    rows = []
    last = {each.pseudonym: each.last_alive_date for each in registry.patients}
    again: dict[str, list[date]] = {}
    for event in registry.events:
        end, day = last[event.pseudonym], event.date + timedelta(days=14)
        if end is not None and day <= end and draw.random() < 0.6:
            again.setdefault(event.pseudonym, []).append(day)
    for each in registry.presentations:
        days = [each.meeting_date, *sorted(set(again.get(each.pseudonym, [])))]
        band = BANDS[int(draw.integers(0, 3))]
        decision = str(draw.choice(DECISIONS, p=SHARES))
        for index, day in enumerate(days):
            rows.append(
                {
                    "pseudonym": each.pseudonym,
                    "meeting_date": day,
                    "presentation_no": index + 1,
                    "karnofsky": int(draw.choice([50, 60, 70, 80, 90])),
                    "decision": decision,
                    "sins_band": band if index == 0 else "",
                }
            )
    return rows
