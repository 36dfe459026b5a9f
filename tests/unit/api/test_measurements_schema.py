"""What the guide shows is what is taken and answered."""

import json
import re
from pathlib import Path

from annotation.measuring.drawings import Bidirectional
from annotation.measuring.lines import bidirectional
from annotation.measuring.terms import METHOD_LABELS, TERMS, Method
from api.schemas.drawings import DirectionBody
from api.schemas.measurements import BidirectionalBody, asked

GUIDE = Path(__file__).resolve().parents[3] / "docs" / "measuring.md"


def test_the_guides_bidirectional_is_taken_and_measured_as_it_says() -> None:
    request, answer = (json.loads(block) for block in re.findall(r"```json\n(.*?)```", GUIDE.read_text(), re.DOTALL))

    wanted = asked(BidirectionalBody.model_validate(request))
    assert isinstance(wanted.drawing, Bidirectional)
    found = {each.key: float(each.number.value) for each in bidirectional(wanted.drawing).values}
    assert found == {each["key"]: each["value"] for each in answer["values"]}
    assert wanted.client_values == {each["key"]: each["client_value"] for each in answer["values"]}


def test_a_direction_keeps_its_axes() -> None:
    assert DirectionBody(x=0, y=0, z=1).model_dump() == {"x": 0, "y": 0, "z": 1}


def test_every_method_and_term_has_words_in_both_languages() -> None:
    assert set(METHOD_LABELS) == set(Method)
    for label in (*METHOD_LABELS.values(), *(term.label for term in TERMS.values())):
        assert label.en.strip()
        assert label.fr.strip()
