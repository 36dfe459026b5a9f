"""Lines into a small PNG, by hand: no plotting library is needed for that."""

import struct
import zlib
from collections.abc import Sequence
from pathlib import Path

WIDTH, BAND, MARGIN = 640, 90, 6
_BACKGROUND, _LINE = 255, 40


def write_png(path: Path, lines: Sequence[Sequence[float]]) -> None:
    """Each line in a band of its own, from its lowest value to its highest."""
    rows: list[bytearray] = []
    for values in lines:
        rows += _band(values)
    path.write_bytes(_png(rows))


def _band(values: Sequence[float]) -> list[bytearray]:
    band = [bytearray([_BACKGROUND]) * WIDTH for _ in range(BAND)]
    low, high = min(values), max(values)
    room = BAND - 2 * MARGIN - 1
    before = None
    for x in range(WIDTH):
        value = values[x * (len(values) - 1) // max(WIDTH - 1, 1)]
        y = MARGIN + round(room * (1 - (value - low) / (high - low or 1)))
        for between in range(min(y, before if before is not None else y), max(y, before or y) + 1):
            band[between][x] = _LINE
        before = y
    band[-1] = bytearray([_LINE]) * WIDTH
    return band


def _png(rows: Sequence[bytearray]) -> bytes:
    """Grey, eight bits (PNG specification, section 11)."""
    header = struct.pack(">IIBBBBB", WIDTH, len(rows), 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + row for row in rows))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        _chunk(*one) for one in ((b"IHDR", header), (b"IDAT", pixels), (b"IEND", b""))
    )


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
