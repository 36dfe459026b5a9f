"""Vertebral heights, and how much height is lost against a stated reference."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from types import MappingProxyType

from lesion_model.errors import FindingError, Problem
from lesion_model.findings import VertebralHeights
from lesion_model.labels import Label, label
from lesion_model.measurement.landmarks import VertebralLandmarks, Wall
from lesion_model.measurement.measured import STEP_MM, STEP_PERCENT, Measured, measured
from lesion_model.measurement.vectors import refuse
from lesion_model.numbering import neighbours as numbered_neighbours
from lesion_model.places import Level

FULL_PERCENT = 100


class LossMethod(Enum):
    """What a height is compared with."""

    MEAN_OF_NEIGHBOURS = "mean_of_neighbours"
    ONE_NEIGHBOUR = "one_neighbour"
    POSTERIOR_WALL = "posterior_wall"


METHOD_LABELS: Mapping[LossMethod, Label] = MappingProxyType(
    {
        LossMethod.MEAN_OF_NEIGHBOURS: label(
            "same height, mean of the vertebrae above and below",
            "même hauteur, moyenne des vertèbres sus- et sous-jacentes",
        ),
        LossMethod.ONE_NEIGHBOUR: label(
            "same height of one adjacent vertebra", "même hauteur d’une seule vertèbre adjacente"
        ),
        LossMethod.POSTERIOR_WALL: label("posterior wall of the same vertebra", "mur postérieur de la même vertèbre"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeightLoss:
    """How much of one height is lost: 100 × (reference − height) / reference.

    `loss_percent` is below 0 when the height exceeds its reference. `reference_levels` are the vertebrae that
    the reference height was measured on, empty for the own posterior wall.
    """

    wall: Wall
    method: LossMethod
    height_mm: Measured
    reference_mm: Measured
    reference_levels: tuple[Level, ...]
    loss_percent: Measured

    @property
    def height_loss_percent(self) -> Decimal:
        """As the finding `VertebralCollapse` takes it: a height above its reference has lost 0 %."""
        return max(self.loss_percent.value, Decimal(0))


def heights_mm(body: VertebralLandmarks) -> Mapping[Wall, Measured]:
    """Anterior, middle and posterior height in mm, to 0.1 mm."""
    return MappingProxyType({wall: measured(body.height_mm(wall), STEP_MM) for wall in Wall})


def vertebral_heights(body: VertebralLandmarks) -> VertebralHeights:
    """The three heights as the finding takes them."""
    heights = heights_mm(body)
    return VertebralHeights(
        anterior_mm=heights[Wall.ANTERIOR].value,
        middle_mm=heights[Wall.MIDDLE].value,
        posterior_mm=heights[Wall.POSTERIOR].value,
    )


def loss_against_neighbours(
    level: Level, body: VertebralLandmarks, references: Mapping[Level, VertebralLandmarks]
) -> tuple[HeightLoss, ...]:
    """Loss of the three heights against the same heights of one or both adjacent vertebrae.

    Raises `FindingError` for a reference that is not adjacent to `level`, `GeometryError` for one that does not
    lie where its level says. The caller sees to it that the references are sound: a collapsed neighbour hides a
    loss.
    """
    problems = tuple(_reference_problems(level, references))
    if problems:
        raise FindingError(problems)
    refuse(_place_problems(level, body, references))
    levels = tuple(each for each in Level if each in references)
    method = LossMethod.ONE_NEIGHBOUR if len(levels) == 1 else LossMethod.MEAN_OF_NEIGHBOURS
    return tuple(
        _loss(
            wall,
            method,
            body.height_mm(wall),
            sum(references[each].height_mm(wall) for each in levels) / len(levels),
            levels,
        )
        for wall in Wall
    )


def loss_against_posterior_wall(body: VertebralLandmarks) -> tuple[HeightLoss, ...]:
    """Loss of the anterior and the middle height against the own posterior wall.

    It shows a wedge and a biconcave body; it cannot show a body crushed as a whole.
    """
    reference = body.height_mm(Wall.POSTERIOR)
    return tuple(
        _loss(wall, LossMethod.POSTERIOR_WALL, body.height_mm(wall), reference, ())
        for wall in (Wall.ANTERIOR, Wall.MIDDLE)
    )


def largest_loss(losses: tuple[HeightLoss, ...]) -> HeightLoss:
    """The one that grades the vertebra: of the same loss, the first in the order given."""
    return max(losses, key=lambda loss: loss.loss_percent.unrounded)


def _loss(wall: Wall, method: LossMethod, height: float, reference: float, levels: tuple[Level, ...]) -> HeightLoss:
    return HeightLoss(
        wall=wall,
        method=method,
        height_mm=measured(height, STEP_MM),
        reference_mm=measured(reference, STEP_MM),
        reference_levels=levels,
        loss_percent=measured(FULL_PERCENT * (reference - height) / reference, STEP_PERCENT),
    )


def _reference_problems(level: Level, references: Mapping[Level, VertebralLandmarks]) -> Iterator[Problem]:
    adjacent = [each for each in numbered_neighbours(level) if each is not None]
    if not references or any(each not in adjacent for each in references):
        allowed = tuple(each.value for each in adjacent)
        yield Problem(field="references", detail="give one or both adjacent vertebrae", allowed=allowed)


def _place_problems(
    level: Level, body: VertebralLandmarks, references: Mapping[Level, VertebralLandmarks]
) -> Iterator[Problem]:
    """The vertebra above is nearer the head: a mix-up of levels or of slice order shows here."""
    above, _ = numbered_neighbours(level)
    for each, reference in references.items():
        higher, where = reference.middle_z - body.middle_z, "above"
        if each is not above:
            higher, where = -higher, "below"
        if higher <= 0:
            yield Problem(field=f"references.{each.value}", detail=f"must lie {where} the measured vertebra")
