"""Mirels and SINS of one lesion, from its site, the imaging findings and, when known, the pain."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum

from lesion_model import flags, mirels, sins
from lesion_model.anatomy import Site
from lesion_model.findings import (
    CorticalInvolvement,
    Denominator,
    ImagingFindings,
    PosterolateralElement,
    VertebralCollapse,
)
from lesion_model.labels import label
from lesion_model.mirels import Pain as MirelsPain
from lesion_model.scoring import NotApplicable, Score, add_up, not_applicable
from lesion_model.sins import Pain as SinsPain
from lesion_model.skeleton import Bone, Kind, Level, Region

HALF_PERCENT = 50

_LONG_BONES_ONLY = label(
    "Mirels is defined for long bones: humerus, radius, ulna, femur, tibia, fibula.",
    "Le score de Mirels est défini pour les os longs : humérus, radius, ulna, fémur, tibia, fibula.",
)
_FRACTURED = label(
    "Mirels predicts a fracture: a completed one is not scored.",
    "Le score de Mirels prédit une fracture : une fracture constituée n'est pas cotée.",
)
_SPINE_ONLY = label(
    "SINS is defined for the spine, from the occiput to S5.",
    "Le SINS est défini pour le rachis, de l'occiput à S5.",
)

_UPPER_LIMB = (Bone.HUMERUS, Bone.RADIUS, Bone.ULNA)
_TROCHANTERS = (Region.GREATER_TROCHANTER, Region.LESSER_TROCHANTER)
_PERITROCHANTERIC = (Region.INTERTROCHANTERIC, Region.SUBTROCHANTERIC, *_TROCHANTERS)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClinicalPain:
    """Pain as each instrument asks for it. It comes from the meeting, not from the image."""

    mirels: MirelsPain | None = None
    sins: SinsPain | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """Each instrument's answer for one lesion."""

    mirels: Score | NotApplicable
    sins: Score | NotApplicable


PAIN_UNKNOWN = ClinicalPain()


def assess(site: Site, findings: ImagingFindings, pain: ClinicalPain = PAIN_UNKNOWN) -> Assessment:
    """Score a lesion with every instrument; what is unknown widens the interval."""
    return Assessment(mirels=assess_mirels(site, findings, pain.mirels), sins=assess_sins(site, findings, pain.sins))


def assess_mirels(site: Site, findings: ImagingFindings, pain: MirelsPain | None) -> Score | NotApplicable:
    if site.kind is not Kind.LONG_BONE:
        return not_applicable(mirels.INSTRUMENT, _LONG_BONES_ONLY)
    if findings.pathological_fracture is True:
        return not_applicable(mirels.INSTRUMENT, _FRACTURED)
    possible: dict[str, Collection[Enum]] = {"site": (limb_site(site),)}
    if findings.cortical_involvement is not None:
        possible["size"] = (findings.cortical_involvement.scored_category,)
    if findings.lesion_type is not None:
        possible["lesion_type"] = (findings.lesion_type,)
    if pain is not None:
        possible["pain"] = (pain,)
    raised = [*mirels.pain_flags(possible), *_site_flags(site), *_size_flags(findings.cortical_involvement)]
    if findings.pathological_fracture is None:
        raised.append(flags.FRACTURE_NOT_EXCLUDED)
    return add_up(mirels.INSTRUMENT, possible, raised)


def assess_sins(site: Site, findings: ImagingFindings, pain: SinsPain | None) -> Score | NotApplicable:
    if site.level is None:
        return not_applicable(sins.INSTRUMENT, _SPINE_ONLY)
    if site.level is Level.COCCYX:
        return not_applicable(sins.INSTRUMENT, sins.COCCYX_REASON)
    possible: dict[str, Collection[Enum]] = {"location": (sins.LOCATION_BY_LEVEL[site.level],)}
    if findings.lesion_type is not None:
        possible["lesion_type"] = (findings.lesion_type,)
    if findings.alignment is not None:
        possible["alignment"] = (findings.alignment,)
    if findings.vertebral_collapse is not None:
        possible["collapse"] = collapse_classes(findings.vertebral_collapse)
    if findings.posterolateral is not None:
        possible["posterolateral"] = (posterolateral_class(findings.posterolateral),)
    if pain is not None:
        possible["pain"] = (pain,)
    raised = _collapse_flags(findings.vertebral_collapse)
    if findings.retropulsion:
        raised.append(flags.RETROPULSION_SCORES_ZERO)
    if site.transitional is not None:
        raised.append(flags.TRANSITIONAL_VERTEBRA)
    return add_up(sins.INSTRUMENT, possible, raised)


def limb_site(site: Site) -> mirels.LimbSite:
    """Femoral head and neck count as lower limb; both trochanters as peritrochanteric."""
    if site.bone in _UPPER_LIMB:
        return mirels.LimbSite.UPPER_LIMB
    return mirels.LimbSite.PERITROCHANTERIC if site.region in _PERITROCHANTERIC else mirels.LimbSite.LOWER_LIMB


def collapse_classes(collapse: VertebralCollapse) -> tuple[sins.Collapse, ...]:
    """What the SINS collapse item can still be. A collapse dominates the share of the body involved."""
    if collapse.collapsed is True:
        return _collapsed_classes(collapse)
    if collapse.collapsed is False:
        return _uncollapsed_classes(collapse)
    return (*_collapsed_classes(collapse), *_uncollapsed_classes(collapse))


def posterolateral_class(elements: frozenset[PosterolateralElement]) -> sins.Posterolateral:
    """Any structure on each side makes it bilateral."""
    sides = {element.side for element in elements}
    return (sins.Posterolateral.NONE, sins.Posterolateral.UNILATERAL, sins.Posterolateral.BILATERAL)[len(sides)]


def _collapsed_classes(collapse: VertebralCollapse) -> tuple[sins.Collapse, ...]:
    loss = collapse.height_loss_percent
    if loss is None:
        return sins.Collapse.GT_50, sins.Collapse.LT_50
    return (sins.Collapse.GT_50,) if loss > HALF_PERCENT else (sins.Collapse.LT_50,)


def _uncollapsed_classes(collapse: VertebralCollapse) -> tuple[sins.Collapse, ...]:
    involved = collapse.body_involved_percent
    if involved is None:
        return sins.Collapse.NO_COLLAPSE_GT_50_BODY, sins.Collapse.NONE
    return (sins.Collapse.NO_COLLAPSE_GT_50_BODY,) if involved > HALF_PERCENT else (sins.Collapse.NONE,)


def _collapse_flags(collapse: VertebralCollapse | None) -> list[str]:
    if collapse is None:
        return []
    raised = []
    decisive = collapse.height_loss_percent if collapse.collapsed else collapse.body_involved_percent
    if decisive == HALF_PERCENT:
        raised.append(flags.BOUNDARY)
    if collapse.needs_confirmation:
        raised.append(flags.COLLAPSE_NEEDS_CONFIRMATION)
    return raised


def _size_flags(involvement: CorticalInvolvement | None) -> list[str]:
    if involvement is None:
        return []
    raised = []
    if involvement.declared is not None and involvement.declared.on_boundary:
        raised.append(flags.BOUNDARY)
    if involvement.denominator is Denominator.BONE_DIAMETER:
        raised.append(flags.SIZE_BY_BONE_DIAMETER)
    if involvement.denominators_disagree:
        raised.append(flags.SIZE_DENOMINATORS_DISAGREE)
    return raised


def _site_flags(site: Site) -> list[str]:
    if site.bone is Bone.FEMUR and site.region in (Region.HEAD, Region.NECK):
        return [flags.FEMORAL_HEAD_OR_NECK]
    return [flags.TROCHANTER_PERITROCHANTERIC] if site.region in _TROCHANTERS else []
