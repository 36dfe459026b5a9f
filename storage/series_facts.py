"""What the objects of a series say of how it was made, as far as it is kept."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

LONGEST_FACT = 64
LARGEST_NUMBER = 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesFacts:
    """Each as in a pseudonymised object, None where it says nothing: a fact that cannot be kept is not one.

    In mm: slice thickness, and the distance of the centres of neighbouring rows and columns (PS3.3 10.7.1.3). In
    tesla: the field strength. `tracer` is the meaning of the radiopharmaceutical's code, or its name.
    """

    body_part: str | None = None
    slice_thickness_mm: float | None = None
    row_spacing_mm: float | None = None
    column_spacing_mm: float | None = None
    kernel: str | None = None
    field_strength_t: float | None = None
    tracer: str | None = None
    manufacturer: str | None = None
    model: str | None = None

    def __post_init__(self) -> None:
        """Raises ValueError for what the registry could not keep; the fact is named, its value is not."""
        for name in FACTS:
            value = getattr(self, name)
            if value is None:
                continue
            wanted = float if name.endswith(("_mm", "_t")) else str
            if not isinstance(value, wanted):
                raise ValueError(f"{name}: is not of its type")  # noqa: TRY004  a value that cannot be kept, like the others
            if isinstance(value, str) and not (0 < len(value) <= LONGEST_FACT and value.isprintable()):
                raise ValueError(f"{name}: has not 1 to {LONGEST_FACT} printable characters")
            if isinstance(value, float) and not (math.isfinite(value) and 0 < value <= LARGEST_NUMBER):
                raise ValueError(f"{name}: is not above 0, or too large")

    def known(self) -> dict[str, str | float]:
        """What is known, by name."""
        return {name: value for name in FACTS if (value := getattr(self, name)) is not None}

    @classmethod
    def of(cls, known: Mapping[str, Any]) -> "SeriesFacts":
        """From what `known` told; what this version does not know is passed over."""
        return cls(**{name: known[name] for name in FACTS if name in known})


FACTS = tuple(field.name for field in fields(SeriesFacts))
NOTHING_SAID = SeriesFacts()
