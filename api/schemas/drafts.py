"""Shapes of drafts, of the changes that are saved, and of signing."""

import hashlib
import json
from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from fastapi.exceptions import RequestValidationError
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    ValidationError,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from annotation.draft import LesionDraft, RevisionOf
from annotation.draft_saving import DraftChange
from annotation.entities import LONGEST_NOTE, LONGEST_REASON
from annotation.scores import scored_draft
from api.merge_patch import is_deep, merged
from api.schemas.body import Body
from api.schemas.catalogue import PSEUDONYM, STUDY_UID
from api.schemas.findings import FindingsBody
from api.schemas.geometry import GEOMETRY_EXAMPLE, GeometryBody, ImageUid
from api.schemas.missing import MissingItemOut, missing_out
from api.schemas.scores import ScoresOut
from api.schemas.sites import SiteOut
from lesion_model.findings import Finding, ImagingFindings

READING_ID = "0b0f5a5e-8a63-4f0e-9f5e-5d0f7b6f3a11"
HIGHEST_REVISION = 999_999_999


def _not_deep(patch: dict[str, Any]) -> dict[str, Any]:
    if is_deep(patch):
        raise PydanticCustomError("too_deep", "Input should be shaped like the findings")
    return patch


FindingsPatch = Annotated[
    dict[str, Any],
    AfterValidator(_not_deep),
    WithJsonSchema(
        {
            "type": "object",
            "description": "A JSON merge patch (RFC 7396) of the findings: null is not known, what is left out stays.",
            "properties": {name: {} for name in FindingsBody.model_fields},
            "additionalProperties": False,
        }
    ),
]


class DraftBody(Body):
    """On which study the lesion is read. `from_reading`: an earlier reading whose findings are copied in."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"study_instance_uid": STUDY_UID},
                {"study_instance_uid": STUDY_UID, "from_reading": READING_ID},
            ]
        }
    )

    study_instance_uid: ImageUid
    from_reading: UUID | None = None


class DraftChangeBody(Body):
    """What is to be different. `geometry` is replaced whole. `confirm` names carried findings that hold here too.

    `carry` names findings to be copied from the prior reading (that of `carry-forward`), to be confirmed afterwards; a
    finding is not carried and changed at once.
    `onto`: the newest revision of the signed reading, which the reader has seen and means to replace.
    `text_checked`: the note was looked at and names no patient, whatever it looks like.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"findings": {"alignment": "normal", "vertebral_collapse": {"height_loss_percent": 40}}},
                {"confirm": ["lesion_type"], "geometry": GEOMETRY_EXAMPLE, "note": "Compared with the sagittal T1."},
            ]
        }
    )

    findings: FindingsPatch = Field(default_factory=dict)
    carry: list[Finding] = Field(default=[], max_length=len(Finding))
    geometry: GeometryBody | None = None
    note: str | None = Field(default=None, max_length=LONGEST_NOTE)
    confirm: list[Finding] = Field(default=[], max_length=len(Finding))
    onto: int | None = Field(default=None, ge=1, le=HIGHEST_REVISION)
    text_checked: StrictBool = False

    @model_validator(mode="after")
    def _is_one_thing(self) -> Self:
        """A finding that is carried is neither set nor confirmed in the same breath."""
        carried = {finding.value for finding in self.carry}
        if carried & (self.findings.keys() | {finding.value for finding in self.confirm}):
            raise PydanticCustomError("carried_and_changed", "Input should not carry what it changes or confirms")
        return self

    def to_domain(self) -> DraftChange:
        names = self.findings.keys()
        return DraftChange(
            digest=self._digest(),
            findings=self._merged,
            changed=frozenset(finding for finding in Finding if finding.value in names),
            carried=frozenset(self.carry),
            confirmed=frozenset(self.confirm),
            replaced=frozenset(self.model_fields_set & {"geometry", "note"}),
            geometry=self.geometry.to_domain() if self.geometry else None,
            note=self.note,
            onto=self.onto,
            text_checked=self.text_checked,
        )

    def _merged(self, findings: ImagingFindings) -> ImagingFindings:
        """Refused like a body that says the same at once."""
        if not self.findings:
            return findings
        document = merged(FindingsBody.from_domain(findings).model_dump(), self.findings)
        try:
            return FindingsBody.model_validate(document).to_domain()
        except ValidationError as error:
            places = [{**each, "loc": ("body", "findings", *each["loc"])} for each in error.errors(include_url=False)]
            raise RequestValidationError(places) from None

    def _digest(self) -> str:
        said = json.dumps(self.model_dump(exclude_unset=True), sort_keys=True, default=str)
        return hashlib.sha256(said.encode()).hexdigest()


class SignatureBody(Body):
    """`reason` says why a signed reading is revised; a first reading has none."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{}, {"reason": "Kyphosis seen on the sagittal reformat."}]}
    )

    reason: str | None = Field(default=None, min_length=1, max_length=LONGEST_REASON)
    text_checked: StrictBool = False


class RevisionOfOut(BaseModel):
    """One revision of a signed reading."""

    reading_id: UUID
    revision: int = Field(examples=[1])

    @classmethod
    def of(cls, revision: RevisionOf) -> Self:
        return cls(reading_id=revision.reading_id, revision=revision.revision)


class DraftOut(BaseModel):
    """One draft, and the scores that it gives so far.

    `carried` findings were copied from `carried_from`, or from the object `imported_from`, and are to be changed or
    confirmed before it is signed.
    `revises` is the signed revision that it will replace.
    """

    draft_id: UUID
    version: int = Field(examples=[1])
    lesion_id: UUID
    lesion_label: str = Field(examples=["L1"])
    pseudonym: str = Field(examples=[PSEUDONYM])
    site: SiteOut
    study_instance_uid: str = Field(examples=[STUDY_UID])
    author: str = Field(examples=["reader one"])
    findings: FindingsBody
    geometry: GeometryBody | None
    note: str | None
    carried: list[Finding]
    carried_from: RevisionOfOut | None
    imported_from: str | None = Field(description="UID of the imported object that this draft was made of.")
    revises: RevisionOfOut | None
    created_at: datetime
    updated_at: datetime
    scores: ScoresOut
    missing: list[MissingItemOut]

    @classmethod
    def of(cls, found: LesionDraft) -> Self:
        lesion, draft = found.lesion, found.draft
        score = scored_draft(lesion, draft)
        return cls(
            draft_id=draft.id,
            version=draft.version,
            lesion_id=lesion.id,
            lesion_label=lesion.label,
            pseudonym=lesion.pseudonym,
            site=SiteOut.of(lesion.site),
            study_instance_uid=draft.study_instance_uid,
            author=draft.author,
            findings=FindingsBody.from_domain(draft.findings),
            geometry=GeometryBody.from_domain(draft.geometry) if draft.geometry else None,
            note=draft.note,
            carried=sorted(draft.carried, key=lambda each: each.value),
            carried_from=draft.carried_from and RevisionOfOut.of(draft.carried_from),
            imported_from=draft.imported_from,
            revises=draft.revises and RevisionOfOut.of(draft.revises),
            created_at=draft.created_at,
            updated_at=draft.updated_at,
            scores=ScoresOut.of(score),
            missing=missing_out(score.assessment),
        )
