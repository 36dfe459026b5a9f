"""A registry with something of everything in it, and somebody of each role to ask for it."""

import hashlib
import sqlite3
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from fastapi import FastAPI

from annotation.roles import Role
from api.app import create_app
from api.dicomweb.archive import Archive
from api.release_parts import ReleaseParts
from api.sign_in import SignIn, sign_in_parts
from storage.account_rows import AccountRecord
from storage.database import open_database
from storage.ledger import Ledger
from storage.ledger_records import StoredObject
from storage.releases.cohorts import ReleaseCohorts
from storage.releases.made import MadeFiles
from storage.sessions import request_token
from tests.builders import measurable
from tests.builders.accounts import PASSWORD, add_account, cheap_passwords
from tests.builders.dicomweb import JSON as DICOM_JSON
from tests.builders.dicomweb import EmptyAnswer
from tests.builders.images import FakeImages
from tests.builders.intakes import FakeIntake
from tests.builders.ledger import PSEUDONYM, stored_object
from tests.builders.measurable import CT_FRAME, CT_SERIES, CT_STUDY
from tests.builders.registry import (
    NEW_FRAME,
    NEW_IMAGE,
    NEW_STUDY,
    OBJECTS,
    OLD_FRAME,
    OLD_IMAGE,
    OLD_STUDY,
    OTHER_FRAME,
    OTHER_IMAGE,
    OTHER_PSEUDONYM,
    OTHER_STUDY,
    UNDATED_STUDY,
)
from tests.builders.releases import VERSIONS, NoBuilds
from tests.integration.api.blind import assign, complete, make_protocol
from tests.integration.api.drafting import begin, saved, signed
from tests.integration.api.reading import FEMUR, FEMUR_FINDINGS, VERTEBRA_FINDINGS, Json, open_lesion, record_reading
from tests.services.http import serving

VOXELS = np.full((6, 96, 96), 40, dtype=np.int16)
ORIGIN, SPACING = (-40.0, -40.0, 850.0), (5.0, 1.0, 1.0)
"""Around the points that the description has as examples."""

LATER_STUDY, LATER_IMAGE, LATER_FRAME = "2.25.1005", "2.25.3005", "2.25.4005"
LATER = stored_object(
    pseudonym=OTHER_PSEUDONYM,
    study_instance_uid=LATER_STUDY,
    series_instance_uid="2.25.2005",
    sop_instance_uid=LATER_IMAGE,
    frame_of_reference_uid=LATER_FRAME,
    study_date=date(2031, 9, 5),
)
CT_IMAGE = f"{CT_SERIES}.5"
IMAGES: Sequence[Mapping[str, Sequence[Any]]] = tuple(
    {
        "pseudonym": (pseudonym,),
        "patient": (pseudonym,),
        "study_instance_uid": (study,),
        "study_instance_uids": ([study],),
        "series_instance_uid": (series,),
        "sop_instance_uid": (image,),
        "frame_of_reference_uid": (frame,),
    }
    for pseudonym, study, series, image, frame in (
        (PSEUDONYM, OLD_STUDY, "2.25.2001", OLD_IMAGE, OLD_FRAME),
        (PSEUDONYM, NEW_STUDY, "2.25.2002", NEW_IMAGE, NEW_FRAME),
        (OTHER_PSEUDONYM, OTHER_STUDY, "2.25.2004", OTHER_IMAGE, OTHER_FRAME),
        (OTHER_PSEUDONYM, LATER_STUDY, "2.25.2005", LATER_IMAGE, LATER_FRAME),
        (PSEUDONYM, CT_STUDY, CT_SERIES, CT_IMAGE, CT_FRAME),
    )
)
"""What names the images of one study."""

PART = b"--abc\r\nContent-Type: application/dicom\r\n\r\n\r\n--abc--\r\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Somebody who asks, and what their requests say of them. `roles` is None for nobody at all."""

    name: str
    roles: frozenset[Role] | None
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Furnished:
    """`known`: what is there, by the name that a parameter or a property of a body has for it; several that fit."""

    app: FastAPI
    url: str
    askers: tuple[Asker, ...]
    known: Sequence[Mapping[str, Sequence[Any]]]
    _file: Path
    _kept: Path

    def restore(self) -> None:
        """Everything as it was at first."""
        _copy(self._kept, self._file)


class FullAnswer(EmptyAnswer):
    """Satisfies `api.dicomweb.archive.SourceAnswer`: one object without attributes, or one picture."""

    def __init__(self, content_type: str, body: bytes) -> None:
        super().__init__(is_json=False)
        self.headers = {"content-type": content_type}
        self._body = body

    async def pieces(self) -> AsyncIterator[bytes]:
        yield self._body


class FullSource:
    """Satisfies `api.dicomweb.archive.DicomWebSource`: has whatever is asked for."""

    async def open(
        self, path: Sequence[str], query: Sequence[tuple[str, str]], headers: Mapping[str, str]
    ) -> FullAnswer:
        del query
        if headers.get("accept") == DICOM_JSON:
            return FullAnswer(DICOM_JSON, b'[{"00080060": {"vr": "CS", "Value": ["CT"]}}]')
        if path[-1] == "rendered":
            return FullAnswer("image/jpeg", b"picture")
        return FullAnswer('multipart/related; type="application/dicom"; boundary=abc', PART)


@contextmanager
def furnished(migrated: Path, folder: Path) -> Iterator[Furnished]:
    """`migrated`: a SQLite registry without rows, to copy; `folder`: an empty one to work in."""
    file, kept = folder / "registry.sqlite", folder / "kept.sqlite"
    _copy(migrated, file)
    engine = open_database(f"sqlite:///{file}")
    try:
        images = FakeImages()
        Ledger(engine).record([*_filled((*OBJECTS, LATER), images), *_measurable(images)])
        parts = sign_in_parts(engine, passwords=cheap_passwords())
        app = create_app(
            engine=engine,
            images=images,
            intake=FakeIntake(),
            archive=Archive(FullSource(), 2),
            sign_in=parts,
            releases=ReleaseParts(
                made=MadeFiles(folder / "releases"),
                versions=lambda: VERSIONS,
                cohorts=ReleaseCohorts(engine),
                builds=NoBuilds(),
            ),
        )
        with serving(app) as url:
            everybody = add_account(parts.accounts, "everybody", *Role)
            askers = _askers(parts, everybody)
            common = _furnish(url, parts, askers) | _own(parts, everybody)
            lesions = {OTHER_PSEUDONYM: _free_lesions(url, parts)}
            _copy(file, kept)
            known = tuple(common | dict(each) | lesions.get(each["pseudonym"][0], {}) for each in IMAGES)
            yield Furnished(app=app, url=url, askers=askers, known=known, _file=file, _kept=kept)
    finally:
        engine.dispose()


def _filled(objects: Iterable[StoredObject], images: FakeImages) -> Iterator[StoredObject]:
    """With a file each."""
    for known in objects:
        (dataset,) = measurable.ct_series(
            VOXELS[:1],
            study=known.study_instance_uid,
            series=known.series_instance_uid,
            SOPInstanceUID=known.sop_instance_uid,
        )
        file = images.files[known.orthanc_id] = measurable.stored_bytes(dataset)
        yield replace(known, size=len(file), sha256=hashlib.sha256(file).hexdigest())


def _measurable(images: FakeImages) -> list[StoredObject]:
    series = measurable.ct_series(VOXELS, origin=ORIGIN, spacing=SPACING)
    return measurable.keep(series, lambda content, orthanc_id: images.files.update({orthanc_id: content}))


def _copy(source: Path, target: Path) -> None:
    """SQLite's own way, which minds those who have the target open."""
    with closing(sqlite3.connect(source)) as given, closing(sqlite3.connect(target)) as taken:
        given.backup(taken)


def _askers(parts: SignIn, everybody: AccountRecord) -> tuple[Asker, ...]:
    """One with each role alone, one with all of them in a browser, and nobody."""
    alone = [Asker(name=role.value, roles=frozenset({role}), headers=_bearer(parts, role.value, role)) for role in Role]
    session = parts.sessions.begin(everybody.id)
    browser = {"Cookie": f"osteon_session={session.secret}", "X-CSRF-Token": request_token(session.secret)}
    return (
        Asker(name="nobody", roles=None, headers={}),
        *alone,
        Asker(name="everybody, in a browser", roles=frozenset(Role), headers=browser),
    )


def _bearer(parts: SignIn, name: str, *roles: Role) -> dict[str, str]:
    account = add_account(parts.accounts, name, *roles)
    _, token = parts.personal_tokens.create(account.id, name="tests", roles=roles, days=1)
    return {"Authorization": f"Bearer {token}"}


def _furnish(url: str, parts: SignIn, askers: Sequence[Asker]) -> dict[str, Sequence[Any]]:
    """Furnishes the registry by way of the API, and tells with what."""
    reader, ben, judge = f"Dr {Role.RADIOLOGIST.value}", "Dr ben", "Dr judge"
    (radiologist,) = (each for each in askers if each.roles == frozenset({Role.RADIOLOGIST}))
    with (
        httpx.Client(base_url=url, headers=radiologist.headers, timeout=30) as own,
        httpx.Client(base_url=url, headers=_bearer(parts, "ben", *Role), timeout=30) as client,
        httpx.Client(base_url=url, headers=_bearer(parts, "judge", *Role), timeout=30) as other,
    ):
        spine, femur, doubled = open_lesion(client), open_lesion(client, FEMUR), open_lesion(client)
        readings = [
            record_reading(client, spine),
            record_reading(client, femur, findings=FEMUR_FINDINGS, geometry=None),
            record_reading(client, doubled, study_instance_uid=NEW_STUDY, geometry=None),
        ]
        draft = saved(own, begin(own, femur, study_instance_uid=NEW_STUDY), findings=FEMUR_FINDINGS)
        context = _enter(client, {"meeting_date": "2031-06-12", "clinical": {"sins_pain": "mechanical"}})
        entered = [
            client.post(f"/api/v1/patients/{PSEUDONYM}/record/{form}", json={"values": values}).json()
            for form, values in (
                ("biology", {"sample_date": "2025-02-01"}),
                ("presentation", {"meeting_date": "2025-02-03", "karnofsky": "70"}),
            )
        ]
        protocol, alone = make_protocol(client), make_protocol(client, name="Alone", kind="single")
        to_read = assign(client, protocol, readers=[reader, ben], adjudicator=judge)
        decided = assign(
            client, protocol, readers=[ben, judge], adjudicator=reader, study_instance_uids=[UNDATED_STUDY]
        )
        compared = [
            signed(each, saved(each, begin(each, spine, study_instance_uid=UNDATED_STUDY), findings=VERTEBRA_FINDINGS))
            for each in (client, other)
        ]
        for each in (client, other):
            complete(each, decided)
        single = assign(client, alone, readers=[reader], adjudicator=None, study_instance_uids=[OTHER_STUDY])
    return {
        "lesion_id": tuple(each["lesion_id"] for each in (spine, femur, doubled)),
        "reading_id": tuple(each["reading_id"] for each in readings),
        "reading_ids": tuple([each["reading_id"]] for each in readings),
        "draft_id": (draft["draft_id"],),
        "context_id": (context["context_id"],),
        "entry_id": tuple(each["entry_id"] for each in entered),
        "form_name": ("biology", "presentation"),
        "protocol_id": (protocol["protocol_id"], alone["protocol_id"]),
        "assignment_id": tuple(each["assignment_id"] for each in (to_read, decided, single)),
        "readers": ([reader, ben], [reader]),
        "adjudicator": (judge, None),
        "decisions": ([],),
        "dismissed": ([each["reading_id"] for each in compared],),
        "revision": (1, 2),
        "name": ("mirels", "sins"),
        "frames": ("1", "1,2"),
        "attribute": ("7FE00010",),
        "If-Match": ('"1"', '"1"', '"2"', "*"),
    }


def _own(parts: SignIn, everybody: AccountRecord) -> dict[str, Sequence[Any]]:
    """Of accounts: one that nobody asks with, and tokens of it and of the one with all roles."""
    owner = add_account(parts.accounts, "owner", *Role)
    tokens = [
        parts.personal_tokens.create(each.id, name="kept", roles=[Role.CLINICIAN], days=1)[0]
        for each in (owner, everybody)
    ]
    return {
        "user_id": (owner.id,),
        "user_name": (owner.user_name, "somebody.new"),
        "label": ("Somebody new",),
        "password": (PASSWORD,),
        "token_id": tuple(each.id for each in tokens),
    }


def _free_lesions(url: str, parts: SignIn) -> dict[str, Sequence[Any]]:
    """Of a patient in no blind reading: they can be changed."""
    with httpx.Client(base_url=url, headers=_bearer(parts, "outsider", *Role), timeout=30) as client:
        lesions = [open_lesion(client, pseudonym=OTHER_PSEUDONYM) for _ in range(3)]
        readings = [
            record_reading(client, each, study_instance_uid=study, geometry=None)
            for each, study in ((lesions[0], OTHER_STUDY), (lesions[0], LATER_STUDY), (lesions[1], OTHER_STUDY))
        ]
        body = {"study_instance_uid": LATER_STUDY, "reason": "Not seen any more."}
        path = f"/api/v1/lesions/{lesions[2]['lesion_id']}/resolve"
        resolved = client.post(path, json=body, headers={"If-Match": '"1"'})
        assert resolved.status_code == 200, resolved.text
    return {
        "lesion_id": tuple(each["lesion_id"] for each in lesions),
        "reading_id": tuple(each["reading_id"] for each in readings),
        "reading_ids": tuple([each["reading_id"]] for each in readings),
    }


def _enter(client: httpx.Client, body: Json) -> Json:
    answer = client.post(f"/api/v1/patients/{PSEUDONYM}/clinical-contexts", json=body)
    assert answer.status_code == 201, answer.text
    entered: Json = answer.json()
    return entered
