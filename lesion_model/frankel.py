"""Frankel grade of a spinal cord lesion (Paraplegia 1969;7:179-92), with the local subdivision of D."""

from enum import Enum
from types import MappingProxyType

REFERENCE = (
    "Frankel HL, Hancock DO, Hyslop G, et al. The value of postural reduction in the initial management of "
    "closed injuries of the spine with paraplegia and tetraplegia. I. Paraplegia. 1969;7(3):179-192."
)


class Frankel(Enum):
    """Neurological function below the lesion. D1 to D3 are not in the paper: they say which aid is needed."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"
    D1 = "D1"
    D2 = "D2"
    D3 = "D3"
    E = "E"

    @property
    def published(self) -> "Frankel":
        """The grade of the paper, which knows only D."""
        return _PUBLISHED.get(self, self)


_PUBLISHED = MappingProxyType({Frankel.D1: Frankel.D, Frankel.D2: Frankel.D, Frankel.D3: Frankel.D})
