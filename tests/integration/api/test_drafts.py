"""Drafts over HTTP: begun once, saved without loss, signed once, and nobody else's business."""

import json
from collections.abc import Iterator

import httpx
import pytest
from sqlalchemy import Engine

from api.pagination import encode
from storage.ledger import Ledger
from storage.tokens import Tokens
from tests.builders.registry import NEW_STUDY, OBJECTS, OLD_STUDY, OTHER_STUDY
from tests.integration.api.conftest import NO_TLS, PATIENCE_SECONDS
from tests.integration.api.drafting import begin, save, saved, sign, signed
from tests.integration.api.reading import (
    GEOMETRY,
    VERTEBRA_FINDINGS,
    Json,
    items,
    open_lesion,
    pointers,
    record_reading,
)

# What does not depend on how the database keeps or locks is shown once.
ONCE = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
PROBLEM = "urn:osteon:problem:"


@pytest.fixture(autouse=True)
def _images_have_arrived(ledger: Ledger) -> None:
    ledger.record(OBJECTS)


@pytest.fixture
def lesion(client: httpx.Client) -> Json:
    return open_lesion(client)


@pytest.fixture
def colleague(url: str, engine: Engine) -> Iterator[httpx.Client]:
    """Another reader."""
    token = Tokens(engine).create("colleague")
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=url, headers=headers, timeout=PATIENCE_SECONDS, verify=NO_TLS) as client:
        yield client


def known(findings: Json) -> Json:
    return {name: value for name, value in findings.items() if value is not None}


def test_a_draft_is_saved_bit_by_bit_and_signed(client: httpx.Client, lesion: Json) -> None:
    draft = begin(client, lesion)
    assert (draft["version"], draft["author"], known(draft["findings"]), draft["note"]) == (1, "tests", {}, None)
    draft = saved(client, draft, findings={"lesion_type": "lytic", "vertebral_collapse": {"present": True}})
    draft = saved(client, draft, findings={"vertebral_collapse": {"height_loss_percent": 40.1}}, note="Relu.")
    draft = saved(client, draft, geometry=GEOMETRY, findings={"lesion_type": None, "alignment": "normal"})
    collapse = {"present": True, "height_loss_percent": 40.1, "body_involved_percent": None}
    assert known(draft["findings"]) == {"vertebral_collapse": collapse, "alignment": "normal"}
    assert client.get(f"/api/v1/drafts/{draft['draft_id']}").json() == draft

    reading = signed(client, draft)

    assert (reading["revision"], reading["recorded_by"], reading["note"]) == (1, "tests", "Relu.")
    assert (reading["findings"], reading["geometry"]) == (draft["findings"], GEOMETRY)
    assert client.get(f"/api/v1/readings/{reading['reading_id']}").json() == reading
    assert client.get(f"/api/v1/drafts/{draft['draft_id']}").status_code == 404
    assert items(client, "/api/v1/drafts") == []


def test_beginning_again_goes_on_with_the_same_draft(client: httpx.Client, lesion: Json) -> None:
    path = f"/api/v1/lesions/{lesion['lesion_id']}/drafts"
    first = client.post(path, json={"study_instance_uid": OLD_STUDY})
    again = client.post(path, json={"study_instance_uid": OLD_STUDY})
    other = client.post(path, json={"study_instance_uid": NEW_STUDY})
    assert (first.status_code, again.status_code, other.status_code) == (201, 200, 201)
    assert again.json() == first.json()
    assert again.headers["Location"] == first.headers["Location"] == f"/api/v1/drafts/{first.json()['draft_id']}"
    assert again.headers["ETag"] == '"1"'
    assert other.json()["draft_id"] != first.json()["draft_id"]


def test_a_stale_save_overwrites_nothing_and_is_shown_what_stands(client: httpx.Client, lesion: Json) -> None:
    begun = begin(client, lesion)
    current = saved(client, begun, findings={"alignment": "normal"})

    answer = save(client, begun, findings={"alignment": "de_novo_deformity"})

    assert answer.status_code == 412
    assert answer.headers["ETag"] == '"2"'
    assert answer.json()["current"] == current
    assert answer.json()["yours"] == {"version": 1}
    assert client.get(f"/api/v1/drafts/{begun['draft_id']}").json() == current


def test_a_save_whose_answer_was_lost_is_made_once(client: httpx.Client, lesion: Json) -> None:
    begun = begin(client, lesion)
    change: Json = {"findings": {"alignment": "normal"}, "note": "Relu."}
    first, again = save(client, begun, **change), save(client, begun, **change)
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.json() == first.json()
    assert again.headers["ETag"] == first.headers["ETag"] == '"2"'
    saved(client, first.json(), findings={"retropulsion": False})
    assert save(client, begun, **change).status_code == 412


def test_a_signature_whose_answer_was_lost_is_made_once(client: httpx.Client, lesion: Json) -> None:
    draft = saved(client, begin(client, lesion), findings=VERTEBRA_FINDINGS)
    first, again = sign(client, draft), sign(client, draft)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert len(items(client, f"/api/v1/lesions/{lesion['lesion_id']}/readings")) == 1


def test_a_stale_draft_is_neither_signed_nor_discarded(client: httpx.Client, lesion: Json) -> None:
    begun = begin(client, lesion)
    current = saved(client, begun, findings={"alignment": "normal"})
    path = f"/api/v1/drafts/{begun['draft_id']}"
    for answer in (sign(client, begun), client.delete(path, headers={"If-Match": '"1"'})):
        assert answer.status_code == 412
        assert answer.json()["current"] == current
    assert client.get(path).json() == current
    assert client.delete(path, headers={"If-Match": '"2"'}).status_code == 204
    assert client.get(path).status_code == 404
    assert items(client, f"/api/v1/lesions/{lesion['lesion_id']}/readings") == []


@ONCE
def test_a_change_names_the_version_it_was_made_from(client: httpx.Client, lesion: Json) -> None:
    path = f"/api/v1/drafts/{begin(client, lesion)['draft_id']}"
    assert client.patch(path, json={"note": "a"}).status_code == 428
    assert client.patch(path, json={"note": "a"}, headers={"If-Match": "*"}).status_code == 428
    assert client.post(f"{path}/sign", json={}).status_code == 428
    assert client.delete(path).status_code == 428


def test_another_readers_draft_does_not_exist(client: httpx.Client, colleague: httpx.Client, lesion: Json) -> None:
    draft = saved(client, begin(client, lesion), note="Secret.")
    path = f"/api/v1/drafts/{draft['draft_id']}"
    answers = (
        colleague.get(path),
        save(colleague, draft, note="Mine."),
        colleague.delete(path, headers={"If-Match": '"2"'}),
        sign(colleague, draft),
    )
    assert [answer.status_code for answer in answers] == [404] * 4
    assert items(colleague, "/api/v1/drafts") == []
    theirs = begin(colleague, lesion)
    assert theirs["draft_id"] != draft["draft_id"]
    assert signed(colleague, theirs)["recorded_by"] == "colleague"
    assert client.get(path).json() == draft
    signed(client, draft)
    assert sign(colleague, draft).status_code == 404


def test_an_earlier_readings_values_are_carried_until_confirmed(client: httpx.Client, lesion: Json) -> None:
    seen = VERTEBRA_FINDINGS | {"sources": [{"finding": "alignment", "how": "visual"}]}
    earlier = record_reading(client, lesion, findings=seen)
    draft = begin(client, lesion, study_instance_uid=NEW_STUDY, from_reading=earlier["reading_id"])
    assert known(draft["findings"]) == VERTEBRA_FINDINGS
    assert draft["carried"] == sorted(VERTEBRA_FINDINGS)
    assert draft["carried_from"] == {"reading_id": earlier["reading_id"], "revision": 1}
    assert draft["geometry"] is None

    draft = saved(client, draft, findings={"long_axis_mm": 30}, confirm=["alignment", "short_axis_mm"])
    left = sorted(set(VERTEBRA_FINDINGS) - {"long_axis_mm", "alignment", "short_axis_mm"})
    assert draft["carried"] == left
    answer = sign(client, draft)
    assert answer.status_code == 409
    assert answer.json()["type"] == f"{PROBLEM}not-confirmed"
    assert answer.json()["carried"] == left

    draft = saved(client, draft, findings={"posterolateral": None}, confirm=left)
    assert (draft["carried"], draft["carried_from"]) == ([], None)
    assert known(signed(client, draft)["findings"]) == {
        name: value for name, value in VERTEBRA_FINDINGS.items() if name != "posterolateral"
    } | {"long_axis_mm": 30}


def test_single_findings_are_carried_into_a_draft_that_is_begun(client: httpx.Client, lesion: Json) -> None:
    seen = VERTEBRA_FINDINGS | {"alignment": "de_novo_deformity"}
    earlier = record_reading(client, lesion, findings=seen)
    draft = begin(client, lesion, study_instance_uid=NEW_STUDY)
    mine: Json = {"lesion_type": "mixed", "sources": [{"finding": "lesion_type", "how": "visual"}]}
    draft = saved(client, draft, findings=mine, carry=["alignment", "retropulsion"])
    kept = {"lesion_type": "mixed", "alignment": "de_novo_deformity", "retropulsion": seen.get("retropulsion")}
    assert known(draft["findings"]) == known(kept) | {"sources": draft["findings"]["sources"]}
    assert draft["carried"] == [name for name in ("alignment", "retropulsion") if name in seen]
    assert draft["carried_from"] == {"reading_id": earlier["reading_id"], "revision": 1}

    draft = saved(client, draft, carry=["lesion_type"])
    assert draft["findings"]["lesion_type"] == seen["lesion_type"]
    assert draft["findings"]["sources"] is None
    assert sign(client, draft).status_code == 409
    draft = saved(client, draft, confirm=draft["carried"])
    assert draft["carried_from"] is None
    assert signed(client, draft)["findings"]["alignment"] == "de_novo_deformity"


@ONCE
def test_what_cannot_be_carried_is_refused_and_changes_nothing(client: httpx.Client, lesion: Json) -> None:
    draft = begin(client, lesion)
    assert pointers(save(client, draft, carry=["alignment"])) == ["#/carry"]
    both: list[Json] = [{"findings": {"alignment": "normal"}}, {"confirm": ["alignment"]}]
    for each in both:
        assert save(client, draft, carry=["alignment"], **each).status_code == 422
    assert client.get(f"/api/v1/drafts/{draft['draft_id']}").json() == draft


def test_a_signed_reading_is_revised_by_a_draft_with_a_reason(client: httpx.Client, lesion: Json) -> None:
    first = signed(client, saved(client, begin(client, lesion), findings=VERTEBRA_FINDINGS, note="Relu."))
    path = f"/api/v1/readings/{first['reading_id']}/drafts"
    begun, again = client.post(path), client.post(path)
    assert (begun.status_code, again.status_code) == (201, 200)
    assert again.json() == begun.json()
    draft = begun.json()
    assert draft["revises"] == {"reading_id": first["reading_id"], "revision": 1}
    assert (draft["findings"], draft["note"], draft["carried"]) == (first["findings"], "Relu.", [])

    draft = saved(client, draft, findings={"alignment": "de_novo_deformity"})
    assert pointers(sign(client, draft)) == ["#/reason"]
    second = signed(client, draft, reason="Kyphosis on the reformat.")

    assert (second["reading_id"], second["revision"]) == (first["reading_id"], 2)
    assert second["reason"] == "Kyphosis on the reformat."
    assert sign(client, draft, reason="Kyphosis on the reformat.").json() == second


def test_a_revision_made_meanwhile_is_shown_beside_the_draft(
    client: httpx.Client, colleague: httpx.Client, lesion: Json
) -> None:
    first = record_reading(client, lesion)
    path = f"/api/v1/readings/{first['reading_id']}/drafts"
    mine = saved(client, client.post(path).json(), findings={"retropulsion": True})
    theirs = saved(colleague, colleague.post(path).json(), findings={"alignment": "de_novo_deformity"})
    second = signed(colleague, theirs, reason="Kyphosis.")

    answer = sign(client, mine, reason="Retropulsion.")
    assert answer.status_code == 412
    assert answer.json()["type"] == f"{PROBLEM}overtaken-revision"
    assert (answer.json()["current"], answer.json()["yours"]) == (second, mine)
    assert client.get(f"/api/v1/readings/{first['reading_id']}").json() == second

    assert save(client, mine, onto=3).status_code == 412
    seen = saved(client, mine, onto=2, findings={"alignment": "de_novo_deformity"})
    third = signed(client, seen, reason="Retropulsion.")
    assert (third["revision"], third["findings"]["retropulsion"]) == (3, True)


def test_a_history_says_who_changed_what_when_and_why(
    client: httpx.Client, colleague: httpx.Client, lesion: Json
) -> None:
    first = record_reading(client, lesion)
    path = f"/api/v1/readings/{first['reading_id']}"
    draft = colleague.post(f"{path}/drafts").json()
    change = {"alignment": "de_novo_deformity", "long_axis_mm": 26, "retropulsion": None}
    second = signed(colleague, saved(colleague, draft, findings=change, geometry=None), reason="Reformat.")

    history = client.get(f"{path}/history").json()

    assert history["lesion_label"] == "L1"
    assert [entry["revision"] for entry in history["items"]] == [1, 2]
    assert history["items"][0]["changes"] == []
    revision = history["items"][1]
    assert (revision["recorded_by"], revision["reason"]) == ("colleague", "Reformat.")
    assert revision["recorded_at"] == second["recorded_at"]
    assert [(each["finding"], each["from"], each["to"]) for each in revision["changes"]] == [
        ("alignment", "normal", "de_novo_deformity"),
        ("retropulsion", False, None),
        ("long_axis_mm", 24.5, 26),
        ("geometry", GEOMETRY, None),
    ]
    assert [each["in_words"] for each in revision["changes"]][:3] == [
        "Alignment: normal → de novo deformity",
        "Retropulsion: no → not known",
        "Long axis: 24.5 mm → 26 mm",
    ]
    assert [each["in_words_fr"] for each in revision["changes"]][:3] == [
        "Alignement : normal → déformation récente",
        "Recul du mur postérieur : non → non renseigné",
        "Grand axe : 24,5\u00a0mm → 26\u00a0mm",
    ]


@ONCE
def test_a_note_that_may_name_a_patient_is_kept_only_when_checked(client: httpx.Client, lesion: Json) -> None:
    draft = begin(client, lesion)
    note = "Vu avec Mme DUPONT le 12/03/2031."
    answer = save(client, draft, note=note)
    assert answer.status_code == 422
    assert answer.json()["type"] == f"{PROBLEM}identifying-text"
    assert [(each["pointer"], each["kind"]) for each in answer.json()["identifying"]] == [
        ("#/note", "person"),
        ("#/note", "date"),
    ]
    places = [note[each["start"] : each["end"]] for each in answer.json()["identifying"]]
    assert places == ["Mme DUPONT", "12/03/2031"]
    assert "DUPONT" not in answer.text
    assert answer.json()["identifying"][1]["label_fr"] == "une date complète"
    assert client.get(f"/api/v1/drafts/{draft['draft_id']}").json() == draft

    draft = saved(client, draft, note=note, text_checked=True)
    assert draft["note"] == note
    draft = saved(client, draft, findings={"alignment": "normal"})  # a note that was checked is not asked about again
    assert sign(client, draft).status_code == 422
    assert signed(client, draft, text_checked=True)["note"] == note


@ONCE
def test_a_reason_that_may_name_a_patient_is_kept_only_when_checked(client: httpx.Client, lesion: Json) -> None:
    reading = record_reading(client, lesion)
    path = f"/api/v1/readings/{reading['reading_id']}"
    draft = client.post(f"{path}/drafts").json()
    reason = "Appelé au 06 12 34 56 78."
    answer = sign(client, draft, reason=reason)
    assert [(each["pointer"], each["kind"]) for each in answer.json()["identifying"]] == [("#/reason", "phone")]
    at_once: Json = {"findings": VERTEBRA_FINDINGS, "reason": reason}
    assert client.put(path, json=at_once, headers={"If-Match": '"1"'}).status_code == 422
    checked = client.put(path, json=at_once | {"text_checked": True}, headers={"If-Match": '"1"'})
    assert checked.json()["reason"] == reason


@ONCE
@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        pytest.param({"findings": {"DUPONT": None}}, ["#/findings"], id="an unknown finding"),
        pytest.param({"findings": {"vertebral_collapse": {"DUPONT": 1}}}, ["#/findings/vertebral_collapse"], id="part"),
        pytest.param({"findings": {"alignment": "DUPONT"}}, ["#/findings/alignment"], id="no such value"),
        pytest.param({"findings": {"alignment": ["DUPONT"]}}, ["#/findings/alignment"], id="a list for a value"),
        pytest.param({"findings": {"long_axis_mm": True}}, ["#/findings/long_axis_mm"], id="yes for a length"),
        pytest.param({"findings": {"short_axis_mm": 900}}, ["#/findings/short_axis_mm"], id="short above long"),
        pytest.param({"findings": {"change": {"lysis": "stable"}}}, None, id="a change without a study"),
        pytest.param({"findings": {"cortical_breach": True, "axial_cortical_mm": 3}}, None, id="of another bone"),
        pytest.param({"geometry": {"points": GEOMETRY["points"]}}, ["#/geometry/sop_instance_uid"], id="no image"),
        pytest.param({"confirm": ["DUPONT"]}, ["#/confirm/0"], id="confirming what is no finding"),
        pytest.param({"note": "x" * 2001}, ["#/note"], id="too long a note"),
        pytest.param({"note": "a\x00b"}, ["#/note"], id="a control character"),
        pytest.param({"note": "a\ud800b"}, ["#/note"], id="half a character"),
        pytest.param({"onto": 1}, ["#/onto"], id="nothing to move onto"),
        pytest.param({"shoe_size": "DUPONT"}, ["#"], id="an unknown property"),
    ],
)
def test_a_save_that_cannot_be_changes_nothing(
    client: httpx.Client, lesion: Json, change: Json, wrong: list[str] | None
) -> None:
    draft = saved(client, begin(client, lesion), findings={"long_axis_mm": 20})
    answer = client.patch(
        f"/api/v1/drafts/{draft['draft_id']}",
        content=json.dumps(change),
        headers={"If-Match": '"2"', "Content-Type": "application/json"},
    )
    assert answer.status_code == 422, answer.text
    assert wrong is None or pointers(answer) == wrong
    assert "DUPONT" not in answer.text
    assert client.get(f"/api/v1/drafts/{draft['draft_id']}").json() == draft


@ONCE
def test_a_patch_nested_without_end_is_refused(client: httpx.Client, lesion: Json) -> None:
    draft = begin(client, lesion)
    content = '{"findings": ' + '{"change": ' * 500 + "1" + "}" * 501
    headers = {"If-Match": '"1"', "Content-Type": "application/json"}
    answer = client.patch(f"/api/v1/drafts/{draft['draft_id']}", content=content, headers=headers)
    assert answer.status_code == 422


@ONCE
def test_a_draft_is_begun_on_a_study_of_the_lesions_patient(client: httpx.Client, lesion: Json) -> None:
    path = f"/api/v1/lesions/{lesion['lesion_id']}/drafts"
    assert pointers(client.post(path, json={"study_instance_uid": OTHER_STUDY})) == ["#/study_instance_uid"]
    other = record_reading(client, open_lesion(client))
    foreign = {"study_instance_uid": NEW_STUDY, "from_reading": other["reading_id"]}
    assert pointers(client.post(path, json=foreign)) == ["#/from_reading"]
    unknown = {"study_instance_uid": NEW_STUDY, "from_reading": lesion["lesion_id"]}
    assert client.post(path, json=unknown).status_code == 404
    assert client.post(f"/api/v1/lesions/{other['reading_id']}/drafts", json=foreign).status_code == 404
    assert client.post(f"/api/v1/readings/{lesion['lesion_id']}/drafts").status_code == 404


@ONCE
def test_a_first_reading_has_no_reason(client: httpx.Client, lesion: Json) -> None:
    assert pointers(sign(client, begin(client, lesion), reason="Because.")) == ["#/reason"]


@ONCE
def test_what_the_scores_wait_for_is_named(client: httpx.Client, lesion: Json) -> None:
    draft = saved(client, begin(client, lesion), findings=VERTEBRA_FINDINGS)
    pain = {
        "instrument": "sins",
        "item": "pain",
        "label": "Type of pain",
        "label_fr": "Type de douleur",
        "known_by": "meeting",
        "decides": "decided",
    }
    assert draft["missing"] == [pain]
    draft = saved(client, draft, findings={"alignment": None, "lesion_type": None})
    assert [each["item"] for each in draft["missing"]] == ["pain", "lesion_type", "alignment"]
    assert signed(client, draft)["missing"] == draft["missing"]


def test_drafts_are_listed_in_pages_also_while_they_are_signed(client: httpx.Client) -> None:
    made = [begin(client, open_lesion(client)) for _ in range(5)]
    page = client.get("/api/v1/drafts", params={"limit": 2}).json()
    assert page["items"] == made[:2]
    signed(client, made[1])
    rest = items(client, "/api/v1/drafts", limit=2)
    following = client.get("/api/v1/drafts", params={"limit": 9, "cursor": page["next_cursor"]}).json()
    assert following["items"] == made[2:]
    assert rest == [made[0], *made[2:]]


@ONCE
@pytest.mark.parametrize("key", [[], ["x", "y"], ["2031-07-01T09:30:00", "0" * 32], ["2031-07-01T09:30:00+00:00", "x"]])
def test_a_cursor_of_another_make_is_refused(client: httpx.Client, key: list[str]) -> None:
    cursor = encode("drafts", tuple(key))
    assert client.get("/api/v1/drafts", params={"cursor": cursor}).status_code == 422
