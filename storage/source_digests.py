"""Digests of what objects were made from, as the ledger keeps them: of the plain content, and of what is nested in it.

Before sequences counted, the first was all there was. What has only that is compared by it alone, lest every object
that is sent again after an upgrade be a conflict.
"""

_BETWEEN = "."


def source_digest(plain: bytes, nested: bytes) -> str:
    """Together at most 63 bytes (`InstanceRow.source_digest`)."""
    return f"{plain.hex()}{_BETWEEN}{nested.hex()}"


def are_of_the_same(one: str, other: str) -> bool:
    """Whether two objects were made from the same content, as far as both digests tell."""
    if one == other:
        return True
    (plain, _, nested), (other_plain, _, other_nested) = one.partition(_BETWEEN), other.partition(_BETWEEN)
    return plain == other_plain and not (nested and other_nested)
