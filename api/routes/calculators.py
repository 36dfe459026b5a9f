"""Calculators of the scores: stateless, for anyone, one route for each that the lesion model knows."""

from collections.abc import Callable

from fastapi import APIRouter

from api.openapi import problems
from api.schemas.answers import ScoreOut
from api.schemas.calculators import Items, items_model
from lesion_model.instruments import CALCULATORS, Calculator

router = APIRouter(tags=["scores"], responses=problems(413, 415, 422))


def _endpoint(calculator: Calculator) -> Callable[[Items], ScoreOut]:
    def calculate(body: Items) -> ScoreOut:
        return ScoreOut.of(calculator.calculate(body.model_dump(mode="json")))

    # FastAPI reads the body's shape from here, and each calculator has its own.
    calculate.__annotations__["body"] = items_model(calculator)
    calculate.__doc__ = f"{calculator.wording.title.en}, from named items; nothing is stored."
    return calculate


for _name, _calculator in CALCULATORS.items():
    router.add_api_route(f"/scores/{_name}", _endpoint(_calculator), methods=["POST"], name=f"calculate_{_name}")
