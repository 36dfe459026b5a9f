"""What the problems of drafts hold besides their words: both versions, names and places, never the text itself."""

from collections.abc import Mapping
from typing import Any

from annotation.draft_errors import NotConfirmedError, OvertakenDraftError, StaleDraftError
from annotation.errors import IdentifyingTextError
from annotation.identifying_text import LABELS
from api.schemas.drafts import DraftOut
from api.schemas.readings import ReadingOut

DETAIL_FR = "Ce texte contient peut-être des éléments identifiants : corrigez-le, ou confirmez l'avoir vérifié."


def both_drafts(error: Exception) -> Mapping[str, Any]:
    """The draft as it is, and the version that the client had; the rest of its own the client has still."""
    if not isinstance(error, StaleDraftError):
        return {}
    return {"current": DraftOut.of(error.current).model_dump(mode="json"), "yours": {"version": error.yours}}


def draft_and_reading(error: Exception) -> Mapping[str, Any]:
    if not isinstance(error, OvertakenDraftError):
        return {}
    return {
        "current": ReadingOut.of(error.current).model_dump(mode="json"),
        "yours": DraftOut.of(error.draft).model_dump(mode="json"),
    }


def not_confirmed(error: Exception) -> Mapping[str, Any]:
    return {"carried": [each.value for each in error.findings]} if isinstance(error, NotConfirmedError) else {}


def suspicious_places(error: Exception) -> Mapping[str, Any]:
    if not isinstance(error, IdentifyingTextError):
        return {}
    places = [
        {
            "pointer": f"#/{field}",
            "kind": each.trait.value,
            "label": LABELS[each.trait].en,
            "label_fr": LABELS[each.trait].fr,
            "start": each.start,
            "end": each.end,
        }
        for field, found in error.suspicions.items()
        for each in found
    ]
    return {"identifying": places, "detail_fr": DETAIL_FR}
