"""Rows of a file of any format, on their way into or out of the record."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from annotation.registry.entries import State
from annotation.registry.values import Values


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """One row as a file gives it: cells by column, all text. `part`: the sheet, where a file has several."""

    number: int
    form: str
    cells: Mapping[str, str]
    part: str = ""
    state: State = State.FINAL


@dataclass(frozen=True, slots=True, kw_only=True)
class RawRow:
    """One row after its columns were understood: values as an entry takes them, not yet checked.

    `columns`: the column of each variable, to say where something is wrong. `identifying`: texts of this row that
    must not be found anywhere else in it. `unread`: variables whose cells were not understood, which was said already.
    """

    number: int
    part: str
    form: str
    patient: str
    values: Mapping[str, Any]
    columns: Mapping[str, str] = field(default_factory=dict)
    identifying: tuple[str, ...] = ()
    unread: frozenset[str] = frozenset()
    state: State = State.FINAL


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedEntry:
    """One final entry, or a draft, as exports write it."""

    pseudonym: str
    form: str
    values: Values
    state: State = State.FINAL
