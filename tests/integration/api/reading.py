"""Requests that several tests of lesions and readings make."""

from typing import Any

import httpx

from tests.builders.ledger import PSEUDONYM
from tests.builders.registry import OLD_FRAME, OLD_IMAGE, OLD_STUDY

Json = dict[str, Any]

VERTEBRA: Json = {"bone": "vertebra", "level": "L3"}
FEMUR: Json = {"bone": "femur", "region": "subtrochanteric", "side": "left"}

VERTEBRA_FINDINGS: Json = {
    "lesion_type": "lytic",
    "vertebral_collapse": {"present": True, "height_loss_percent": 40.1, "body_involved_percent": None},
    "posterolateral": [{"structure": "pedicle", "side": "left"}],
    "alignment": "normal",
    "retropulsion": False,
    "long_axis_mm": 24.5,
    "short_axis_mm": 18,
}
FEMUR_FINDINGS: Json = {
    "lesion_type": "lytic",
    "cortical_involvement": {
        "category": None,
        "measured": [{"of": "cortical", "destroyed_mm": 0.1, "total_mm": 0.3}],
        "denominator": "cortical",
    },
    "pathological_fracture": False,
}
GEOMETRY: Json = {
    "sop_instance_uid": OLD_IMAGE,
    "frame_of_reference_uid": OLD_FRAME,
    "points": [{"x": 12.5, "y": -140.25, "z": 0.1}, {"x": 30, "y": -138, "z": 0.1}],
    "shape": None,
}


def open_lesion(client: httpx.Client, site: Json | None = None, pseudonym: str = PSEUDONYM) -> Json:
    answer = client.post(f"/api/v1/patients/{pseudonym}/lesions", json={"site": site or VERTEBRA})
    assert answer.status_code == 201, answer.text
    lesion: Json = answer.json()
    return lesion


def post_reading(client: httpx.Client, lesion: Json, **changes: Any) -> httpx.Response:
    body = {"study_instance_uid": OLD_STUDY, "findings": VERTEBRA_FINDINGS, "geometry": GEOMETRY} | changes
    return client.post(f"/api/v1/lesions/{lesion['lesion_id']}/readings", json=body)


def record_reading(client: httpx.Client, lesion: Json, **changes: Any) -> Json:
    answer = post_reading(client, lesion, **changes)
    assert answer.status_code == 201, answer.text
    reading: Json = answer.json()
    return reading


def pointers(answer: httpx.Response) -> list[str]:
    assert answer.headers["Content-Type"] == "application/problem+json"
    return [error["pointer"] for error in answer.json()["errors"]]


def items(client: httpx.Client, path: str, **query: str | int) -> list[Json]:
    """Every item of a list, page by page."""
    found: list[Json] = []
    cursor: str | None = None
    while True:
        page = client.get(path, params=query | ({"cursor": cursor} if cursor else {}))
        assert page.status_code == 200, page.text
        found += page.json()["items"]
        cursor = page.json()["next_cursor"]
        if cursor is None:
            return found
