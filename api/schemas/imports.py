"""Shapes of what became of an imported object."""

import re
from collections.abc import Mapping
from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from annotation.errors import UnacceptableError
from annotation.importing.drafting import Imported, ImportedDraft, Match
from annotation.importing.foreign_object import Form
from annotation.importing.proposals import LeftOut, NotTaken, NotUnderstood
from api.schemas.catalogue import PSEUDONYM, STUDY_UID
from api.schemas.drafts import DraftOut
from lesion_model.errors import Problem

CHOICE = r"[1-9][0-9]{0,5}:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


class NotUnderstoodOut(BaseModel):
    """What was read and has no field here. Only codes of well-known schemes are named, and never their meaning."""

    scheme: str | None = Field(examples=["SCT"])
    code: str | None = Field(examples=["129304002"])

    @classmethod
    def of(cls, what: NotUnderstood) -> Self:
        return cls(scheme=what.scheme, code=what.code)


class ImportedDraftOut(BaseModel):
    """The draft that was made of one part; `match` says how its lesion was found. Its values are all `carried`."""

    part: int = Field(description="Measurement group (from 1), segment or region of interest.", examples=[1])
    match: Match
    draft: DraftOut
    not_understood: list[NotUnderstoodOut]

    @classmethod
    def of(cls, made: ImportedDraft) -> Self:
        return cls(
            part=made.proposal.number,
            match=made.match,
            draft=DraftOut.of(made.found),
            not_understood=[NotUnderstoodOut.of(each) for each in made.proposal.not_understood],
        )


class LeftOutOut(BaseModel):
    """A part of which no draft was made, and why."""

    part: int = Field(examples=[2])
    reason: NotTaken
    detail: str = Field(examples=["does not say where in the skeleton it is: choose a lesion"])
    not_understood: list[NotUnderstoodOut]

    @classmethod
    def of(cls, what: LeftOut) -> Self:
        unknown = [NotUnderstoodOut.of(each) for each in what.not_understood]
        return cls(part=what.number, reason=what.reason, detail=what.detail, not_understood=unknown)


class ImportOut(BaseModel):
    """`imported_from`: the UID of a stored object; for a file, one that is computed from its UID."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "form": "segmentation",
                    "pseudonym": PSEUDONYM,
                    "study_instance_uid": STUDY_UID,
                    "imported_from": "2.25.214789347613948761239847612398471623",
                    "drafts": [],
                    "left_out": [
                        {
                            "part": 2,
                            "reason": "no_site",
                            "detail": "does not say where in the skeleton it is: choose a lesion",
                            "not_understood": [],
                        }
                    ],
                }
            ]
        }
    )

    form: Form
    pseudonym: str
    study_instance_uid: str
    imported_from: str
    drafts: list[ImportedDraftOut]
    left_out: list[LeftOutOut]

    @classmethod
    def of(cls, imported: Imported) -> Self:
        return cls(
            form=imported.source.form,
            pseudonym=imported.source.pseudonym,
            study_instance_uid=imported.source.study_instance_uid,
            imported_from=imported.document_uid,
            drafts=[ImportedDraftOut.of(each) for each in imported.drafts],
            left_out=[LeftOutOut.of(each) for each in imported.left_out],
        )


def chosen(choices: list[str]) -> Mapping[int, UUID]:
    """Raises UnacceptableError for what is not a number, a colon and a lesion, or names a part twice."""
    found: dict[int, UUID] = {}
    for each in choices:
        if re.fullmatch(CHOICE, each) is None:
            raise UnacceptableError(
                [Problem(field="lesion", detail="must be the number of a part, :, and a lesion_id")]
            )
        number, _, lesion_id = each.partition(":")
        if int(number) in found:
            raise UnacceptableError([Problem(field="lesion", detail="names a part twice")])
        found[int(number)] = UUID(lesion_id)
    return found
