"""Paper: what every printed document has in common, and its way of writing days."""

from base64 import b64encode
from datetime import date, datetime
from functools import cache

from api.meeting_sheets.html import Markup, tag
from api.meeting_sheets.words import WORDS
from api.schemas.sheets import SheetStudyOut, SheetSupplierOut
from api.workbench.files import workbench_folder

_MONTHS = {
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    "fr": ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."),
}


class Said:
    """The headings in a language, and its way of writing days."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._words = WORDS[self.language]

    def __getitem__(self, key: str) -> str:
        return self._words[key]

    def day(self, value: date | datetime | None) -> str:
        if value is None:
            return self["undated"]
        return f"{value.day} {_MONTHS[self.language][value.month - 1]} {value.year}"

    def study(self, study: SheetStudyOut) -> str:
        return " ".join((*study.modalities, self.day(study.study_date)))

    def entered(self, supplier: SheetSupplierOut) -> str:
        meeting = f" {self['for_meeting']} {self.day(supplier.meeting_date)}" if supplier.meeting_date else ""
        return f"{self['entered_by']} {supplier.by or ''}{meeting}"

    def supplier(self, supplier: SheetSupplierOut) -> str:
        by = supplier.by or ""
        return f"{by}, {self.day(supplier.meeting_date)}" if supplier.meeting_date else by


def document(title: str, body: Markup, running: str, said: Said) -> str:
    """A whole one; `running` stands on every page."""
    head = [
        tag("meta", charset="utf-8"),
        tag("title", title),
        tag("style", Markup(_css())),
        tag("style", Markup(_running(running, said))),
    ]
    return f"<!doctype html>{tag('html', tag('head', *head), tag('body', body), lang=said.language)}"


def data_url(content: bytes, media_type: str) -> str:
    return f"data:{media_type};base64,{b64encode(content).decode()}"


def _running(notice: str, said: Said) -> str:
    """What stands on every page."""
    counted = f'"{said["page"]} " counter(page) " / " counter(pages)'
    return f'@page {{ @bottom-left {{ content: "{notice}" }} @bottom-right {{ content: {counted} }} }}'


@cache
def _css() -> str:
    return (workbench_folder() / "css" / "sheet.css").read_text(encoding="utf-8")
