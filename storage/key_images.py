"""Key images, kept in memory as long as there is room: those asked for last."""

from dataclasses import dataclass

from annotation.entities import Reading
from annotation.key_images.key_image import key_image
from storage.measurable_images import MEGABYTE, MeasurableImages
from storage.series_cache import SeriesCache

CACHE_MB = 32
_EXPECTED_BYTES = 300_000


@dataclass(frozen=True, slots=True)
class _Kept:
    png: bytes

    @property
    def size_bytes(self) -> int:
        return len(self.png)


class KeyImages:
    """Share one between threads. Who may see the reading is for the caller to know."""

    def __init__(self, images: MeasurableImages, cache_mb: int = CACHE_MB) -> None:
        self._images = images
        self.cache: SeriesCache[_Kept] = SeriesCache(cache_mb * MEGABYTE)

    def of(self, reading: Reading) -> bytes:
        """PNG. A revision is never altered, and neither is an image: what is kept stays true.

        Raises `FindingError`, `GeometryError`, ImageMissingError or ImageStoreUnavailableError.
        """
        key = f"{reading.id}/{reading.revision}"
        return self.cache.get(key, _EXPECTED_BYTES, lambda: _Kept(key_image(reading, self._images))).png
