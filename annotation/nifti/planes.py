"""The stored values of one frame at a time, read where they are in its file, or decoded."""

from collections.abc import Sequence
from threading import Lock

import numpy as np

from annotation.nifti.damage import refusing_damage
from annotation.nifti.decoding import Stored, decoded
from annotation.nifti.frames import Frame
from annotation.nifti.layout import PixelLayout, Plane
from annotation.nifti.objects import ImageObject
from annotation.nifti.refusals import Reason, RefusedSeriesError
from annotation.nifti.sources import part_of


class Planes:
    """Of the objects of one series; for several threads.

    A multi-frame object that needs decoding is decoded once and kept; single ones are decoded when asked for.
    """

    def __init__(self, images: Sequence[ImageObject]) -> None:
        self._images = images
        self._layouts = [PixelLayout.of(image.attributes) for image in images]
        self._kept: dict[int, Stored] = {}
        self._lock = Lock()

    def layout(self, frame: Frame) -> PixelLayout:
        return self._layouts[frame.source]

    def stored(self, frame: Frame) -> Plane:
        """(row, column). Raises RefusedSeriesError for what cannot be decoded, OSError for what cannot be read."""
        image, layout = self._images[frame.source], self._layouts[frame.source]
        if image.pixels is None or not layout.ordinary:
            return layout.without_other_bits(self._decoded(frame)[frame.number])
        offset, length = image.pixels
        begin = frame.number * layout.frame_bytes
        if length < begin + layout.frame_bytes:
            raise RefusedSeriesError(Reason.UNDECODABLE, "PixelData is too short")
        with refusing_damage(Reason.UNDECODABLE, "PixelData is too short"):
            content = part_of(image.source, offset + begin, layout.frame_bytes)
            plane = np.frombuffer(content, dtype=layout.dtype).reshape(layout.rows, layout.columns)
        return layout.without_other_bits(plane)

    def _decoded(self, frame: Frame) -> Stored:
        image, layout = self._images[frame.source], self._layouts[frame.source]
        if image.frames == 1:
            return decoded(image.source, layout, 1)
        with self._lock:
            if frame.source not in self._kept:
                self._kept[frame.source] = decoded(image.source, layout, image.frames)
            return self._kept[frame.source]
