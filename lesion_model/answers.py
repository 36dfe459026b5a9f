"""What a rule answers, as far as the facts allow: unknown is never taken for no."""

from dataclasses import dataclass

from lesion_model.labels import Label


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One of several things a rule looks at. `holds` is None while its facts leave it open."""

    name: str
    label: Label
    holds: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One rule or grade applied to the facts that are known.

    `answer` is None while `possible`, the answers that some completion of the facts would give, has more than
    one; then each of `decisive` alone would decide it whatever its value, and each of `could_decide` for at
    least one value. `suggestion` says according to whom; it is None while the possible answers suggest
    different things, and for an answer that suggests nothing. It informs a discussion and is no order.
    """

    name: str
    version: str
    answer: str | None
    possible: tuple[str, ...]
    decided: bool
    points: tuple[Point, ...]
    facts_used: tuple[str, ...]
    facts_missing: tuple[str, ...]
    decisive: tuple[str, ...]
    could_decide: tuple[str, ...]
    flags: tuple[str, ...]
    suggestion: Label | None
    reference: str
