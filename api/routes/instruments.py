"""What the calculators ask and answer: enough to draw a form for each."""

from fastapi import APIRouter, Request

from annotation.finding_form import QUESTIONS
from api.errors import NoSuchInstrumentError
from api.openapi import problems
from api.schemas.finding_form import QuestionOut
from api.schemas.instruments import InstrumentOut, InstrumentsOut, NamedOut
from api.schemas.labels import LabelOut
from lesion_model.description import Description, Kind
from lesion_model.descriptions import DESCRIPTIONS
from lesion_model.wording.flags import FLAGS

router = APIRouter(tags=["instruments"])

PATHS = {Kind.SCORE: "scores", Kind.GRADE: "grades", Kind.RULE: "rules"}


@router.get("/instruments")
def list_instruments(request: Request) -> InstrumentsOut:
    """Every score, grade and rule: items, allowed values, words in both languages, references; and a reading's form."""
    return InstrumentsOut(
        instruments=[_out(described, request) for described in DESCRIPTIONS.values()],
        flags=[NamedOut(name=name, label=LabelOut.model_validate(words)) for name, words in FLAGS.items()],
        findings=[QuestionOut.of(question) for question in QUESTIONS],
    )


@router.get("/instruments/{name}", responses=problems(404, 422))
def read_instrument(name: str, request: Request) -> InstrumentOut:
    """One score, grade or rule."""
    if name not in DESCRIPTIONS:
        raise NoSuchInstrumentError
    return _out(DESCRIPTIONS[name], request)


def _out(described: Description, request: Request) -> InstrumentOut:
    path = request.scope["path"]
    prefix = path[: path.index("/instruments")]
    return InstrumentOut.of(described, f"{prefix}/{PATHS[described.kind]}/{described.name}")
