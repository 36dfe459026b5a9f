"""Whether SUV can still be computed from a pseudonymised PET, and how wrong it has become."""

from datetime import datetime, timedelta
from pathlib import Path

import pydicom
from pydicom.dataset import Dataset

from benchmarks.peers_processes import ToolProcess
from tests.builders.identities import Identity, identified
from tests.builders.real_files import GE_PET, SHARED_DATA

GRAMS = 1000.0


class NotComputableError(Exception):
    """SUV cannot be computed; the message says what is missing."""


def suv_error(tool: ToolProcess, folder: Path) -> str:
    """The relative error of the SUV factor of a GE PET after the tool, or why there is none."""
    paths = sorted((SHARED_DATA / GE_PET).glob("*.dcm"))
    if not paths:
        return "the PET is not here"
    source, target = folder / "pet.dcm", folder / "made-pet.dcm"
    source.write_bytes(identified(paths[0].read_bytes(), Identity()))
    error = tool("one", source=source, target=target)["error"]
    if error:
        return f"no file ({error})"
    try:
        before, after = (suv_factor(pydicom.dcmread(path)) for path in (source, target))
    except NotComputableError as missing:
        return f"no SUV: {missing}"
    return "0" if after == before else f"{100 * (after - before) / before:+,.1f} %"


def suv_factor(dataset: Dataset) -> float:
    """Body-weight SUV per Bq/ml: weight over the dose that is left when the scan began (Units BQML, decay START)."""
    try:
        isotope = dataset.RadiopharmaceuticalInformationSequence[0]
        weight = float(_value(dataset, "PatientWeight")) * GRAMS
        dose = float(_value(isotope, "RadionuclideTotalDose"))
        half_life = float(_value(isotope, "RadionuclideHalfLife"))
        return weight / (dose * 2 ** (-_waited(dataset, isotope).total_seconds() / half_life))
    except (AttributeError, IndexError):
        raise NotComputableError("no RadiopharmaceuticalInformationSequence") from None
    except (ValueError, ZeroDivisionError, OverflowError) as error:
        raise NotComputableError(f"values of no use ({type(error).__name__})") from None


def _waited(dataset: Dataset, isotope: Dataset) -> timedelta:
    """From the injection to the scan; times without dates are of the same day, or the scan is after midnight."""
    scan = _moment(_value(dataset, "SeriesDate"), _value(dataset, "SeriesTime"))
    started = str(isotope.get("RadiopharmaceuticalStartDateTime") or "")
    if started:
        return scan - _moment(started[:8], started[8:])
    injected = _moment(f"{scan:%Y%m%d}", _value(isotope, "RadiopharmaceuticalStartTime"))
    return scan - injected if injected <= scan else scan - injected + timedelta(days=1)


def _moment(date: str, time: str) -> datetime:
    return datetime.strptime(f"{date}{time.split('.', maxsplit=1)[0]:0<6}", "%Y%m%d%H%M%S")  # noqa: DTZ007 - of one scanner


def _value(dataset: Dataset, keyword: str) -> str:
    value = dataset.get(keyword)
    if value in {None, ""}:
        raise NotComputableError(f"no {keyword}")
    return str(value)
