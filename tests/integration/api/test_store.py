"""Uploads (STOW-RS) as HTTP: what is taken, what is answered, and what is refused before it is read."""

import logging
import socket
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.builders.intakes import FakeIntake
from tests.services.processes import wait_for

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

STUDIES = "/dicom-web/studies"
RELATED = 'multipart/related; type="application/dicom"; boundary=abc'
CT = "1.2.840.10008.5.1.4.1.1.2"


def body(*contents: bytes, media_type: str = "application/dicom") -> bytes:
    parts = [f"--abc\r\nContent-Type: {media_type}\r\n\r\n".encode() + content + b"\r\n" for content in contents]
    return b"".join(parts) + b"--abc--\r\n"


def post(client: httpx.Client, content: bytes | Iterator[bytes], path: str = STUDIES, **headers: str) -> httpx.Response:
    changed = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.post(path, content=content, headers={"Content-Type": RELATED} | changed)


def items(answer: dict[str, Any], tag: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = answer.get(tag, {"Value": []})["Value"]
    return found


def test_all_parts_are_passed_on_as_they_are_and_named_in_the_answer(client: httpx.Client, intake: FakeIntake) -> None:
    answer = post(client, body(b"12", b"", b"\r\n--abd\r\n"))
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/dicom+json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert intake.received == [b"12", b"", b"\r\n--abd\r\n"]
    assert intake.studies == [None]
    # PS3.18 Table I.2-1, in the form of Annex F
    assert answer.json() == {
        "00081190": {"vr": "UR"},
        "00081199": {
            "vr": "SQ",
            "Value": [
                {
                    "00081150": {"vr": "UI", "Value": [CT]},
                    "00081155": {"vr": "UI", "Value": [uid]},
                    "00081190": {"vr": "UR"},
                }
                for uid in ("2.25.2", "2.25.0", "2.25.9")
            ],
        },
    }


def test_what_fails_is_named_with_its_reason(client: httpx.Client, intake: FakeIntake) -> None:
    intake.answer = lambda content: {1: 0x0000, 2: 0xC100, 3: 0xB000}[len(content)]
    answer = post(client, body(b"1", b"22", b"333"))
    assert answer.status_code == 202
    (failed,) = items(answer.json(), "00081198")
    assert failed["00081155"]["Value"] == ["2.25.2"]
    assert failed["00081197"] == {"vr": "US", "Value": [0xC100]}
    stored, with_warning = items(answer.json(), "00081199")
    assert "00081196" not in stored
    assert with_warning["00081196"] == {"vr": "US", "Value": [0xB000]}


@pytest.mark.parametrize(
    ("statuses", "answered"),
    [
        pytest.param([0x0000, 0x0000], 200, id="all"),
        pytest.param([0x0000, 0xB000], 202, id="all, one with a warning"),
        pytest.param([0xC000, 0x0000], 202, id="some"),
        pytest.param([0xC000, 0xA900], 409, id="none"),
        pytest.param([0xC000, 0xA700], 409, id="none, one for a reason that passes"),
        pytest.param([0xA700], 503, id="none, for a reason that passes"),
    ],
)
def test_the_status_says_whether_all_some_or_none_are_stored(
    client: httpx.Client, intake: FakeIntake, statuses: list[int], answered: int
) -> None:
    intake.answer = lambda content: statuses[int(content)]
    answer = post(client, body(*(b"%d" % number for number in range(len(statuses)))))
    assert answer.status_code == answered
    assert ("Retry-After" in answer.headers) == (answered == 503)


def test_a_door_that_is_closed_is_not_sent_the_rest(client: httpx.Client, intake: FakeIntake) -> None:
    intake.answer = lambda _: 0xA700
    assert post(client, body(b"1", b"2", b"3")).status_code == 503
    assert intake.received == [b"1"]


def test_a_single_file_is_taken_without_multipart(client: httpx.Client, intake: FakeIntake) -> None:
    answer = post(client, b"content", Content_Type="application/dicom")
    assert (answer.status_code, intake.received) == (200, [b"content"])


def test_the_study_of_the_path_is_handed_on(client: httpx.Client, intake: FakeIntake) -> None:
    assert post(client, body(b"1"), f"{STUDIES}/1.2.3").status_code == 200
    assert intake.studies == ["1.2.3"]


@pytest.mark.parametrize("study", ["DUPONT", "1.2.3a", "1" * 65, "..%2Fx"])
def test_a_path_without_a_uid_is_refused_and_not_repeated(client: httpx.Client, intake: FakeIntake, study: str) -> None:
    answer = post(client, body(b"1"), f"{STUDIES}/{study}")
    assert answer.status_code in {400, 404}
    assert study not in answer.text
    assert intake.received == []


@pytest.mark.parametrize(
    ("content_type", "says"),
    [
        ("application/json", "send multipart/related"),
        ("multipart/form-data; boundary=abc", "send multipart/related"),
        ('multipart/related; type="image/jpeg"; boundary=abc', "send multipart/related"),
        ('multipart/related; type="application/dicom+json"; boundary=abc', "metadata with bulk data is not supported"),
        ("multipart/related; type=application/dicom+xml; boundary=abc", "metadata with bulk data is not supported"),
        ("application/dicom+json", "metadata with bulk data is not supported"),
        ("", "send multipart/related"),
    ],
)
def test_another_kind_of_body_is_refused_saying_what_is_taken(
    client: httpx.Client, intake: FakeIntake, content_type: str, says: str
) -> None:
    answer = post(client, body(b"1"), Content_Type=content_type)
    assert answer.status_code == 415
    assert says in answer.json()["detail"]
    assert intake.received == []


@pytest.mark.parametrize(
    "content_type",
    [
        'multipart/related; type="application/dicom"; boundary="abc"',
        "multipart/related; type=application/dicom; boundary=abc",
        'Multipart/Related; boundary="abc"; TYPE="Application/DICOM"',
        "multipart/related; boundary=abc",
    ],
)
def test_the_content_type_may_be_written_in_several_ways(client: httpx.Client, content_type: str) -> None:
    assert post(client, body(b"1"), Content_Type=content_type).status_code == 200


@pytest.mark.parametrize(
    ("content_type", "content"),
    [
        pytest.param('multipart/related; type="application/dicom"', body(b"1"), id="no boundary named"),
        pytest.param('multipart/related; type="application/dicom"; boundary=""', body(b"1"), id="an empty boundary"),
        pytest.param('multipart/related; type="application/dicom"; boundary=other', body(b"1"), id="another boundary"),
        pytest.param(RELATED, b"", id="no body"),
        pytest.param(RELATED, b"--abc--\r\n", id="no part"),
        pytest.param(RELATED, body(b"1").replace(b"\r\n", b"\n"), id="other line ends"),
        pytest.param(RELATED, b"--abc\r\nX: " + b"y" * 20_000 + b"\r\n\r\n1\r\n--abc--", id="a huge header"),
        pytest.param(RELATED, body(b"1")[:-9], id="cut off"),
    ],
)
def test_a_malformed_body_is_a_bad_request(client: httpx.Client, content_type: str, content: bytes) -> None:
    answer = post(client, content, Content_Type=content_type)
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_what_came_before_the_damage_is_named_as_stored(client: httpx.Client) -> None:
    answer = post(client, body(b"1", b"2")[:-9])
    assert answer.status_code == 202
    assert [item["00081155"]["Value"] for item in items(answer.json(), "00081199")] == [["2.25.1"]]
    assert items(answer.json(), "0008119A") == [{"00081197": {"vr": "US", "Value": [0x0110]}}]


def test_a_part_of_another_type_fails_and_the_others_are_stored(client: httpx.Client, intake: FakeIntake) -> None:
    mixed = body(b"1")[: -len(b"--abc--\r\n")] + body(b"2", media_type="image/jpeg")
    answer = post(client, mixed)
    assert answer.status_code == 202
    assert intake.received == [b"1"]
    assert len(items(answer.json(), "0008119A")) == 1


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("application/dicom+json", 200),
        ("application/json", 200),
        ("*/*", 200),
        ("application/*;q=0.1", 200),
        ("text/html, application/dicom+json;q=0.5", 200),
        ("application/dicom+xml", 406),
        ("application/dicom+json;q=0, application/dicom+xml", 406),
        ("application/dicom+json;q=0, application/json;q=0, */*", 406),
    ],
)
def test_the_answer_is_json_or_nothing_is_read(
    client: httpx.Client, intake: FakeIntake, accept: str, status: int
) -> None:
    assert post(client, body(b"1"), Accept=accept).status_code == status
    assert len(intake.received) == (status == 200)


def test_nobody_uploads_without_a_token(anonymous: httpx.Client, intake: FakeIntake) -> None:
    answer = post(anonymous, body(b"1"))
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert intake.received == []


def test_a_body_may_be_larger_than_any_form(client: httpx.Client, intake: FakeIntake) -> None:
    large = bytes(3_000_000)
    chunks = (body(large)[at : at + 100_000] for at in range(0, 3_100_000, 100_000))
    assert post(client, chunks).status_code == 200
    assert intake.received == [large]


def test_one_upload_too_many_is_told_to_come_again_and_the_others_go_on(
    client: httpx.Client, intake: FakeIntake
) -> None:
    intake.may_finish.clear()
    answers: list[int] = []
    others = [threading.Thread(target=lambda: answers.append(post(client, body(b"1")).status_code)) for _ in range(2)]
    for other in others:
        other.start()
    wait_for(lambda: len(intake.received) == 2, "two uploads are under way")
    refused = post(client, body(b"3"))
    intake.may_finish.set()
    for other in others:
        other.join()
    assert refused.status_code == 503
    assert refused.headers["Retry-After"]
    assert answers == [200, 200]
    assert post(client, body(b"4")).status_code == 200


def test_a_client_that_goes_away_in_the_middle_gives_its_place_back(
    client: httpx.Client, token: str, intake: FakeIntake, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    head = (
        f"POST {STUDIES} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Type: {RELATED}\r\n"
        "Content-Length: 1000000\r\n\r\n"
    )
    for _ in range(3):
        with socket.create_connection((client.base_url.host, client.base_url.port or 0)) as connection:
            connection.sendall(head.encode() + body(b"1", b"DUPONT")[:-9])
            wait_for(lambda: bool(intake.received), "the first part arrived")
        intake.received.clear()
    wait_for(lambda: caplog.text.count("an upload was broken off") == 3, "the uploads are over")
    assert post(client, body(b"1")).status_code == 200
    assert "DUPONT" not in caplog.text
    assert "2.25." not in caplog.text
