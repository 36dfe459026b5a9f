"""FHIR R4 bundles in files, held against the definition by fhir.resources on the way in and out."""

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

from fhir.resources.R4B.bundle import Bundle
from pydantic import ValidationError

from annotation.registry.exchange.fhir_codes import Json

_MARKED = re.compile(r'"\\u0000(-?[0-9.]+)"')


class BundleError(ValueError):
    """The file is no FHIR bundle; the message names the element, and nothing that it holds."""


def read_bundle(path: Path) -> Json:
    """The bundle as it stands in the file, once it is known to be one. Raises BundleError."""
    try:
        document: Any = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except ValueError:
        raise BundleError("the file is no JSON") from None
    _check(document)
    found: Json = document
    return found


def write_bundle(path: Path, bundle: Json) -> None:
    """Raises BundleError: what we write is a bundle."""
    _check(bundle)
    text = json.dumps(bundle, indent=1, default=_marked)
    path.write_text(_MARKED.sub(r"\1", text), encoding="utf-8")


def _check(document: Any) -> None:
    try:
        Bundle.model_validate(document)
    except ValidationError as error:
        place = ".".join(str(part) for part in error.errors(include_input=False, include_url=False)[0]["loc"])
        raise BundleError(f"not a FHIR R4 Bundle: {place}") from None


def _marked(value: object) -> str:
    """`json` would write a decimal as a float: 39.50 as 39.5. The mark is in no text that the record keeps."""
    if not isinstance(value, Decimal):
        raise TypeError(type(value).__name__)
    return f"\0{value:f}"
