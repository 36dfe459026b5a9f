"""Rules and grades as calculators: stateless, for anyone, one route for each that the lesion model knows."""

from collections.abc import Callable

from fastapi import APIRouter

from api.openapi import problems
from api.schemas.rules import Facts, RuleOut, facts_model
from lesion_model.entries import Entry
from lesion_model.rules.catalogue import GRADES, RULES

router = APIRouter(tags=["rules"], responses=problems(413, 415, 422))


def _endpoint(entry: Entry) -> Callable[[Facts], RuleOut]:
    def decide(body: Facts) -> RuleOut:
        return RuleOut.of(entry, entry.decide(body.by_name()))

    # FastAPI reads the body's shape from here, and each rule has its own.
    decide.__annotations__["body"] = facts_model(entry)
    decide.__doc__ = f"{entry.title.en}, from the facts that are known; nothing is stored."
    return decide


for _path, _entries in (("rules", RULES), ("grades", GRADES)):
    for _entry in _entries:
        router.add_api_route(
            f"/{_path}/{_entry.name}", _endpoint(_entry), methods=["POST"], name=f"decide_{_entry.name}"
        )
