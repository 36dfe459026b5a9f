"""Readings over HTTP: recorded, revised, listed, and refused with the reason."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import httpx
import pytest

from storage.ledger import Ledger
from tests.builders.ledger import PSEUDONYM
from tests.builders.registry import (
    NEW_FRAME,
    NEW_IMAGE,
    NEW_STUDY,
    OBJECTS,
    OLD_FRAME,
    OLD_IMAGE,
    OLD_STUDY,
    OTHER_PSEUDONYM,
    OTHER_STUDY,
    UNDATED_STUDY,
)
from tests.integration.api.reading import (
    FEMUR,
    FEMUR_FINDINGS,
    GEOMETRY,
    VERTEBRA_FINDINGS,
    Json,
    items,
    open_lesion,
    pointers,
    post_reading,
    record_reading,
)

# What is refused before anything is looked up is refused alike on every database.
ONCE = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@pytest.fixture(autouse=True)
def _images_have_arrived(ledger: Ledger) -> None:
    ledger.record(OBJECTS)


@pytest.fixture
def lesion(client: httpx.Client) -> Json:
    return open_lesion(client)


def revise(client: httpx.Client, reading: Json, if_match: str | None, **changes: Any) -> httpx.Response:
    body = {"findings": VERTEBRA_FINDINGS, "geometry": GEOMETRY, "reason": "Seen again."} | changes
    headers = {} if if_match is None else {"If-Match": if_match}
    return client.put(f"/api/v1/readings/{reading['reading_id']}", json=body, headers=headers)


def known(findings: Json) -> Json:
    return {name: value for name, value in findings.items() if value is not None}


def test_a_reading_comes_back_with_its_scores(client: httpx.Client, lesion: Json) -> None:
    answer = post_reading(client, lesion)
    reading = answer.json()
    assert answer.status_code == 201
    assert answer.headers["ETag"] == '"1"'
    assert answer.headers["Location"] == f"/api/v1/readings/{reading['reading_id']}"
    assert (reading["revision"], reading["reason"], reading["recorded_by"]) == (1, None, "tests")
    assert (reading["lesion_id"], reading["lesion_label"]) == (lesion["lesion_id"], "L1")
    assert (reading["pseudonym"], reading["site"]) == (PSEUDONYM, lesion["site"])
    assert known(reading["findings"]) == VERTEBRA_FINDINGS
    assert reading["geometry"] == GEOMETRY
    sins = reading["scores"]["sins"]
    assert (sins["minimum"], sins["maximum"], sins["total"], sins["band"]) == (7, 10, None, "potentially_unstable")
    assert "long bones" in reading["scores"]["mirels"]["not_applicable"]
    stored = client.get(answer.headers["Location"])
    assert stored.json() == reading
    assert stored.headers["ETag"] == '"1"'


def test_a_femur_is_scored_exactly_at_one_third(client: httpx.Client) -> None:
    reading = record_reading(client, open_lesion(client, FEMUR), findings=FEMUR_FINDINGS)
    assert known(reading["findings"]) == FEMUR_FINDINGS
    mirels = reading["scores"]["mirels"]
    assert mirels["points"] == {"site": 3, "size": 2, "lesion_type": 3, "pain": None}
    assert (mirels["minimum"], mirels["maximum"], mirels["band"]) == (9, 11, "high")
    assert mirels["flags"] == ["boundary"]


def test_findings_that_were_read_can_be_sent_back(client: httpx.Client, lesion: Json) -> None:
    reading = record_reading(client, lesion)
    answer = revise(client, reading, '"1"', findings=reading["findings"], geometry=reading["geometry"])
    assert answer.status_code == 200
    assert answer.json()["findings"] == reading["findings"]


def test_everything_may_be_unknown(client: httpx.Client, lesion: Json) -> None:
    reading = record_reading(client, lesion, findings={}, geometry=None)
    assert known(reading["findings"]) == {}
    assert reading["geometry"] is None


def test_looked_and_found_none_is_not_unknown(client: httpx.Client, lesion: Json) -> None:
    assert record_reading(client, lesion, findings={"posterolateral": []})["findings"]["posterolateral"] == []
    assert record_reading(client, lesion, findings={})["findings"]["posterolateral"] is None


@ONCE
@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        pytest.param({"study_instance_uid": "2.25.9"}, ["#/study_instance_uid"], id="unknown study"),
        pytest.param({"study_instance_uid": OTHER_STUDY}, ["#/study_instance_uid"], id="another patient's study"),
        pytest.param(
            {"geometry": GEOMETRY | {"sop_instance_uid": NEW_IMAGE}},
            ["#/geometry/sop_instance_uid"],
            id="another study's image",
        ),
        pytest.param(
            {"geometry": {"frame_of_reference_uid": NEW_FRAME, "points": GEOMETRY["points"]}},
            ["#/geometry/frame_of_reference_uid"],
            id="another study's frame",
        ),
        pytest.param({"geometry": {"points": GEOMETRY["points"]}}, ["#/geometry/sop_instance_uid"], id="no image"),
        pytest.param(
            {"geometry": GEOMETRY | {"sop_instance_uid": "1.02"}}, ["#/geometry/sop_instance_uid"], id="not a UID"
        ),
        pytest.param({"geometry": GEOMETRY | {"points": []}}, ["#/geometry/points"], id="no points"),
        pytest.param(
            {"geometry": GEOMETRY | {"points": [{"x": 0, "y": 10_001, "z": 0}]}},
            ["#/geometry/points/0/y"],
            id="farther than ten metres",
        ),
        pytest.param(
            {"geometry": GEOMETRY | {"points": [{"x": "0", "y": 0, "z": 0}]}},
            ["#/geometry/points/0/x"],
            id="a coordinate as text",
        ),
        pytest.param({"findings": FEMUR_FINDINGS}, ["#/findings/cortical_involvement"], id="cortex of a vertebra"),
        pytest.param({"findings": {"lesion_type": "DUPONT"}}, ["#/findings/lesion_type"], id="no such type"),
        pytest.param({"findings": {"retropulsion": "no"}}, ["#/findings/retropulsion"], id="text for no"),
        pytest.param({"findings": {"long_axis_mm": True}}, ["#/findings/long_axis_mm"], id="yes for a length"),
        pytest.param({"findings": {"long_axis_mm": 0}}, ["#/findings/long_axis_mm"], id="no length"),
        pytest.param({"findings": {"long_axis_mm": "24"}}, ["#/findings/long_axis_mm"], id="text for a length"),
        pytest.param({"findings": {"long_axis_mm": [24]}}, ["#/findings/long_axis_mm"], id="a list for a length"),
        pytest.param({"findings": {"long_axis_mm": 1e-7}}, ["#/findings/long_axis_mm"], id="rounded to no length"),
        pytest.param({"findings": {"long_axis_mm": 1000.000001}}, ["#/findings/long_axis_mm"], id="too long"),
        pytest.param({"findings": {"long_axis_mm": 1e300}}, ["#/findings/long_axis_mm"], id="far too long"),
        pytest.param({"findings": {"long_axis_mm": -1e-6}}, ["#/findings/long_axis_mm"], id="below nought"),
        pytest.param(
            {"findings": {"vertebral_collapse": {"height_loss_percent": "40"}}},
            ["#/findings/vertebral_collapse/height_loss_percent"],
            id="text for a share",
        ),
        pytest.param({"findings": {"long_axis_mm": "NaN"}}, ["#/findings/long_axis_mm"], id="not a number"),
        pytest.param({"findings": {"long_axis_mm": "1e-999999"}}, ["#/findings/long_axis_mm"], id="far too exact"),
        pytest.param(
            {"findings": {"long_axis_mm": 1, "short_axis_mm": 2}}, ["#/findings/short_axis_mm"], id="short above long"
        ),
        pytest.param(
            {"findings": {"vertebral_collapse": {"present": False, "height_loss_percent": 60}}},
            ["#/findings/vertebral_collapse/height_loss_percent"],
            id="a contradiction",
        ),
        pytest.param(
            {"findings": {"posterolateral": [{"structure": "costovertebral_joint", "side": "left"}]}},
            ["#/findings/posterolateral"],
            id="a costovertebral joint of L3",
        ),
        pytest.param({"findings": {"DUPONT": 1}}, ["#/findings"], id="an unknown finding"),
        pytest.param({"remark": "DUPONT"}, ["#"], id="an unknown property"),
    ],
)
def test_a_reading_that_cannot_be_is_refused_by_field(
    client: httpx.Client, lesion: Json, changes: Json, wrong: list[str]
) -> None:
    answer = post_reading(client, lesion, **changes)
    assert answer.status_code == 422
    assert pointers(answer) == wrong
    assert "DUPONT" not in answer.text
    assert items(client, f"/api/v1/lesions/{lesion['lesion_id']}/readings") == []


def test_the_newer_findings_and_their_sources_come_back_as_they_were_sent(client: httpx.Client, lesion: Json) -> None:
    sent: Json = {
        "lesion_type": "mixed",
        "cortical_breach": True,
        "vertebral_heights": {"anterior_mm": 15.5, "middle_mm": None, "posterior_mm": 26.25},
        "epidural_extension": {"bilsky": "1c", "canal_narrowing_percent": 33.3, "cord_distance_mm": 0},
        "soft_tissue": {"present": True, "longest_mm": 12.1},
        "volume_cm3": 9.250001,
        "hounsfield": {"mean_hu": -3.5, "sd_hu": 21, "minimum_hu": -60, "maximum_hu": 310, "modality": "CT"},
        "change": {
            "earlier_study_instance_uid": UNDATED_STUDY,
            "lysis": "decrease",
            "soft_tissue": None,
            "sclerosis": "on_lytic",
            "new_lytic_lesion": False,
        },
        "sources": [
            {
                "finding": "epidural_extension",
                "how": "visual",
                "study_instance_uid": NEW_STUDY,
                "sop_instance_uid": NEW_IMAGE,
            },
            {"finding": "hounsfield", "how": "measured", "study_instance_uid": None, "sop_instance_uid": None},
        ],
    }
    reading = record_reading(client, lesion, findings=sent)
    assert known(reading["findings"]) == sent
    assert client.get(f"/api/v1/readings/{reading['reading_id']}").json()["findings"] == reading["findings"]


@ONCE
@pytest.mark.parametrize(
    ("study", "wrong"),
    [
        pytest.param(OTHER_STUDY, ["#/findings/change/earlier_study_instance_uid"], id="another patient's"),
        pytest.param(OLD_STUDY, ["#/findings/change/earlier_study_instance_uid"], id="the one that is read"),
    ],
)
def test_a_lesion_is_compared_with_an_earlier_study_of_its_patient(
    client: httpx.Client, lesion: Json, study: str, wrong: list[str]
) -> None:
    change = {"earlier_study_instance_uid": study, "lysis": "stable"}
    answer = post_reading(client, lesion, findings={"change": change})
    assert answer.status_code == 422
    assert pointers(answer) == wrong


@ONCE
@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (24.1234564, 24.123456),
        (24.1234565, 24.123456),
        (24.1234575, 24.123458),
        (21.333333333333332, 21.333333),
        (1000.0000000001, 1000),
        (24, 24),
    ],
)
def test_a_length_is_kept_to_six_decimals(client: httpx.Client, lesion: Json, given: float, kept: float) -> None:
    assert record_reading(client, lesion, findings={"long_axis_mm": given})["findings"]["long_axis_mm"] == kept


@ONCE
@pytest.mark.parametrize("number", ["-0.0", "-0", "-1e-9", "0"])
def test_nought_has_no_sign(client: httpx.Client, lesion: Json, number: str) -> None:
    body = (
        f'{{"study_instance_uid": "{OLD_STUDY}",'
        f' "findings": {{"vertebral_collapse": {{"height_loss_percent": {number}}}}},'
        f' "geometry": {{"frame_of_reference_uid": "{OLD_FRAME}", "points": [{{"x": -0.0, "y": 0, "z": 1}}]}}}}'
    )
    answer = client.post(
        f"/api/v1/lesions/{lesion['lesion_id']}/readings", content=body, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 201
    assert answer.json()["findings"]["vertebral_collapse"]["height_loss_percent"] == 0
    kept = answer.text.split('"findings"')[1].split('"recorded_at"')[0]
    assert "-0" not in kept


@ONCE
@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999"])
def test_what_is_no_number_is_refused(client: httpx.Client, lesion: Json, number: str) -> None:
    body = f'{{"study_instance_uid": "{OLD_STUDY}", "findings": {{"long_axis_mm": {number}}}}}'
    answer = client.post(
        f"/api/v1/lesions/{lesion['lesion_id']}/readings", content=body, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 422
    assert pointers(answer) == ["#/findings/long_axis_mm"]


@ONCE
@pytest.mark.parametrize(
    ("involvement", "wrong"),
    [
        pytest.param({}, "category", id="nothing said"),
        pytest.param(
            {"measured": [{"of": "cortical", "destroyed_mm": 4, "total_mm": 3}]}, "measured/0/destroyed_mm", id="a"
        ),
        pytest.param({"measured": [{"of": "bone_diameter", "destroyed_mm": 1, "total_mm": 3}]}, "denominator", id="b"),
        pytest.param(
            {"category": "gt_2_3", "measured": [{"of": "cortical", "destroyed_mm": 1, "total_mm": 3}]},
            "category",
            id="c",
        ),
    ],
)
def test_cortical_involvement_that_cannot_be_is_refused(client: httpx.Client, involvement: Json, wrong: str) -> None:
    femur = open_lesion(client, FEMUR)
    answer = post_reading(client, femur, findings={"cortical_involvement": involvement})
    assert answer.status_code == 422
    assert pointers(answer) == [f"#/findings/cortical_involvement/{wrong}"]


@ONCE
def test_a_refused_finding_says_where_the_lesion_is(client: httpx.Client) -> None:
    answer = post_reading(client, open_lesion(client, FEMUR), findings={"alignment": "normal"})
    assert answer.json()["errors"] == [
        {
            "pointer": "#/findings/alignment",
            "detail": "is a finding of a vertebra; this lesion is in: left femur, subtrochanteric region",
        }
    ]


def test_ten_thousand_points_are_taken(client: httpx.Client, lesion: Json) -> None:
    points = [{"x": index / 7, "y": -index / 3, "z": 1.0} for index in range(10_000)]
    reading = record_reading(client, lesion, geometry={"frame_of_reference_uid": OLD_FRAME, "points": points})
    assert reading["geometry"]["points"] == points


def test_a_revision_keeps_the_earlier_one(client: httpx.Client, lesion: Json) -> None:
    first = record_reading(client, lesion)
    answer = revise(
        client, first, '"1"', findings=VERTEBRA_FINDINGS | {"alignment": "de_novo_deformity"}, reason="Kyphosis."
    )
    second = answer.json()
    assert answer.status_code == 200
    assert answer.headers["ETag"] == '"2"'
    assert (second["revision"], second["reason"]) == (2, "Kyphosis.")
    assert second["scores"]["sins"]["points"]["alignment"] == 2
    path = f"/api/v1/readings/{first['reading_id']}"
    assert client.get(path).json() == second
    assert client.get(f"{path}/revisions").json() == {"items": [first, second]}
    assert client.get(f"{path}/revisions/1").json() == first
    assert client.get(f"{path}/revisions/3").status_code == 404


def test_a_revision_must_name_what_it_was_made_from(client: httpx.Client, lesion: Json) -> None:
    reading = record_reading(client, lesion)
    for missing in (None, "*"):
        answer = revise(client, reading, missing)
        assert answer.status_code == 428
        assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("stale", ['"2"', '"0"', "1", 'W/"1"', '"1", "2"'])
def test_a_revision_made_from_something_else_is_refused(client: httpx.Client, lesion: Json, stale: str) -> None:
    reading = record_reading(client, lesion)
    answer = revise(client, reading, stale)
    assert answer.status_code == 412
    assert answer.headers["ETag"] == '"1"'
    assert client.get(f"/api/v1/readings/{reading['reading_id']}").json() == reading


def test_of_two_readers_who_revise_at_once_one_is_told(client: httpx.Client, lesion: Json) -> None:
    reading = record_reading(client, lesion)
    with ThreadPoolExecutor(4) as pool:
        statuses = list(pool.map(lambda _: revise(client, reading, '"1"').status_code, range(4)))
    assert sorted(statuses) == [200, 412, 412, 412]


@ONCE
@pytest.mark.parametrize("reason", [None, "", "   ", "x" * 501, "a\0b"])
def test_a_revision_needs_a_reason(client: httpx.Client, lesion: Json, reason: str | None) -> None:
    answer = revise(client, record_reading(client, lesion), '"1"', reason=reason)
    assert answer.status_code == 422
    assert pointers(answer) == ["#/reason"]


def test_the_study_of_a_reading_never_changes(client: httpx.Client, lesion: Json) -> None:
    answer = revise(client, record_reading(client, lesion), '"1"', study_instance_uid=NEW_STUDY)
    assert answer.status_code == 422


def test_readings_are_listed_by_lesion_patient_and_study(client: httpx.Client, lesion: Json) -> None:
    other = open_lesion(client, pseudonym=OTHER_PSEUDONYM)
    made = [
        record_reading(client, lesion),
        record_reading(client, lesion, study_instance_uid=NEW_STUDY, geometry=None),
        record_reading(client, open_lesion(client, FEMUR), findings=FEMUR_FINDINGS),
    ]
    record_reading(client, other, study_instance_uid=OTHER_STUDY, geometry=None)
    assert items(client, f"/api/v1/patients/{PSEUDONYM}/readings", limit=2) == made
    assert items(client, f"/api/v1/lesions/{lesion['lesion_id']}/readings", limit=1) == made[:2]
    assert items(client, f"/api/v1/studies/{OLD_STUDY}/readings") == [made[0], made[2]]


def test_what_does_not_exist_is_not_found(client: httpx.Client) -> None:
    nothing = uuid4()
    for path in (
        f"/api/v1/readings/{nothing}",
        f"/api/v1/readings/{nothing}/revisions",
        f"/api/v1/readings/{nothing}/revisions/1",
        f"/api/v1/readings/{nothing}/scores",
        f"/api/v1/lesions/{nothing}/readings",
        "/api/v1/patients/OST-00000-00000/readings",
        "/api/v1/studies/2.25.9/readings",
    ):
        assert client.get(path).status_code == 404, path
    assert revise(client, {"reading_id": str(nothing)}, '"1"').status_code == 404


def test_a_cursor_after_a_reading_that_is_gone_is_refused(client: httpx.Client, lesion: Json) -> None:
    record_reading(client, lesion)
    for cursor in (
        "nonsense",
        "WyJyZWFkaW5ncyIsIjEiXQ",
        "WyJyZWFkaW5ncyIsImY3ZjQ0ZjA0LWY3NGMtNGU0Zi04ZjA0LWY3NGM0ZTRmOGYwNCJd",
    ):
        path = f"/api/v1/patients/{PSEUDONYM}/readings"
        assert client.get(path, params={"cursor": cursor}).status_code == 422


@ONCE
def test_an_identifier_that_is_none_is_refused_and_not_repeated(client: httpx.Client) -> None:
    answer = client.get("/api/v1/readings/dupont")
    assert answer.status_code == 422
    assert "dupont" not in answer.text


def test_an_image_of_the_study_is_enough_to_say_where(client: httpx.Client, lesion: Json) -> None:
    place = {"sop_instance_uid": OLD_IMAGE, "points": [{"x": 1, "y": 2, "z": 3}]}
    reading = record_reading(client, lesion, geometry=place)
    assert reading["geometry"] == place | {"frame_of_reference_uid": None, "shape": None}


@ONCE
def test_what_was_drawn_says_what_it_encloses_and_has_the_points_for_it(client: httpx.Client, lesion: Json) -> None:
    corners = [{"x": x, "y": y, "z": 3} for x, y in ((1, 2), (5, 2), (3, 6))]
    place = {"sop_instance_uid": OLD_IMAGE, "points": corners, "shape": "contour"}

    assert record_reading(client, lesion, geometry=place)["geometry"] == place | {"frame_of_reference_uid": None}
    for wrong in ({"shape": "ellipse"}, {"points": corners[:2]}, {"shape": "sphere"}):
        answer = post_reading(client, lesion, geometry=place | wrong)
        assert answer.status_code == 422
        assert pointers(answer) == ["#/geometry/shape" if wrong.get("shape") == "sphere" else "#/geometry/points"]
