"""Conditions as one line of text."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.cohorts.catalogue import FIELDS
from annotation.cohorts.documents import query_from
from annotation.cohorts.expressions import ExpressionError, Known, filter_of

KNOWN = Known(
    kinds={name: field.kind for name, field in FIELDS.items()},
    instruments=frozenset(FIELDS["score.instrument"].choices),
    bands=frozenset(FIELDS["score.band"].choices),
)
CT = {"field": "series.modality", "op": "eq", "value": "CT"}
FEMUR = {"field": "lesion.bone", "op": "eq", "value": "femur"}
LYTIC = {"field": "reading.lesion_type", "op": "eq", "value": "lytic"}


def read(text: str) -> dict[str, Any]:
    return filter_of(text, KNOWN)


def on(field: str, op: str, value: Any) -> dict[str, Any]:
    return {"field": field, "op": op, "value": value}


def of_score(instrument: str, *others: dict[str, Any]) -> dict[str, Any]:
    said = on("score.instrument", "eq", instrument)
    return {"some": "score", "where": {"all": [said, *others]} if others else said}


@pytest.mark.parametrize(
    ("text", "document"),
    [
        pytest.param("series.modality=CT", CT, id="equal"),
        pytest.param("  series.modality = CT ", CT, id="with blanks"),
        pytest.param("study.day>=0", on("study.day", "gte", 0), id="a whole number"),
        pytest.param("study.day<-3", on("study.day", "lt", -3), id="a negative number"),
        pytest.param("series.slice_thickness_mm<=1.5", on("series.slice_thickness_mm", "lte", 1.5), id="a number"),
        pytest.param("series.modality!=CT", on("series.modality", "ne", "CT"), id="not equal"),
        pytest.param("series.modality=CT,MR", on("series.modality", "in", ["CT", "MR"]), id="several"),
        pytest.param("study.day=0..90", on("study.day", "range", [0, 90]), id="from and to"),
        pytest.param("study.day=..90", on("study.day", "range", [None, 90]), id="up to"),
        pytest.param("study.day=5..", on("study.day", "range", [5, None]), id="from"),
        pytest.param("series.kernel~70", on("series.kernel", "contains", "70"), id="contains, and stays text"),
        pytest.param("series.kernel^B", on("series.kernel", "starts_with", "B"), id="starts with"),
        pytest.param("series.model='Sensation 64, new'", on("series.model", "eq", "Sensation 64, new"), id="quoted"),
        pytest.param("reading.collapse=yes", on("reading.collapse", "eq", True), id="yes"),
        pytest.param("reading.collapse=false", on("reading.collapse", "eq", False), id="false"),
        pytest.param("series.tracer", on("series.tracer", "exists", True), id="is known"),
        pytest.param("not series.tracer", {"not": on("series.tracer", "exists", True)}, id="is not known"),
    ],
)
def test_a_condition_is_read_as_its_field_is(text: str, document: dict[str, Any]) -> None:
    assert read(text) == document
    query_from(document)


@pytest.mark.parametrize(
    ("text", "document"),
    [
        pytest.param(
            "series.modality=CT or lesion.bone=femur and not reading.lesion_type=lytic",
            {"any": [CT, {"all": [FEMUR, {"not": LYTIC}]}]},
            id="not before and before or",
        ),
        pytest.param(
            "(series.modality=CT or lesion.bone=femur) and reading.lesion_type=lytic",
            {"all": [{"any": [CT, FEMUR]}, LYTIC]},
            id="brackets",
        ),
        pytest.param(
            "some reading (lesion.bone=femur and reading.lesion_type=lytic)",
            {"some": "reading", "where": {"all": [FEMUR, LYTIC]}},
            id="of one and the same reading",
        ),
        pytest.param(
            "some reading of patient (reading.lesion_type=lytic)",
            {"some": "reading", "of": "patient", "where": LYTIC},
            id="of any reading of the patient",
        ),
    ],
)
def test_conditions_are_put_together(text: str, document: dict[str, Any]) -> None:
    assert read(text) == document
    query_from(document)


@pytest.mark.parametrize(
    ("text", "document"),
    [
        pytest.param("score.sins>=7", of_score("sins", on("score.minimum", "gte", 7)), id="at least: the lower bound"),
        pytest.param("score.sins<=6", of_score("sins", on("score.maximum", "lte", 6)), id="at most: the upper bound"),
        pytest.param("score.sins=9", of_score("sins", on("score.total", "eq", 9)), id="exactly: the total"),
        pytest.param(
            "score.sins=7..12",
            of_score("sins", on("score.minimum", "gte", 7), on("score.maximum", "lte", 12)),
            id="between: both bounds",
        ),
        pytest.param("score.sins", of_score("sins"), id="that there is one"),
        pytest.param("score.mirels=high", of_score("mirels", on("score.band", "eq", "high")), id="a band"),
        pytest.param(
            "score.bilsky_escc=2,3", of_score("bilsky_escc", on("score.total", "in", [2, 3])), id="several numbers"
        ),
        pytest.param(
            "score.bilsky_escc=1b,1c", of_score("bilsky_escc", on("score.band", "in", ["1b", "1c"])), id="grades"
        ),
        pytest.param(
            "score.bilsky_escc=2",
            of_score("bilsky_escc", {"any": [on("score.total", "eq", 2), on("score.band", "eq", "2")]}),
            id="a grade named by a number",
        ),
        pytest.param("score.minimum>=7", on("score.minimum", "gte", 7), id="a field of scores is left as it is"),
    ],
)
def test_a_score_that_is_not_complete_is_asked_for_what_is_sure(text: str, document: dict[str, Any]) -> None:
    assert read(text) == document


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("", "a field expected at the end", id="nothing"),
        pytest.param("series.modality=", "a value expected at the end", id="no value"),
        pytest.param("series.modality=CT series.kernel=B", "expected at 'series.kernel'", id="no word between"),
        pytest.param("(series.modality=CT", "`)` expected at the end", id="an open bracket"),
        pytest.param("series.modality>CT,MR", "several values go with `=` only", id="several with another sign"),
        pytest.param("some lesion lesion.bone=femur", "`(` expected at 'lesion.bone'", id="some without bracket"),
        pytest.param("series.model='Sensation", "not understood from here: 'Sensation", id="an open quotation"),
        pytest.param("score.sins~7", "score.sins takes =, <", id="a sign that scores do not take"),
        pytest.param("not " * 30 + "series.tracer", "nested at most 20 deep", id="without end"),
        pytest.param("x" * 5000, "at most 4000 characters", id="too long"),
    ],
)
def test_what_is_not_understood_is_said(text: str, said: str) -> None:
    with pytest.raises(ExpressionError) as refused:
        read(text)
    assert said in str(refused.value)


def test_what_is_no_value_of_a_field_stays_for_the_catalogue_to_refuse() -> None:
    assert read("study.day=soon") == on("study.day", "eq", "soon")
    assert read("series.modalty=CT") == on("series.modalty", "eq", "CT")


@given(st.text(alphabet="ab.=<>!~^,()'\" 17_sonderi", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(ExpressionError):
        assert query_shape(read(text))


def query_shape(document: dict[str, Any]) -> bool:
    return bool({"field", "all", "any", "not", "some"} & set(document))
