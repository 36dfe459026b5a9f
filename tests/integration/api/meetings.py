"""Sessions of the meeting over HTTP: what tests of them do again and again."""

from typing import Any

import httpx

from tests.builders.ledger import PSEUDONYM
from tests.integration.api.reading import Json

MEETINGS = "/api/v1/meetings"
HELD_ON, NEXT = "2026-06-12", "2026-09-11"
PRESENTED_ON, PRESENTED_NEXT = "2025-06-12", "2025-09-11"  # 91 days apart, as the sessions are


def plan(client: httpx.Client, held_on: str = HELD_ON, **more: Any) -> Json:
    answer = client.post(MEETINGS, json={"held_on": held_on} | more)
    assert answer.status_code == 201, answer.text
    planned: Json = answer.json()
    assert answer.headers["Location"] == f"{MEETINGS}/{planned['meeting_id']}"
    return planned


def change(client: httpx.Client, meeting: Json, method: str, path: str, body: Json, **more: Any) -> httpx.Response:
    """As the meeting is now, unless another version is given."""
    address = f"{MEETINGS}/{meeting['meeting_id']}"
    tag = more.get("etag") or client.get(address).headers["ETag"]
    return client.request(method, address + path, json=body, headers={"If-Match": tag})


def add(client: httpx.Client, meeting: Json, pseudonym: str = PSEUDONYM, **more: Any) -> Json:
    answer = change(client, meeting, "POST", "/dossiers", {"pseudonym": pseudonym} | more)
    assert answer.status_code == 200, answer.text
    changed: Json = answer.json()
    return changed


def enter(client: httpx.Client, form: str, values: Json, **more: Any) -> Json:
    answer = client.post(f"/api/v1/patients/{PSEUDONYM}/record/{form}", json={"values": values} | more)
    assert answer.status_code == 201, answer.text
    entered: Json = answer.json()
    return entered


def dossier(client: httpx.Client, meeting: Json, **asked: str) -> Json:
    answer = client.get(f"{MEETINGS}/{meeting['meeting_id']}/dossiers/{PSEUDONYM}", params=asked)
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


def decide(client: httpx.Client, meeting: Json, revision: int, **body: Any) -> httpx.Response:
    return client.put(
        f"{MEETINGS}/{meeting['meeting_id']}/dossiers/{PSEUDONYM}/decision",
        json=body,
        headers={"If-Match": f'"{revision}"'},
    )
