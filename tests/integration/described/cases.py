"""Requests that the description allows, and some that it does not, as often as not about what is really there."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import schemathesis
from hypothesis import strategies
from schemathesis import Case, GenerationMode, SerializationContext
from schemathesis.schemas import APIOperation

from tests.integration.described.furnished import PART

Operation = APIOperation[Any, Any, Any, Any]
Known = Mapping[str, Sequence[Any]]
Draw = Callable[[strategies.SearchStrategy[Any]], Any]

JSON, DICOM, RELATED = "application/json", "application/dicom", "multipart/related"


@schemathesis.serializer(DICOM, RELATED)
def as_bytes(_: SerializationContext, value: Any) -> Any:
    """Schemathesis has nothing for these: whatever it made as it is, or else one part without an object."""
    return {"data": value if isinstance(value, bytes) else PART}


def cases_of(
    operation: Operation, described: Mapping[str, Any], several: Sequence[Known]
) -> strategies.SearchStrategy[Case[Any]]:
    """One request of this operation: of what the description allows, of what it does not, or about what is there.

    The last has a body out of the description's examples, and the names of what is there (one of `several`) for all
    of its parameters and most of the names in its body; the others have them for half of theirs.
    """
    possible = [operation.as_strategy(generation_mode=GenerationMode.POSITIVE)]
    if operation.body or list(operation.iter_parameters()):
        possible.append(operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))
    examples = list(body_examples(described, operation.path, operation.method))
    names = {"path": set[str](), "header": set[str]()} | {
        place: {each.name for each in operation.iter_parameters() if each.location == place}
        for place in ("path", "header")
    }

    @strategies.composite
    def drawn(draw: Draw) -> Case[Any]:
        known = draw(strategies.sampled_from(several))
        if not draw(strategies.booleans()):
            case: Case[Any] = draw(strategies.one_of(possible))
            for place in (case.path_parameters, case.query, case.headers):
                for name in place:
                    place[name] = named(draw, known, name, place[name], once_in=2)
            return case
        case = draw(possible[0])
        if examples:
            body = draw(strategies.sampled_from(examples))
            case.body, case.media_type = body_named(draw, known, body), JSON
        for place, kind in ((case.path_parameters, "path"), (case.headers, "header")):
            for name in sorted(names[kind] & known.keys()):
                place[name] = draw(strategies.sampled_from(known[name]))
        return case

    return drawn()


def named(draw: Draw, known: Known, name: str, value: Any, *, once_in: int) -> Any:
    """What there is of that name, once in so many times; or else the value."""
    if name in known and draw(strategies.integers(1, once_in)) == once_in:
        return draw(strategies.sampled_from(known[name]))
    return value


def body_named(draw: Draw, known: Known, body: Any) -> Any:
    """A body with the names of what is there, but for one in eight."""
    if isinstance(body, list):
        return [body_named(draw, known, each) for each in body]
    if not isinstance(body, dict):
        return body
    return {
        name: draw(strategies.sampled_from(known[name]))
        if name in known and draw(strategies.integers(0, 7)) < 7
        else body_named(draw, known, value)
        for name, value in body.items()
    }


def body_examples(described: Mapping[str, Any], path: str, method: str) -> Iterator[Any]:
    """Those of the schemas that the body may have."""
    content = described["paths"][path][method.lower()].get("requestBody", {}).get("content", {})
    yield from _examples(described, content.get(JSON, {}).get("schema", {}))


def _examples(described: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterator[Any]:
    if "$ref" in schema:
        schema = described["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    yield from schema.get("examples", ())
    for each in (*schema.get("oneOf", ()), *schema.get("anyOf", ())):
        yield from _examples(described, each)
