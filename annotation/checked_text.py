"""The warning before free text is kept that may name a patient."""

from annotation.errors import IdentifyingTextError
from annotation.identifying_text import suspicions


def warn_of_identifying(texts: dict[str, str | None], *, checked: bool) -> None:
    """Raise `IdentifyingTextError` for texts by field, unless someone says that they were `checked`."""
    found = {field: suspicions(text) for field, text in texts.items() if text}
    suspected = {field: places for field, places in found.items() if places}
    if suspected and not checked:
        raise IdentifyingTextError(suspected)
