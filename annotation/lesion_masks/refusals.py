"""Why no mask can be made of what was drawn: codes that stay, and words for people."""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType

from lesion_model.labels import Label, label


class NoMask(Enum):
    """Why there is none; codes that never change their meaning."""

    NO_OUTLINE = "no-outline"
    NOT_ON_AN_IMAGE = "not-on-an-image"
    IMAGE_WITHOUT_PLACE = "image-without-place"
    OUTSIDE = "outside-the-image"
    NOT_CLOSED_ONCE = "not-closed-once"
    EMPTY = "no-pixel"


LABELS: Mapping[NoMask, Label] = MappingProxyType(
    {
        NoMask.NO_OUTLINE: label("what was drawn encloses nothing", "le tracé n'entoure rien"),
        NoMask.NOT_ON_AN_IMAGE: label(
            "it was drawn on a reformatted plane, not on an image",
            "le tracé est sur un plan reformaté, pas sur une image",
        ),
        NoMask.IMAGE_WITHOUT_PLACE: label(
            "the image that was drawn on has no place of its own", "l'image du tracé n'a pas de position propre"
        ),
        NoMask.OUTSIDE: label("it leaves the image", "le tracé sort de l'image"),
        NoMask.NOT_CLOSED_ONCE: label(
            "it crosses itself, or is no ellipse", "le tracé se croise, ou n'est pas une ellipse"
        ),
        NoMask.EMPTY: label("no pixel has its centre inside", "aucun centre de pixel n'est à l'intérieur"),
    }
)


class RefusedOutlineError(Exception):
    """No mask can be made of what was drawn. `reason` is for programs, the text for people."""

    def __init__(self, reason: NoMask) -> None:
        self.reason = reason
        super().__init__(LABELS[reason].en)
