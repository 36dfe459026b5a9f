"""Whether a client takes what there is (RFC 9110 12.5.1, `Accept`)."""

from collections.abc import Iterator


def accepts(header: str | None, *offered: str) -> bool:
    """Whether one of the media types is acceptable; without a header, anything is."""
    if header is None or not header.strip():
        return True
    weights = dict(_ranges(header))
    return any(_weight(weights, media_type) > 0 for media_type in offered)


def _weight(weights: dict[str, float], media_type: str) -> float:
    """The weight that the most precise range gives."""
    kind = media_type.partition("/")[0]
    return next((weights[name] for name in (media_type, f"{kind}/*", "*/*") if name in weights), 0.0)


def _ranges(header: str) -> Iterator[tuple[str, float]]:
    for item in header.split(","):
        name, *parameters = (piece.strip().lower() for piece in item.split(";"))
        yield name, next((_number(text[2:]) for text in parameters if text.startswith("q=")), 1.0)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
