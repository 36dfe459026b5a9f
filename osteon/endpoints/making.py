"""The report of a release: tables read and checked, endpoints computed, tables, figures and pages written."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from platform import python_version

import annotation.endpoints
from annotation.endpoints.bands import with_bands
from annotation.endpoints.checking import dossiers, problems
from annotation.endpoints.follow_up import cohort
from annotation.endpoints.grouping import ALL, LEAST, UNKNOWN_GROUP
from annotation.endpoints.measures import Measure
from annotation.endpoints.parsing import parsed
from annotation.endpoints.problems import Problem, RefusedTablesError, in_order
from annotation.endpoints.records import RECURRENCES, EventType, Registry
from annotation.endpoints.study import Curve, Endpoints, endpoints
from osteon.endpoints.figures import Drawn, Line, Words, draw
from osteon.endpoints.page import TEXTS, Made, Shown, page
from osteon.endpoints.printing import check_printer, printed
from osteon.endpoints.reading import Release, read_release
from osteon.endpoints.sheets import sheets, write_csv, write_parquet
from osteon.endpoints.wording import Language, code, say, variable

SOFTWARE = ("osteon", "lifelines", "numpy", "pandas", "matplotlib", "pyarrow", "weasyprint")
"""What has a hand in the figures."""
DIGEST_LETTERS = 12
OVERALL = (
    ("alive", "E1", (Measure.ALIVE,)),
    ("recurrence", "E3", (Measure.INCIDENCE, Measure.DEATH_FIRST)),
    ("recurrences", "E4", (Measure.MEAN_COUNTED, Measure.MEAN_ALIVE)),
)


class NoLockError(Exception):
    """Patients have no data lock of their own, and none is given for them."""


class NobodyCountedError(Exception):
    """No patient is left to be counted at this data lock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """`lock`: None where each patient has their own; `by`: subgroups; `least`: patients of the smallest; `leave_out`:
    whoever has something that is refused; `printed`: as PDF too.
    """

    lock: date | None
    by: Sequence[str] = ()
    least: int = LEAST
    leave_out: bool = False
    figures: bool = True
    printed: bool = True
    recurrences: Sequence[EventType] = RECURRENCES


@dataclass(frozen=True, slots=True, kw_only=True)
class _Figure:
    name: str
    endpoint: str
    drawn: Drawn
    caption: str


def make_report(folder: Path, wanted: Wanted, out: Path) -> Endpoints:
    """Write everything into `out`, which is made. The same release and software give the same bytes.

    Raises UnreadableError, RefusedTablesError, NoLockError, NobodyCountedError, NoPrinterError, OSError.
    """
    if wanted.printed:
        check_printer()
    release = read_release(folder)
    registry, found_wrong = _registry(release)
    without = sum(each.lock_date is None for each in registry.patients)
    if wanted.lock is None and without:
        raise NoLockError(f"give --lock: {without} patients have no data lock of their own")
    refused = [each for each in found_wrong if each.reason.refuses]
    if refused and not (wanted.leave_out and all(each.pseudonym for each in refused)):
        raise RefusedTablesError(refused)
    faulty = {each.pseudonym for each in refused if each.pseudonym is not None}
    seen = cohort(dossiers(registry), wanted.lock, faulty=faulty, recurrences=wanted.recurrences)
    if not seen.followed:
        raise NobodyCountedError("nobody is left to be counted at this data lock")
    found = endpoints(seen, wanted.by, wanted.least)
    _write(found, found_wrong, _made(release, wanted), wanted, out)
    return found


def _registry(release: Release) -> tuple[Registry, tuple[Problem, ...]]:
    read = parsed(release.tables)
    named = {each.pseudonym for each in read.registry.patients}
    registry = Registry(
        patients=read.registry.patients,
        cancers=read.registry.cancers,
        presentations=read.registry.presentations,
        events=read.registry.events,
        imaging=tuple(each for each in release.imaging if each.pseudonym in named),
    )
    # Who has a row that cannot be read has other rows, which are not those of nobody.
    unread = {each.pseudonym for each in read.problems if each.reason.refuses}
    checked = [each for each in problems(registry) if each.pseudonym not in unread]
    return with_bands(registry, release.scores), in_order([*read.problems, *checked])


def _made(release: Release, wanted: Wanted) -> Made:
    named = None if release.number is None else f"{release.number} ({release.name})"
    return Made(
        manifest=release.manifest,
        software_of_release=release.software,
        lock=wanted.lock,
        software={name: version(name) for name in SOFTWARE}
        | {"Python": python_version(), "annotation.endpoints": code_digest()},
        digests=release.digests,
        release=named,
        recurrences=wanted.recurrences,
    )


def code_digest() -> str:
    """Of what computes the endpoints: a version number alone stays the same from one commit to the next."""
    digest = hashlib.sha256()
    for file in sorted(Path(annotation.endpoints.__path__[0]).glob("*.py")):
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:DIGEST_LETTERS]


def _write(found: Endpoints, wrong: Sequence[Problem], made: Made, wanted: Wanted, out: Path) -> None:
    for folder in (out / "tables", out / "figures") if wanted.figures else (out / "tables",):
        folder.mkdir(parents=True, exist_ok=True)
    for sheet in sheets(found, wrong):
        write_csv(sheet, out / "tables" / f"{sheet.name}.csv")
        write_parquet(sheet, out / "tables" / f"{sheet.name}.parquet")
    for language in Language:
        figures = list(_figures(found, wanted.least, language)) if wanted.figures else []
        for each in figures:
            (out / "figures" / f"{each.name}.{language.value}.svg").write_bytes(each.drawn.svg)
            (out / "figures" / f"{each.name}.{language.value}.png").write_bytes(each.drawn.png)
        shown = [Shown(endpoint=each.endpoint, svg=each.drawn.svg, caption=each.caption) for each in figures]
        text = page(found, wrong, made, shown, language)
        (out / f"report.{language.value}.html").write_text(text, encoding="utf-8")
        if wanted.printed:
            (out / f"report.{language.value}.pdf").write_bytes(printed(text))


def _figures(found: Endpoints, least: int, language: Language) -> Iterator[_Figure]:
    overall = {each.measure: each for each in found.curves if each.by == ALL and each.points}
    for name, endpoint, measures in OVERALL:
        curves = [overall[each] for each in measures if each in overall]
        if curves:
            yield _overall(name, endpoint, curves, language, percent=endpoint != "E4")
    for by in dict.fromkeys(each.by for each in found.curves if each.by != ALL):
        for name, measure in (("alive", Measure.ALIVE), ("recurrence", Measure.INCIDENCE)):
            curves = [each for each in found.curves if (each.by, each.measure) == (by, measure) and _drawn(each, least)]
            if curves:
                yield _divided(f"{name}-by-{by.replace(':', '-')}", measure, curves, language)


def _drawn(curve: Curve, least: int) -> bool:
    """Not of a few patients, nor of those of whom the group is not known."""
    return bool(curve.points) and curve.group != UNKNOWN_GROUP and curve.numbers[0][1] >= least


def _overall(name: str, endpoint: str, curves: Sequence[Curve], language: Language, *, percent: bool) -> _Figure:
    lines = [Line(name=say(each.measure.defined.name, language), curve=each) for each in curves]
    title = say(TEXTS[endpoint], language)
    vertical = _axis(curves[0].measure, language)
    drawn = draw(lines, Words(vertical=vertical, percent=percent, mark_year=endpoint == "E3"), language)
    return _Figure(name=name, endpoint=endpoint, drawn=drawn, caption=f"{title}.")


def _divided(name: str, measure: Measure, curves: Sequence[Curve], language: Language) -> _Figure:
    lines = [Line(name=code(each.group, language, each.by), curve=each) for each in curves]
    endpoint = measure.value.partition(".")[0]
    vertical = _axis(measure, language)
    drawn = draw(lines, Words(vertical=vertical, percent=True, mark_year=endpoint == "E3"), language)
    title = say(measure.defined.name, language)
    by = variable(curves[0].by, language).lower()
    between = "by" if language is Language.ENGLISH else "selon"
    return _Figure(name=name, endpoint=endpoint, drawn=drawn, caption=f"{title}, {between} {by}.")


def _axis(measure: Measure, language: Language) -> str:
    english = language is Language.ENGLISH
    if measure is Measure.ALIVE:
        return "Alive (%)" if english else "Vivants (%)"
    if measure is Measure.INCIDENCE:
        return "Cumulative incidence (%)" if english else "Incidence cumulée (%)"
    return "Recurrences per patient" if english else "Récidives par patient"
