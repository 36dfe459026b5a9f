"""Structured reports as the API tells of them."""

from datetime import datetime
from typing import Annotated, Self

from fastapi import Path
from pydantic import BaseModel, Field

from storage.report_records import ReportRecord, ReportState

Revision = Annotated[int, Path(ge=1, le=2**31 - 1, examples=[1])]


class ReportOut(BaseModel):
    """The report of one revision. `state`: due (not in the image store), placing (it may be), written (it is)."""

    revision: int = Field(examples=[1])
    state: ReportState
    written_at: datetime | None
    study_instance_uid: str = Field(examples=["2.25.329800735698586629295641978511506172918"])
    series_instance_uid: str = Field(examples=["2.25.199042863402817352914806713405917280911"])
    sop_instance_uid: str = Field(examples=["2.25.288420975813046110923847561029384756102"])

    @classmethod
    def of(cls, report: ReportRecord) -> Self:
        return cls(
            revision=report.revision,
            state=report.state,
            written_at=report.written_at,
            study_instance_uid=report.study_instance_uid,
            series_instance_uid=report.series_instance_uid,
            sop_instance_uid=report.sop_instance_uid,
        )


class ReportsOut(BaseModel):
    """By revision: a later one supersedes an earlier one, and names it as its predecessor."""

    items: list[ReportOut]
