"""Which files of a release are wanted: `--only kind=nifti --only patient=OST-…`."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import Self

from osteon.transfer.errors import UsageError
from osteon.transfer.remote_release import ReleaseFile

FIELDS: Mapping[str, Callable[[ReleaseFile], str | None]] = MappingProxyType(
    {
        "kind": lambda file: file.kind,
        "patient": lambda file: file.pseudonym,
        "study": lambda file: file.study_instance_uid,
        "series": lambda file: file.series_instance_uid,
        "path": lambda file: str(file.path),
    }
)


@dataclass(frozen=True, slots=True)
class Only:
    """Patterns by field: one of each field must fit. What makes the bag always comes along."""

    patterns: tuple[tuple[str, str], ...] = ()

    @classmethod
    def parse(cls, texts: Iterable[str]) -> Self:
        """Of `field=pattern`, where a pattern may hold `*` and `?`. Raises UsageError."""
        patterns = []
        for text in texts:
            field, equals, pattern = text.partition("=")
            if not equals or not pattern or field not in FIELDS:
                raise UsageError(f"--only takes FIELD=PATTERN, FIELD one of: {', '.join(FIELDS)}")
            patterns.append((field, pattern))
        return cls(tuple(sorted(set(patterns))))

    def __bool__(self) -> bool:
        return bool(self.patterns)

    def takes(self, file: ReleaseFile) -> bool:
        if file.is_of_the_bag:
            return True
        wanted: dict[str, list[str]] = {}
        for field, pattern in self.patterns:
            wanted.setdefault(field, []).append(pattern)
        return all(
            (value := FIELDS[field](file)) is not None and any(fnmatchcase(value, pattern) for pattern in patterns)
            for field, patterns in wanted.items()
        )

    def as_json(self) -> list[str]:
        return [f"{field}={pattern}" for field, pattern in self.patterns]
