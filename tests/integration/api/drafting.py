"""Requests that several tests of drafts make."""

from typing import Any

import httpx

from tests.builders.registry import OLD_STUDY
from tests.integration.api.reading import Json


def begin(client: httpx.Client, lesion: Json, **body: Any) -> Json:
    answer = client.post(f"/api/v1/lesions/{lesion['lesion_id']}/drafts", json={"study_instance_uid": OLD_STUDY} | body)
    assert answer.status_code in (200, 201), answer.text
    draft: Json = answer.json()
    return draft


def save(client: httpx.Client, draft: Json, *, version: int | None = None, **body: Any) -> httpx.Response:
    headers = {"If-Match": f'"{version or draft["version"]}"'}
    return client.patch(f"/api/v1/drafts/{draft['draft_id']}", json=body, headers=headers)


def saved(client: httpx.Client, draft: Json, **body: Any) -> Json:
    answer = save(client, draft, **body)
    assert answer.status_code == 200, answer.text
    kept: Json = answer.json()
    return kept


def sign(client: httpx.Client, draft: Json, **body: Any) -> httpx.Response:
    headers = {"If-Match": f'"{draft["version"]}"'}
    return client.post(f"/api/v1/drafts/{draft['draft_id']}/sign", json=body, headers=headers)


def signed(client: httpx.Client, draft: Json, **body: Any) -> Json:
    answer = sign(client, draft, **body)
    assert answer.status_code == 201, answer.text
    reading: Json = answer.json()
    return reading
