"""Vertebrae from their landmarks, and the cortex of long bones from its contours."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from types import MappingProxyType

from annotation.measuring.drawings import Cortex, Vertebra
from annotation.measuring.lines import measured_source
from annotation.measuring.terms import Method
from annotation.measuring.values import Results, Value, value
from lesion_model.errors import LesionModelError
from lesion_model.findings import Denominator, Finding, ImagingFindings, VertebralCollapse
from lesion_model.measurement.cortex import CorticalDestruction, cortical_destruction, cortical_involvement
from lesion_model.measurement.heights import (
    FULL_PERCENT,
    HeightLoss,
    LossMethod,
    heights_mm,
    largest_loss,
    loss_against_neighbours,
    loss_against_posterior_wall,
    vertebral_heights,
)
from lesion_model.measurement.kyphosis import local_kyphosis, regional_kyphosis
from lesion_model.numbering import neighbours as numbered_neighbours

LOSS_METHODS: Mapping[LossMethod, Method] = MappingProxyType(
    {
        LossMethod.MEAN_OF_NEIGHBOURS: Method.MEAN_OF_NEIGHBOURS,
        LossMethod.ONE_NEIGHBOUR: Method.ONE_NEIGHBOUR,
        LossMethod.POSTERIOR_WALL: Method.POSTERIOR_WALL,
    }
)


def vertebra(drawn: Vertebra) -> Results:
    """Heights, their loss, kyphosis. Without neighbours the posterior wall is the reference of the loss."""
    against_wall = loss_against_posterior_wall(drawn.landmarks)
    losses = against_wall
    if drawn.neighbours:
        with _of_neighbours():
            losses = loss_against_neighbours(drawn.level, drawn.landmarks, drawn.neighbours)
    worst = largest_loss(losses)
    return Results(
        values=(
            *_heights(drawn),
            *(_loss(each) for each in losses),
            *(_loss(each, "_of_posterior") for each in against_wall if drawn.neighbours),
            *_angles(drawn),
        ),
        findings=ImagingFindings(
            vertebral_heights=vertebral_heights(drawn.landmarks),
            vertebral_collapse=VertebralCollapse(height_loss_percent=worst.height_loss_percent),
            sources=measured_source(Finding.VERTEBRAL_HEIGHTS, Finding.VERTEBRAL_COLLAPSE),
        ),
    )


def cortex(drawn: Cortex) -> Results:
    """The shares of one plane."""
    found = cortical_destruction(drawn.outer, drawn.inner, drawn.lesions)
    return Results(
        values=tuple(_cortical(found)),
        findings=ImagingFindings(
            cortical_involvement=cortical_involvement(found, drawn.denominator),
            circumferential_cortical_percent=found.circumference_percent.value,
            sources=measured_source(Finding.CORTICAL_INVOLVEMENT, Finding.CIRCUMFERENTIAL_CORTICAL),
        ),
    )


@contextmanager
def _of_neighbours() -> Iterator[None]:
    """Refusals of what the lesion model calls references are about the field that they came in."""
    try:
        yield
    except LesionModelError as error:
        named = (replace(each, field=each.field.replace("references", "neighbours", 1)) for each in error.problems)
        raise type(error)(named) from None


def _heights(drawn: Vertebra) -> Iterator[Value]:
    for wall, height in heights_mm(drawn.landmarks).items():
        yield value(f"{wall.value}_mm", height, Method.BETWEEN_LANDMARKS)


def _loss(loss: HeightLoss, suffix: str = "") -> Value:
    part = f"{loss.wall.value}{suffix}"
    return value("height_loss_percent", loss.loss_percent, LOSS_METHODS[loss.method], part)


def _angles(drawn: Vertebra) -> Iterator[Value]:
    local = local_kyphosis(drawn.landmarks)
    yield value("kyphosis_degrees", local.angle, Method.ENDPLATES_OF_BODY, local.method.value)
    above, below = (drawn.neighbours.get(each) if each else None for each in numbered_neighbours(drawn.level))
    if above is not None and below is not None:
        regional = regional_kyphosis(above, below)
        yield value("kyphosis_degrees", regional.angle, Method.ENDPLATES_OF_NEIGHBOURS, regional.method.value)


def _cortical(found: CorticalDestruction) -> Iterator[Value]:
    method = Method.CORTEX_CONTOURS
    for of, share in ((Denominator.CORTICAL, found.depth), (Denominator.BONE_DIAMETER, found.diameter)):
        yield value("destroyed_mm", share.destroyed_mm, method, of.value)
        yield value("total_mm", share.total_mm, method, of.value)
        yield value("cortical_share_percent", FULL_PERCENT * share.share, method, of.value)
    yield value("circumferential_cortical_percent", found.circumference_percent, method)
    yield value("cortical_area_percent", found.area_percent, method)
