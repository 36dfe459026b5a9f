"""What readers are compared on: each item of a reading, and each item, total and band of the scores made from it.

Scores that only the meeting's knowledge decides (Tokuhashi, Tomita, Rades) are the same for every reader and not here.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from operator import attrgetter

from annotation.finding_words import FIELDS, PARTS
from lesion_model import mirels, sins
from lesion_model.anatomy import Site
from lesion_model.assess import assess_mirels, assess_sins, posterolateral_class
from lesion_model.clinical import ClinicalContext
from lesion_model.entries import Entry
from lesion_model.findings import Alignment, BilskyGrade, CorticalShare, ImagingFindings, LesionType, Sclerosis, Trend
from lesion_model.grades import genant, recist_bone, van_der_linden
from lesion_model.grades_of_lesion import assess_ct_response, assess_genant, assess_recist_bone, assess_van_der_linden
from lesion_model.labels import Label, label
from lesion_model.rules import ct_response
from lesion_model.scoring import Instrument, NotApplicable, Score
from lesion_model.wording import mirels as mirels_wording
from lesion_model.wording import sins as sins_wording
from lesion_model.wording.wording import Wording


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One lesion as one reader saw it, and what is known of the patient whoever reads."""

    site: Site
    findings: ImagingFindings
    clinical: ClinicalContext


@dataclass(frozen=True, slots=True, kw_only=True)
class Rated:
    """One thing that is compared. `categories` are in their order when they are `ordered`.

    `category` and `number` give a reader's answer, None where there is none; a total is compared as both. `category`
    is None for a mere measurement, `number` for a mere category. `unit` is that of the number (UCUM).
    """

    name: str
    label: Label
    categories: tuple[str, ...] = ()
    ordered: bool = False
    unit: str | None = None
    category: Callable[[Judged], str | None] | None = None
    number: Callable[[Judged], float | None] | None = None


YES_NO = ("no", "yes")


def _categories() -> Iterator[Rated]:
    yield _ordered("lesion_type", LesionType)
    yield _ordered("cortical_involvement", CorticalShare, "cortical_involvement.scored_category")
    yield _yes_no("cortical_breach")
    yield _yes_no("vertebral_collapse.present", "vertebral_collapse.collapsed")
    yield Rated(
        name="posterolateral",
        label=FIELDS["posterolateral"],
        categories=tuple(each.value for each in reversed(sins.Posterolateral)),
        ordered=True,
        category=_posterolateral,
    )
    yield _ordered("alignment", Alignment)
    yield _yes_no("retropulsion")
    yield _ordered("epidural_extension.bilsky", BilskyGrade)
    yield _yes_no("acetabular_defect.medial_wall_deficient")
    yield _yes_no("acetabular_defect.rim_deficient")
    yield _yes_no("pathological_fracture")
    yield _yes_no("soft_tissue.present")
    yield _ordered("change.lysis", Trend)
    yield _ordered("change.soft_tissue", Trend)
    yield _chosen("change.sclerosis", Sclerosis)
    yield _yes_no("change.new_lytic_lesion")


_MEASUREMENTS = (
    ("axial_cortical_mm", "mm"),
    ("circumferential_cortical_percent", "%"),
    ("vertebral_collapse.height_loss_percent", "%"),
    ("vertebral_collapse.body_involved_percent", "%"),
    ("vertebral_heights.anterior_mm", "mm"),
    ("vertebral_heights.middle_mm", "mm"),
    ("vertebral_heights.posterior_mm", "mm"),
    ("epidural_extension.canal_narrowing_percent", "%"),
    ("epidural_extension.cord_distance_mm", "mm"),
    ("long_axis_mm", "mm"),
    ("short_axis_mm", "mm"),
    ("soft_tissue.longest_mm", "mm"),
    ("volume_cm3", "cm3"),
    ("hounsfield.mean_hu", "[hnsf'U]"),
    ("hounsfield.sd_hu", "[hnsf'U]"),
    ("hounsfield.minimum_hu", "[hnsf'U]"),
    ("hounsfield.maximum_hu", "[hnsf'U]"),
)

ScoreOf = Callable[[Judged], Score | NotApplicable]
_PAIN = "pain"  # the meeting's word, the same for every reader


def _scores() -> Iterator[Rated]:
    yield from _score(mirels.INSTRUMENT, mirels_wording.WORDING, _mirels)
    yield from _score(sins.INSTRUMENT, sins_wording.WORDING, _sins)
    yield _grade(genant.ENTRY, lambda each: _answer(assess_genant(each.site, each.findings)), ordered=True)
    yield _grade(van_der_linden.ENTRY, lambda each: _answer(assess_van_der_linden(each.site, each.findings)))
    yield _grade(recist_bone.ENTRY, lambda each: assess_recist_bone(each.findings).answer)
    yield _grade(ct_response.ENTRY, lambda each: assess_ct_response(each.findings).answer)


def _ordered(name: str, members: type[Enum], path: str | None = None) -> Rated:
    return _chosen(name, members, path, ordered=True)


def _chosen(name: str, members: type[Enum], path: str | None = None, *, ordered: bool = False) -> Rated:
    def category(judged: Judged) -> str | None:
        found = _at(path or name, judged)
        return str(found.value) if isinstance(found, Enum) else None

    values = tuple(str(member.value) for member in members)
    return Rated(name=name, label=_label(name), categories=values, ordered=ordered, category=category)


def _yes_no(name: str, path: str | None = None) -> Rated:
    def category(judged: Judged) -> str | None:
        found = _at(path or name, judged)
        return YES_NO[found] if isinstance(found, bool) else None

    return Rated(name=name, label=_label(name), categories=YES_NO, category=category)


def _measured(name: str, unit: str) -> Rated:
    def number(judged: Judged) -> float | None:
        found = _at(name, judged)
        return float(found) if isinstance(found, Decimal) else None

    return Rated(name=name, label=_label(name), unit=unit, number=number)


def _score(instrument: Instrument, wording: Wording, score: ScoreOf) -> Iterator[Rated]:
    """Items by their points, which tell them apart; the total by its categories and as a number; the band."""
    for item, points in instrument.table.items():
        if item != _PAIN:
            yield Rated(
                name=f"{instrument.name}.{item}",
                label=_joined(wording.title, wording.items[item].label),
                categories=tuple(str(each) for each in sorted(set(points.values()))),
                ordered=True,
                category=_points_of(score, item),
            )

    def total(judged: Judged) -> int | None:
        found = score(judged)
        return found.total if isinstance(found, Score) else None

    def band(judged: Judged) -> str | None:
        found = score(judged)
        return found.band if isinstance(found, Score) else None

    yield Rated(
        name=f"{instrument.name}.total",
        label=wording.title,
        categories=tuple(str(each) for each in range(instrument.minimum, instrument.maximum + 1)),
        ordered=True,
        unit="{points}",
        category=lambda judged: None if (found := total(judged)) is None else str(found),
        number=total,
    )
    yield Rated(
        name=f"{instrument.name}.band",
        label=_joined(wording.title, label("band", "classe")),
        categories=tuple(each.name for each in instrument.bands),
        ordered=True,
        category=band,
    )


def _points_of(score: ScoreOf, item: str) -> Callable[[Judged], str | None]:
    def category(judged: Judged) -> str | None:
        found = score(judged)
        points = found.points[item] if isinstance(found, Score) else None
        return None if points is None else str(points)

    return category


def _grade(entry: Entry, answer: Callable[[Judged], str | None], *, ordered: bool = False) -> Rated:
    return Rated(name=entry.name, label=entry.title, categories=tuple(entry.answers), ordered=ordered, category=answer)


def _mirels(judged: Judged) -> Score | NotApplicable:
    return assess_mirels(judged.site, judged.findings, judged.clinical.mirels_pain)


def _sins(judged: Judged) -> Score | NotApplicable:
    return assess_sins(judged.site, judged.findings, judged.clinical.sins_pain)


def _answer(found: object) -> str | None:
    given = getattr(found, "answer", None)
    return given if isinstance(given, str) else None


def _posterolateral(judged: Judged) -> str | None:
    elements = judged.findings.posterolateral
    return None if elements is None else posterolateral_class(elements).value


def _at(path: str, judged: Judged) -> object:
    """What stands at a dotted path; None where a part of it is not known."""
    first, _, rest = path.partition(".")
    found = getattr(judged.findings, first)
    return found if found is None or not rest else attrgetter(rest)(found)


def _label(name: str) -> Label:
    first, _, part = name.partition(".")
    return _joined(FIELDS[first], PARTS[part]) if part else FIELDS[first]


def _joined(whole: Label, part: Label) -> Label:
    return label(f"{whole.en}: {part.en}", f"{whole.fr} : {part.fr}")


RATED: tuple[Rated, ...] = (*_categories(), *(_measured(name, unit) for name, unit in _MEASUREMENTS), *_scores())
