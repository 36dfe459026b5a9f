"""Sealed data opens with its key and context, whole and unchanged, or not at all."""

import pytest

from storage.sealing import CHUNK_BYTES, TAG_BYTES, UnsealError, seal, seal_chunks, unseal, unseal_chunks

KEY, OTHER = b"k" * 32, b"o" * 32
CONTEXT = b"label"
LENGTHS = (0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES)


def sealed_object(plain: bytes) -> bytes:
    return b"".join(seal_chunks(KEY, plain, CONTEXT))


def test_a_small_value_comes_back() -> None:
    assert unseal(KEY, seal(KEY, b"value", CONTEXT), CONTEXT) == b"value"


@pytest.mark.parametrize(("key", "context"), [(OTHER, CONTEXT), (KEY, b"another")])
def test_a_small_value_does_not_open_with_another_key_or_context(key: bytes, context: bytes) -> None:
    with pytest.raises(UnsealError):
        unseal(key, seal(KEY, b"value", CONTEXT), context)


@pytest.mark.parametrize("broken", [b"", b"short", b"x" * 40])
def test_what_was_never_sealed_does_not_open(broken: bytes) -> None:
    with pytest.raises(UnsealError):
        unseal(KEY, broken, CONTEXT)


@pytest.mark.parametrize("length", LENGTHS)
def test_an_object_of_any_length_comes_back(length: int) -> None:
    plain = bytes(range(256)) * (length // 256) + b"z" * (length % 256)
    assert unseal_chunks(KEY, sealed_object(plain), CONTEXT) == plain


def test_an_object_that_was_cut_off_at_a_chunk_does_not_open() -> None:
    sealed = sealed_object(bytes(2 * CHUNK_BYTES))
    with pytest.raises(UnsealError):
        unseal_chunks(KEY, sealed[: -(CHUNK_BYTES + TAG_BYTES)], CONTEXT)


def test_an_object_with_swapped_chunks_does_not_open() -> None:
    sealed = sealed_object(bytes(3 * CHUNK_BYTES))
    step = CHUNK_BYTES + TAG_BYTES
    swapped = sealed[:7] + sealed[7 + step : 7 + 2 * step] + sealed[7 : 7 + step] + sealed[7 + 2 * step :]
    with pytest.raises(UnsealError):
        unseal_chunks(KEY, swapped, CONTEXT)


def test_one_changed_bit_is_noticed() -> None:
    sealed = bytearray(sealed_object(b"plain"))
    sealed[-1] ^= 1
    with pytest.raises(UnsealError):
        unseal_chunks(KEY, bytes(sealed), CONTEXT)
