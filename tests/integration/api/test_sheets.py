"""The meeting sheet, the skeleton and key images over HTTP, on two studies with a phantom in them."""

import subprocess
from io import BytesIO
from pathlib import Path

import httpx
import numpy as np
import pytest
from PIL import Image
from sqlalchemy import Engine

from annotation.roles import Role
from api.errors import PrintingUnavailableError
from lesion_model.skeleton import Level
from storage.ledger import Ledger
from storage.tokens import Tokens
from tests.builders.images import FakeImages
from tests.builders.meeting import CENTRE, NEW, NOW, OLD, PATIENT, Json, Meeting, drawn_on, furnish, post, read
from tests.builders.programs import program

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

SHEET = f"/api/v1/patients/{PATIENT}/sheet"


@pytest.fixture
def meeting(engine: Engine, ledger: Ledger, images: FakeImages, url: str) -> Meeting:
    def client_of(name: str) -> httpx.Client:
        role = {"reader": Role.RADIOLOGIST, "clinician": Role.CLINICIAN}[name]
        token = Tokens(engine).create(f"Dr {name}", roles=[role])
        return httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=60)

    return furnish(ledger, images, client_of)


def read_sheet(client: httpx.Client, language: str = "en") -> Json:
    answer = client.get(SHEET, params={"language": language})
    assert answer.status_code == 200, answer.text
    sheet: Json = answer.json()
    return sheet


def picture(client: httpx.Client, reading: Json) -> Image.Image:
    answer = client.get(f"/api/v1/readings/{reading['reading_id']}/key-image.png")
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "image/png"
    return Image.open(BytesIO(answer.content)).convert("RGB")


@pytest.mark.usefixtures("meeting")
def test_the_sheet_says_each_score_with_its_bounds_what_is_missing_and_what_was_before(client: httpx.Client) -> None:
    sheet = read_sheet(client)

    vertebra, femur, ilium = sheet["lesions"]
    sins = vertebra["scores"][0]
    # Fisher 2010: L3 mobile 2, lytic 2, normal alignment 0, collapse under half 2, unilateral 1; pain 0 to 3.
    assert (sins["instrument"], sins["amount"], sins["missing"]) == ("sins", "7–10/18", ["Type of pain"])
    assert sins["meaning"] == "potentially unstable"
    # Before: no collapse (0 or 1), posterolateral not looked at (0 to 3), pain 0 to 3: 2 + 2 + 0 + [0, 7].
    assert vertebra["prior"]["scores"][0]["amount"] == "4–11/18"
    assert vertebra["prior"]["study"]["study_date"] == "2031-01-06"
    mirels = femur["scores"][0]
    # Mirels 1989: peritrochanteric 3, over two thirds 3, lytic 3, functional pain 3.
    assert (mirels["amount"], mirels["missing"]) == ("12/12", [])
    pain = mirels["items"][-1] if mirels["items"][-1]["label"].startswith("Pain") else mirels["items"][1]
    assert pain["supplied"]["by"] == "Dr clinician"
    assert pain["supplied"]["meeting_date"] == "2031-06-26"
    assert [lesion["risk"] for lesion in (vertebra, femur, ilium)] == ["middle", "high", "none"]
    assert ilium["key_image"] is None
    assert [each["name"] for each in sheet["unread"]] == ["sternum"]


@pytest.mark.usefixtures("meeting")
def test_the_sheet_says_who_told_what_of_the_patient_and_gives_the_references(client: httpx.Client) -> None:
    sheet = read_sheet(client, "fr")

    said = {line["label"]: (line["value"], line["supplied"]["by"]) for line in sheet["context"]}
    assert said["Tumeur primitive"] == ("sein", "Dr clinician")
    assert said["Métastases viscérales"] == ("oui, non résécables, traitables", "Dr clinician")
    (femur,) = [lesion for lesion in sheet["lesions"] if lesion["label"] == "L2"]
    assert [line["value"] for line in femur["context"]] == ["fonctionnelle", "7 sur 10"]
    assert femur["name"] == "fémur gauche, région sous-trochantérienne"
    references = " ".join(each["reference"] for each in sheet["references"])
    assert "Fisher" in references
    assert "Mirels" in references
    assert [each["score"]["instrument"] for each in sheet["prognosis"]] == ["tokuhashi_revised", "tomita"]


@pytest.mark.usefixtures("meeting")
def test_a_key_image_shows_the_hole_dark_in_the_vertebra_with_what_was_drawn_in_yellow(client: httpx.Client) -> None:
    (vertebra, femur, _) = read_sheet(client)["lesions"]

    for lesion in (vertebra, femur):
        pixels = np.asarray(picture(client, lesion)).astype(int)
        assert pixels.shape == (640, 640, 3)
        yellow = (pixels[..., 0] > 200) & (pixels[..., 1] > 170) & (pixels[..., 2] < 140)
        rows, columns = np.nonzero(yellow)
        assert abs(rows.mean() - 320) < 25, "what was drawn is in the middle"
        assert abs(columns.mean() - 320) < 25
    axial = np.asarray(picture(client, vertebra)).astype(int)[..., 0]
    scale = 640 / 130
    bone = axial[320, round(320 - 20 * scale)]  # 8 mm left of the body's middle on the page: spongy bone, 260 HU
    hole = axial[320, round(320 + 5 * scale)]  # in the hole, beside the drawing: 30 HU
    # The bone window shows -500 HU black and 1300 HU white: 260 HU as 108, 30 HU as 75.
    assert bone == pytest.approx(255 * (260 + 500) / 1800, abs=4)
    assert hole == pytest.approx(255 * (30 + 500) / 1800, abs=4)


@pytest.mark.usefixtures("meeting")
def test_a_key_image_is_as_large_as_its_scale_says(client: httpx.Client) -> None:
    """20 mm on the scale: 98 pixels of 640 for 130 mm."""
    pixels = np.asarray(picture(client, read_sheet(client)["lesions"][0])).astype(int)
    line = pixels[640 - 20, :, :].min(axis=1) > 240

    assert line[400:].sum() == pytest.approx(20 * 640 / 130, abs=6)


def test_what_cannot_be_shown_is_said(client: httpx.Client, meeting: Meeting, images: FakeImages) -> None:
    reading = post_reading_without_drawing(client, meeting)
    assert client.get(f"/api/v1/readings/{reading['reading_id']}/key-image.png").status_code == 422

    stranger = read(client, meeting.ilium, NEW, {"lesion_type": "lytic"}, drawn_on(NEW))
    images.files.clear()
    answer = client.get(f"/api/v1/readings/{stranger['reading_id']}/key-image.png")
    assert answer.status_code == 500
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert client.get(f"{SHEET}.pdf").status_code == 200, "a sheet without an image is better than none"


def post_reading_without_drawing(client: httpx.Client, meeting: Meeting) -> Json:
    return read(client, meeting.ilium, OLD, {"lesion_type": "lytic"}, None)


def test_a_key_image_is_made_once_and_anew_for_a_revision(
    client: httpx.Client, meeting: Meeting, images: FakeImages
) -> None:
    first = picture(client, meeting.reading)
    opened = images.opened
    assert picture(client, meeting.reading).tobytes() == first.tobytes()
    assert images.opened == opened

    path = f"/api/v1/readings/{meeting.reading['reading_id']}"
    points = [{"x": CENTRE[0] - 15, "y": CENTRE[1], "z": CENTRE[2]}]
    body = {"findings": meeting.reading["findings"], "geometry": drawn_on(NEW) | {"points": points}, "reason": "Moved."}
    etag = client.get(path).headers["ETag"]
    assert client.put(path, json=body, headers={"If-Match": etag}).status_code == 200
    assert picture(client, meeting.reading).tobytes() != first.tobytes()


@pytest.mark.usefixtures("meeting")
def test_the_skeleton_shows_the_lesions_as_they_were_on_a_day(client: httpx.Client) -> None:
    def drawn(**query: str) -> str:
        answer = client.get(f"/api/v1/patients/{PATIENT}/skeleton.svg", params=query)
        assert answer.headers["Content-Type"] == "image/svg+xml"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        return answer.text

    assert ">2</text>" in drawn()
    assert ">2</text>" not in drawn(on="2031-01-06")
    assert ">1</text>" in drawn(on="2031-01-06")
    assert ">1</text>" not in drawn(on="2031-01-05")
    assert "lytique" in drawn(language="fr")
    assert "SINS 7–12" in drawn(colour="risk")
    png = client.get(f"/api/v1/patients/{PATIENT}/skeleton.png").content
    assert Image.open(BytesIO(png)).size == (1069, 1600)


@pytest.fixture
def printed(client: httpx.Client, meeting: Meeting, tmp_path: Path) -> dict[str, Path]:
    assert meeting.unread
    files = {}
    for language in ("en", "fr"):
        answer = client.get(f"{SHEET}.pdf", params={"language": language})
        assert answer.headers["Content-Type"] == "application/pdf"
        files[language] = tmp_path / f"{language}.pdf"
        files[language].write_bytes(answer.content)
    return files


def text_of(file: Path) -> str:
    program("pdftotext")
    return subprocess.run(["pdftotext", "-layout", file, "-"], check=True, capture_output=True, text=True).stdout


def test_poppler_reads_scores_bounds_and_references_in_the_file_on_a4(printed: dict[str, Path]) -> None:
    said = text_of(printed["en"])
    facts = subprocess.run(["pdfinfo", printed["en"]], check=True, capture_output=True, text=True).stdout

    assert "A4" in facts
    for part in ("7–10/18", "12/12", "4–11/18", "potentially unstable", "high risk", "Type of pain", "Fisher", PATIENT):
        assert part in said, part
    assert "Osteon" in said
    assert "potentiellement instable" in text_of(printed["fr"])


def test_the_file_names_no_study_image_or_reading(printed: dict[str, Path], meeting: Meeting) -> None:
    said = text_of(printed["en"])

    for identifier in (OLD, NEW, "2.25.903", meeting.reading["reading_id"], meeting.vertebra["lesion_id"]):
        assert identifier not in said


@pytest.mark.usefixtures("meeting")
def test_more_lesions_than_a_page_holds_go_on_with_their_headings_repeated(
    client: httpx.Client, tmp_path: Path
) -> None:
    levels = [level.value for level in Level if level.value[0] in "CTL" and level is not Level.L3]
    for level in levels:
        lesion = post(client, f"patients/{PATIENT}/lesions", {"site": {"bone": "vertebra", "level": level}})
        read(client, lesion, NEW, NOW, None)
    file = tmp_path / "many.pdf"
    file.write_bytes(client.get(f"{SHEET}.pdf").content)

    pages = text_of(file).split("\f")[:-1]
    overview = [page for page in pages if "Since the" in page]
    assert len(overview) > 1, "the heading of the table stands on each page that it goes on"
    assert all(f"page {place} / {len(pages)}" in page for place, page in enumerate(pages, start=1))
    whole = " ".join(" ".join(pages).split())
    for place in range(5, 5 + len(levels)):
        assert f"L{place} · " in whole, "nothing is cut"


@pytest.mark.usefixtures("meeting")
def test_who_takes_part_in_a_blind_reading_does_not_see_what_the_other_found(
    client: httpx.Client, engine: Engine, url: str
) -> None:
    tokens = {name: Tokens(engine).create(name, roles=[Role.RADIOLOGIST]) for name in ("anne", "ben")}
    protocol = post(client, "protocols", {"name": "Spine", "kind": "double_blind"})
    people = {"readers": ["anne", "ben"], "adjudicator": "judge", "study_instance_uids": [OLD]}
    post(client, f"protocols/{protocol['protocol_id']}/assignments", people)
    anne, ben = (
        httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=60)
        for token in tokens.values()
    )
    with anne, ben:
        rib = post(anne, f"patients/{PATIENT}/lesions", {"site": {"bone": "rib", "number": 9, "side": "left"}})
        mine = read(anne, rib, OLD, {"lesion_type": "mixed"}, drawn_on(OLD))
        image = f"/api/v1/readings/{mine['reading_id']}/key-image.png"

        assert "left rib 9" in anne.get(SHEET).text
        assert anne.get(image).status_code == 200
        assert "left rib 9" not in ben.get(SHEET).text
        assert ben.get(image).status_code == 404, "not even from what is kept of it"
        seen, hidden = (each.get(f"/api/v1/patients/{PATIENT}/skeleton.svg").text for each in (anne, ben))
        assert seen.count("#8b3fa0") > hidden.count("#8b3fa0")


@pytest.mark.usefixtures("meeting")
def test_a_machine_without_pango_says_what_to_install(client: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_html: str) -> bytes:
        raise PrintingUnavailableError

    monkeypatch.setattr("api.routes.sheets.printed", refuse)
    answer = client.get(f"{SHEET}.pdf")

    assert answer.status_code == 503
    assert answer.json()["type"] == "urn:osteon:problem:printing-unavailable"
    assert "libpango" in answer.json()["detail"]
