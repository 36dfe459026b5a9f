"""First start: the sample study goes through the real door, its two lesions through the real API.

What was made is noted in `sample.json`, so that a later start shows it again instead of making it anew.
"""

import json
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import httpx

from dicom_node.uids import UidMap
from osteon.addresses import door_host
from osteon.sample.reading import SampleLesion, sample_lesions
from osteon.sample.study import STUDY_UID, sample_series, write_sample_study
from osteon.settings import Settings
from osteon.transfer.destination import Destination
from osteon.transfer.errors import TransferError
from osteon.transfer.send import send
from storage.keys import KeyFileError, load_key_file

FORWARD_SECONDS = 60.0
STEP_SECONDS = 0.1
Json = dict[str, Any]


class SampleError(Exception):
    """The sample study did not arrive; the message says where it stopped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What the sample became."""

    pseudonym: str
    study_instance_uid: str
    instances: int
    lesions: tuple[str, ...]


def sample_note(settings: Settings) -> Path:
    """Where the sample is noted."""
    return settings.home / "sample.json"


def noted_sample(settings: Settings) -> Sample | None:
    """The sample of an earlier start."""
    try:
        content = json.loads(sample_note(settings).read_text())
        return Sample(**content | {"lesions": tuple(content["lesions"])})
    except (OSError, ValueError, KeyError, TypeError):
        return None


def make_sample(settings: Settings, api: httpx.Client, check: Callable[[], None]) -> Sample:
    """Send the study, wait for it, record its lesions. `check` raises when one of our processes has ended.

    Raises SampleError. Sending again what a broken first start has sent already changes nothing.
    """
    try:
        return _make(settings, api, check)
    except (httpx.HTTPError, KeyFileError, OSError) as error:
        raise SampleError(f"the sample study could not be made ({type(error).__name__})") from None


def _make(settings: Settings, api: httpx.Client, check: Callable[[], None]) -> Sample:
    series = sample_series()
    destination = Destination(ae_title=settings.ae_title, host=door_host(settings), port=settings.dicom_port)
    with tempfile.TemporaryDirectory(prefix="osteon-sample-") as folder:
        paths = write_sample_study(Path(folder), series)
        try:
            report = send(paths, destination)
        except TransferError as error:
            raise SampleError(f"the sample study was not sent: {error}") from None
    if report.failed:
        raise SampleError(f"only {report.succeeded} of {len(paths)} sample images were accepted")
    study = _arrived(settings, api, len(paths), check)
    sample = Sample(
        pseudonym=study["pseudonym"],
        study_instance_uid=study["study_instance_uid"],
        instances=study["instance_count"],
        lesions=_record_lesions(api, study, sample_lesions(*series)),
    )
    sample_note(settings).write_text(json.dumps(asdict(sample), indent=1))
    return sample


def _arrived(settings: Settings, api: httpx.Client, instances: int, check: Callable[[], None]) -> Json:
    """The sample's study, whatever else a PACS has sent meanwhile: found by its pseudonymised UID."""
    uid = UidMap(load_key_file(settings.key_path).derive("uid"))(STUDY_UID)
    deadline = time.monotonic() + FORWARD_SECONDS
    while time.monotonic() < deadline:
        check()
        answer = api.get(f"studies/{uid}")
        if answer.is_success and answer.json()["instance_count"] == instances:
            return dict(answer.json())
        time.sleep(STEP_SECONDS)
    raise SampleError(f"the sample study was not in Orthanc within {FORWARD_SECONDS:.0f} s")


def _record_lesions(api: httpx.Client, study: Json, lesions: Iterable[SampleLesion]) -> tuple[str, ...]:
    path = f"patients/{study['pseudonym']}/lesions"
    known = _get(api, path)["items"]
    if known:  # an earlier first start was broken off after this point
        return tuple(lesion["lesion_id"] for lesion in known)
    return tuple(_record(api, study, lesion) for lesion in lesions)


def _record(api: httpx.Client, study: Json, lesion: SampleLesion) -> str:
    study_uid = study["study_instance_uid"]
    created = _post(api, f"patients/{study['pseudonym']}/lesions", {"site": lesion.site})
    reading = {
        "study_instance_uid": study_uid,
        "findings": lesion.findings,
        "geometry": lesion.geometry(_image_of(api, study_uid, lesion)),
    }
    _post(api, f"lesions/{created['lesion_id']}/readings", reading)
    return str(created["lesion_id"])


def _image_of(api: httpx.Client, study_uid: str, lesion: SampleLesion) -> str:
    series = _only(_get(api, f"studies/{study_uid}/series")["items"], series_number=lesion.series_number)
    images = _get(api, f"series/{series['series_instance_uid']}/instances", limit=500)["items"]
    return str(_only(images, instance_number=lesion.instance_number)["sop_instance_uid"])


def _only(items: list[Json], **wanted: int) -> Json:
    found = [item for item in items if all(item[key] == value for key, value in wanted.items())]
    if len(found) != 1:
        raise SampleError("the sample study arrived changed")
    return found[0]


def _get(api: httpx.Client, path: str, **parameters: int) -> Json:
    return _checked(api.get(path, params=parameters))


def _post(api: httpx.Client, path: str, body: Json) -> Json:
    return _checked(api.post(path, json=body))


def _checked(answer: httpx.Response) -> Json:
    if answer.is_error:
        raise SampleError(f"the API answered {answer.status_code} to {answer.request.method} {answer.request.url.path}")
    return dict(answer.json())
