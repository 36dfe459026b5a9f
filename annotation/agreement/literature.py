"""What others have found: the kappa between readers in published series, to be set beside one's own."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Kappa between readers, as one paper gives it; `low` and `high` differ where it gives several rounds or pairs."""

    low: float
    high: float
    weighted: bool
    reference: str


@dataclass(frozen=True, slots=True)
class Published:
    """All series on one item, in the order of their publication; there is one at least."""

    series: tuple[Series, ...]

    @property
    def low(self) -> float:
        """The lowest kappa of all."""
        return min(each.low for each in self.series)

    @property
    def high(self) -> float:
        """The highest kappa of all."""
        return max(each.high for each in self.series)


_FOURNEY = "Fourney DR et al. J Clin Oncol 2011;29(22):3072-7"
_CAMPOS = "Campos M et al. Spine J 2014;14(8):1466-9"
_EL_HUSSEINY = "El-Husseiny M, Coleman N. Skeletal Radiol 2010;39(2):155-60"
_MAC_NIOCAILL = "Mac Niocaill RF et al. Int Orthop 2011;35(1):83-6"


def _sins(fourney: float, campos: float) -> Published:
    return Published((_plain(fourney, fourney, _FOURNEY), _plain(campos, campos, _CAMPOS)))


def _plain(low: float, high: float, reference: str) -> Series:
    return Series(low=low, high=high, weighted=False, reference=reference)


PUBLISHED: Mapping[str, Published] = MappingProxyType(
    {
        "sins.location": _sins(0.790, 0.81),
        "sins.lesion_type": _sins(0.244, 0.21),
        "sins.alignment": _sins(0.456, 0.45),
        "sins.collapse": _sins(0.462, 0.42),
        "sins.posterolateral": _sins(0.492, 0.29),
        "mirels.site": Published((_plain(0.77, 1.0, _MAC_NIOCAILL),)),
        "mirels.lesion_type": Published((_plain(0.55, 0.81, _MAC_NIOCAILL),)),
        "mirels.size": Published((_plain(0.27, 0.60, _MAC_NIOCAILL),)),
        "mirels.total": Published(
            (
                Series(low=0.183, high=0.218, weighted=True, reference=_EL_HUSSEINY),
                _plain(0.35, 0.61, _MAC_NIOCAILL),
            )
        ),
    }
)
"""By the name of what is rated; figures between readers, from the papers' abstracts."""
