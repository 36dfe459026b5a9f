"""Whatever a reader may state, for tests that must hold for all of it."""

from decimal import Decimal
from itertools import product
from typing import Any

from hypothesis import strategies as st

from lesion_model.findings import (
    AcetabularDefect,
    Alignment,
    BilskyGrade,
    ChangeSinceEarlier,
    CorticalInvolvement,
    CorticalShare,
    Denominator,
    EpiduralExtension,
    Finding,
    FindingSource,
    HounsfieldStatistics,
    How,
    ImagingFindings,
    LesionType,
    MeasuredShare,
    PosterolateralElement,
    Sclerosis,
    SoftTissueComponent,
    Structure,
    Trend,
    VertebralCollapse,
    VertebralHeights,
)
from lesion_model.skeleton import Side

PLACES = 6
TOUCHING = {"1c", "2", "3"}

uids = st.integers(0, 2**128 - 1).map(lambda number: f"2.25.{number}")
yes_no = st.booleans()


def decimals(least: str, most: str) -> st.SearchStrategy[Decimal]:
    """With at most six places, and with trailing zeros too."""
    return st.integers(0, PLACES).flatmap(lambda places: st.decimals(Decimal(least), Decimal(most), places=places))


millimetres = decimals("0", "1000")
lengths = decimals("1", "1000")
percents = decimals("0", "100")


@st.composite
def measured_shares(draw: st.DrawFn, of: Denominator) -> MeasuredShare:
    destroyed, total = sorted([draw(lengths), draw(lengths)])
    return MeasuredShare(of=of, destroyed_mm=destroyed, total_mm=total)


@st.composite
def cortical_involvements(draw: st.DrawFn) -> CorticalInvolvement:
    of = draw(st.sampled_from(Denominator))
    if draw(yes_no):
        return CorticalInvolvement(category=draw(st.sampled_from(CorticalShare)), denominator=of)
    (other,) = set(Denominator) - {of}
    measured = [draw(measured_shares(of))]
    if draw(yes_no):
        measured.append(draw(measured_shares(other)))
    category = draw(st.sampled_from([None, measured[0].category]))
    return CorticalInvolvement(category=category, measured=tuple(measured), denominator=of)


@st.composite
def collapses(draw: st.DrawFn) -> VertebralCollapse:
    present = draw(st.none() | yes_no)
    losses = {None: percents, True: decimals("0.1", "100"), False: decimals("0", "19.9")}[present]
    return VertebralCollapse(
        present=present,
        height_loss_percent=draw(st.none() | losses),
        body_involved_percent=draw(st.none() | percents),
    )


@st.composite
def heights(draw: st.DrawFn) -> VertebralHeights:
    given = [draw(decimals("1", "100")), draw(st.none() | decimals("1", "100")), draw(st.none() | decimals("1", "100"))]
    anterior, middle, posterior = draw(st.permutations(given))
    return VertebralHeights(anterior_mm=anterior, middle_mm=middle, posterior_mm=posterior)


@st.composite
def epidural_extensions(draw: st.DrawFn) -> EpiduralExtension:
    grade = draw(st.none() | st.sampled_from(BilskyGrade))
    distances = {
        None: st.none() | millimetres,
        True: st.sampled_from([None, Decimal(0), Decimal("0.00")]),
        False: st.none() | lengths,
    }[None if grade is None else grade.value in TOUCHING]
    narrowing = percents if grade is None else st.none() | percents
    return EpiduralExtension(bilsky=grade, canal_narrowing_percent=draw(narrowing), cord_distance_mm=draw(distances))


@st.composite
def acetabular_defects(draw: st.DrawFn) -> AcetabularDefect:
    medial = draw(st.none() | yes_no)
    rim = draw(yes_no if medial is None else st.none() | yes_no)
    return AcetabularDefect(medial_wall_deficient=medial, rim_deficient=rim)


@st.composite
def hounsfield_statistics(draw: st.DrawFn) -> HounsfieldStatistics:
    least, mean, most = sorted(draw(st.tuples(*[decimals("-10240", "30710")] * 3)))
    sd = min(draw(decimals("0", "500")), most - least)
    return HounsfieldStatistics(mean_hu=mean, sd_hu=sd, minimum_hu=least, maximum_hu=most)


@st.composite
def soft_tissues(draw: st.DrawFn) -> SoftTissueComponent:
    present = draw(yes_no)
    return SoftTissueComponent(present=present, longest_mm=draw(st.none() | lengths) if present else None)


def changes(soft_tissue: SoftTissueComponent | None) -> st.SearchStrategy[ChangeSinceEarlier]:
    grows = soft_tissue is None or soft_tissue.present
    return st.builds(
        ChangeSinceEarlier,
        earlier_study_instance_uid=uids,
        lysis=st.sampled_from(Trend),
        soft_tissue=st.none() | st.sampled_from([trend for trend in Trend if grows or trend is not Trend.INCREASE]),
        sclerosis=st.none() | st.sampled_from(Sclerosis),
        new_lytic_lesion=st.none() | yes_no,
    )


ELEMENTS = [PosterolateralElement(structure=structure, side=side) for structure, side in product(Structure, Side)]


@st.composite
def cortex_lengths(draw: st.DrawFn) -> tuple[Decimal | None, Decimal | None, bool | None]:
    """Along, around, breached."""
    if draw(yes_no):
        nought = st.sampled_from([Decimal(0), Decimal("0.0")])
        return draw(st.none() | nought), draw(st.none() | nought), draw(st.sampled_from([None, False]))
    return draw(st.none() | lengths), draw(st.none() | decimals("1", "100")), draw(st.none() | yes_no)


@st.composite
def imaging_findings(draw: st.DrawFn) -> ImagingFindings:
    short, long = sorted([draw(lengths), draw(lengths)])
    axial, around, breach = draw(cortex_lengths())
    soft_tissue = draw(st.none() | soft_tissues())
    values: dict[str, Any] = {
        "lesion_type": draw(st.none() | st.sampled_from(LesionType)),
        "cortical_involvement": draw(st.none() | cortical_involvements()),
        "axial_cortical_mm": axial,
        "circumferential_cortical_percent": around,
        "cortical_breach": breach,
        "vertebral_collapse": draw(st.none() | collapses()),
        "vertebral_heights": draw(st.none() | heights()),
        "posterolateral": draw(st.none() | st.frozensets(st.sampled_from(ELEMENTS))),
        "alignment": draw(st.none() | st.sampled_from(Alignment)),
        "retropulsion": draw(st.none() | yes_no),
        "epidural_extension": draw(st.none() | epidural_extensions()),
        "acetabular_defect": draw(st.none() | acetabular_defects()),
        "pathological_fracture": draw(st.none() | yes_no),
        "long_axis_mm": draw(st.sampled_from([None, long])),
        "short_axis_mm": draw(st.sampled_from([None, short])),
        "soft_tissue": soft_tissue,
        "volume_cm3": draw(st.none() | decimals("1", "10000")),
        "hounsfield": draw(st.none() | hounsfield_statistics()),
        "change": draw(st.none() | changes(soft_tissue)),
    }
    known = [finding for finding in Finding if values[finding.value] is not None]
    named = draw(st.frozensets(st.sampled_from(known))) if known else frozenset()
    sources = frozenset(
        FindingSource(
            finding=finding,
            how=draw(st.sampled_from(How)),
            study_instance_uid=draw(st.none() | uids),
            sop_instance_uid=draw(st.none() | uids),
        )
        for finding in named
    )
    return ImagingFindings(**values, sources=sources)
