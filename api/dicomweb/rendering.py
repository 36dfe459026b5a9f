"""How an image is to be rendered (PS3.18 8.3.5), read, checked and written anew."""

import re
from typing import Annotated

from fastapi import Query

THUMBNAIL = "128,128"
_SIDE = r"[1-9][0-9]{0,3}"
_NUMBER = r"-?[0-9]{1,9}(\.[0-9]{1,9})?"
# Width and height, and then perhaps which part of the image: left, top, width, height.
VIEWPORT = re.compile(rf"^{_SIDE},{_SIDE}(,({_NUMBER})?,({_NUMBER})?,({_NUMBER})?,({_NUMBER})?)?$", re.ASCII)
WINDOW = re.compile(rf"^{_NUMBER},{_NUMBER},(linear|linear-exact|sigmoid)$", re.ASCII)

Viewport = Annotated[
    str | None, Query(pattern=VIEWPORT.pattern, description="Width and height of the answer.", examples=["512,512"])
]


class Rendering:
    """Parameters of a rendered image."""

    def __init__(
        self,
        viewport: Viewport = None,
        window: Annotated[
            str | None, Query(pattern=WINDOW.pattern, description="Centre, width, shape.", examples=["300,1500,linear"])
        ] = None,
        quality: Annotated[int | None, Query(ge=1, le=100, description="Of a JPEG.")] = None,
    ) -> None:
        given = {"viewport": viewport, "window": window, "quality": None if quality is None else str(quality)}
        self.query = [(name, value) for name, value in given.items() if value is not None]


class Thumbnail:
    """The one parameter of a thumbnail."""

    def __init__(self, viewport: Viewport = None) -> None:
        self.query = [("viewport", viewport or THUMBNAIL)]
