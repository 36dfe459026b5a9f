"""Options that say which cohort is meant: a file, a saved query, conditions, or several of these at once."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from urllib.parse import quote

import click

from annotation.cohorts.expressions import ExpressionError, Known, filter_of
from annotation.cohorts.fields import Kind
from osteon.api_requests import ApiRequests, Json

WHERE = "A condition, as in 'series.modality=CT'; several: all of them. See `osteon cohort fields`."


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What was asked for; all of it must hold."""

    query: Any
    cohort: str | None
    where: tuple[str, ...]

    @property
    def is_everything(self) -> bool:
        return self.query is None and self.cohort is None and not self.where

    def document(self, requests: ApiRequests) -> Json | None:
        """The filter; None is every series. Raises RequestFailedError and click.UsageError."""
        parts = [] if self.query is None else [_read(self.query)]
        if self.cohort is not None:
            parts.append(_saved(requests, self.cohort))
        if self.where:
            known = _known(requests)
            parts += [_understood(each, known) for each in self.where]
        said = [part for part in parts if part]
        if len(said) > 1:
            return {"all": said}
        return said[0] if said else None


def choosing(function: Callable[..., None]) -> Callable[..., None]:
    """The command gets `chosen`."""

    @click.option("--query", type=click.File(), help="A file with the query (JSON); - is input.")
    @click.option("--cohort", metavar="NAME[@VERSION]", help="A saved query; without a version, its newest.")
    @click.option("--where", multiple=True, metavar="CONDITION", help=WHERE)
    @wraps(function)
    def run(*args: Any, query: Any, cohort: str | None, where: tuple[str, ...], **kwargs: Any) -> None:
        function(*args, chosen=Chosen(query=query, cohort=cohort, where=where), **kwargs)

    return run


def named(cohort: str) -> tuple[str, int | None]:
    """Name and version of NAME[@VERSION]. Raises click.UsageError."""
    name, at, version = cohort.partition("@")
    if not name or (at and not version.isdecimal()):
        raise click.UsageError("a saved query is named NAME or NAME@VERSION")
    return name, int(version) if at else None


def _read(file: Any) -> Json | None:
    """`{"where": …}`, as the API takes it, is what is in it."""
    try:
        query = json.load(file)
    except (ValueError, RecursionError):
        raise click.UsageError("--query is no JSON") from None
    if not isinstance(query, dict):
        raise click.UsageError("--query is no JSON object")
    where = query["where"] if set(query) == {"where"} else query
    if not isinstance(where, dict | None):
        raise click.UsageError("`where` of --query is no JSON object")
    return where


def _saved(requests: ApiRequests, cohort: str) -> Json:
    name, version = named(cohort)
    path = f"cohorts/{quote(name, safe='')}"
    found: Json = requests.ask("GET", path if version is None else f"{path}/versions/{version}")["where"]
    return found


def _known(requests: ApiRequests) -> Known:
    fields = {each["name"]: each for each in requests.ask("GET", "cohorts/fields")["items"]}
    kinds = {kind.value: kind for kind in Kind}
    choices = {
        name: frozenset(fields.get(name, {}).get("choices") or ()) for name in ("score.instrument", "score.band")
    }
    return Known(
        kinds={name: kinds[each["kind"]] for name, each in fields.items() if each["kind"] in kinds},
        instruments=choices["score.instrument"],
        bands=choices["score.band"],
    )


def _understood(text: str, known: Known) -> Json:
    try:
        return filter_of(text, known)
    except ExpressionError as error:
        raise click.UsageError(f"--where {text!r}: {error}") from None
