"""The drawn skeleton: every site has a shape and no other, left is left, and pages show this drawing."""

from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from annotation.skeleton_drawing.drawing import HEIGHT, LEFT, TOP, WIDTH, drawing, shapes_by_site
from annotation.skeleton_drawing.shapes import Shape, View, key_of, whole_of
from annotation.skeleton_drawing.static_file import static_json, static_svg
from lesion_model.anatomy import Site
from lesion_model.skeleton import SKELETON, Bone, Level, Region, Side, SideRule

IMAGES = Path(__file__).parents[4] / "web" / "images"
SHAPES = [each for each in drawing() if isinstance(each, Shape)]


def every_site() -> Iterator[Site]:
    for bone, facts in SKELETON.items():
        sides: tuple[Side | None, ...] = {
            SideRule.NONE: (None,),
            SideRule.OPTIONAL: (None, *Side),
            SideRule.REQUIRED: tuple(Side),
        }[facts.side]
        for side in sides:
            for level in facts.levels or (None,):
                for number in facts.numbers or (None,):
                    for region in facts.regions or (None,):
                        yield Site(bone=bone, level=level, number=number, region=region, side=side)


def test_every_site_that_can_hold_a_lesion_has_a_shape_and_no_other() -> None:
    assert {key_of(site) for site in every_site()} == set(shapes_by_site())
    assert len(shapes_by_site()) == 31 + 5 * 7 * 2 + 10 * 2 + 5 * 2 + 24 + 1 + 2 * 2 + 2 * 3 + 2


def test_every_vertebra_from_the_occiput_to_the_coccyx_is_drawn_large_from_the_side_in_order() -> None:
    beside = [shape for shape in SHAPES if shape.view is View.SPINE]
    down = sorted(beside, key=lambda shape: shape.mark[1])
    assert [shape.site.level for shape in down] == list(Level)


def test_all_but_the_occiput_is_drawn_from_the_front() -> None:
    from_the_front = {key_of(shape.site) for shape in SHAPES if shape.view is View.FRONT}
    assert set(shapes_by_site()) - from_the_front == {"vertebra:C0"}


def test_what_is_left_in_the_patient_is_right_on_the_page() -> None:
    for shape in SHAPES:
        if shape.site.side is not None:
            assert (shape.mark[0] > 0) == (shape.site.side is Side.LEFT), key_of(shape.site)


@pytest.mark.parametrize(
    ("upper", "lower"),
    [
        ("femur:head:left", "femur:subtrochanteric:left"),
        ("femur:subtrochanteric:left", "femur:shaft:left"),
        ("humerus:proximal:left", "humerus:distal:left"),
        ("rib:1:left", "rib:10:left"),
        ("pelvis:ilium:left", "pelvis:ischium:left"),
        ("skull", "mandible"),
    ],
)
def test_what_is_nearer_to_the_head_is_higher(upper: str, lower: str) -> None:
    assert shapes_by_site()[upper][0].mark[1] < shapes_by_site()[lower][0].mark[1]


def test_every_mark_lies_within_its_shape_or_in_its_box_and_everything_is_on_the_page() -> None:
    for shape in SHAPES:
        across, down = zip(*shape.outline, strict=True)
        assert min(across) <= shape.mark[0] <= max(across), key_of(shape.site)
        assert min(down) <= shape.mark[1] <= max(down), key_of(shape.site)
        assert min(across) > LEFT, key_of(shape.site)
        assert max(across) < LEFT + WIDTH, key_of(shape.site)
        assert min(down) > TOP, key_of(shape.site)
        assert max(down) < TOP + HEIGHT, key_of(shape.site)


def test_no_shape_is_too_small_to_be_seen() -> None:
    small = {key_of(each.site): area for each in SHAPES if (area := _area(each.outline)) < 12}
    assert small == {}


def test_the_end_of_a_long_bone_covers_its_two_parts_and_the_skull_its_halves() -> None:
    part = Site(bone=Bone.TIBIA, region=Region.DISTAL_EPIPHYSIS, side=Side.RIGHT)
    assert whole_of(part) == Site(bone=Bone.TIBIA, region=Region.DISTAL, side=Side.RIGHT)
    assert whole_of(Site(bone=Bone.SKULL, side=Side.LEFT)) == Site(bone=Bone.SKULL)
    assert whole_of(Site(bone=Bone.FEMUR, region=Region.NECK, side=Side.LEFT)) is None
    wholes = {key_of(each.site) for each in SHAPES if each.whole}
    assert wholes == {key_of(whole) for shape in SHAPES if (whole := whole_of(shape.site))}


def test_the_files_that_pages_show_are_this_drawing() -> None:
    assert (IMAGES / "skeleton.json").read_text(encoding="utf-8") == static_json()
    assert (IMAGES / "skeleton.svg").read_text(encoding="utf-8") == static_svg(), (
        "write it anew: see annotation.skeleton_drawing.static_file"
    )


def test_the_file_names_its_shapes_and_holds_no_script_style_or_link() -> None:
    root = ET.fromstring(static_svg())  # noqa: S314 - our own
    named = {each.get("data-site") for each in root if each.get("data-site")}
    assert named == set(shapes_by_site())
    assert {each.tag.split("}")[1] for each in root} == {"path", "text"}
    assert not any("style" in each.attrib or "href" in each.attrib for each in root.iter())


def _area(outline: tuple[tuple[float, float], ...]) -> float:
    pairs = zip(outline, (*outline[1:], outline[0]), strict=True)
    return abs(sum(x * next_y - next_x * y for (x, y), (next_x, next_y) in pairs)) / 2
