"""The same request gets the same answer, from memory; another one gets its own."""

import pytest

from dicom_node.contexts import accepted_contexts
from dicom_node.upper_layer import negotiator as module
from dicom_node.upper_layer.negotiation import MalformedRequestError, Terms, accept, read_request
from dicom_node.upper_layer.negotiator import LONGEST_REMEMBERED, REMEMBERED, Negotiator
from dicom_node.upper_layer.pdus import CALLED_AE_TITLE
from tests.builders.peer import associate_rq

TERMS = Terms(ae_title="OSTEON", contexts=accepted_contexts(), maximum_length=16_384)
OTHER_TERMS = Terms(ae_title="ARCHIVE", contexts=accepted_contexts(), maximum_length=16_384)


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The requests that were decoded, and not remembered."""
    found = []

    def noting(pdu: bytes, terms: Terms) -> object:
        found.append(pdu)
        return read_request(pdu, terms)

    monkeypatch.setattr(module, "read_request", noting)
    return found


def test_a_request_that_comes_again_is_answered_alike_and_not_decoded_again(decoded: list[bytes]) -> None:
    negotiator, pdu = Negotiator(TERMS), associate_rq(calling="PACS")
    first, second = negotiator(pdu), negotiator(bytes(bytearray(pdu)))
    contexts, acceptance = accept(read_request(pdu, TERMS), TERMS)
    assert first == second
    assert (first.contexts, first.acceptance) == (contexts, acceptance)
    assert decoded == [pdu]


def test_a_request_that_differs_in_its_caller_or_its_maximum_length_is_another_one() -> None:
    negotiator = Negotiator(TERMS)
    assert [negotiator(associate_rq(calling=title)).calling_ae_title for title in ("A", "B", "A")] == ["A", "B", "A"]
    sizes = (4096, 0, 4096)
    assert [negotiator(associate_rq(maximum=size)).maximum_length for size in sizes] == list(sizes)


def test_each_acceptor_answers_by_its_own_terms() -> None:
    pdu = associate_rq(called="ARCHIVE")
    assert Negotiator(TERMS)(pdu).rejection == CALLED_AE_TITLE
    assert Negotiator(TERMS)(pdu).acceptance is None
    assert Negotiator(OTHER_TERMS)(pdu).rejection is None


def test_who_is_rejected_displaces_nobody(decoded: list[bytes]) -> None:
    negotiator, wanted = Negotiator(TERMS), associate_rq()
    negotiator(wanted)
    strangers = [associate_rq(called=f"OTHER{number}") for number in range(REMEMBERED)]
    assert all(negotiator(each).rejection == CALLED_AE_TITLE for each in strangers)
    negotiator(wanted)
    assert decoded == [wanted, *strangers]


def test_only_so_many_are_remembered(decoded: list[bytes]) -> None:
    negotiator = Negotiator(TERMS)
    callers = [associate_rq(calling=f"PACS{number}") for number in range(REMEMBERED + 1)]
    for each in (*callers, callers[-1], callers[0]):
        negotiator(each)
    assert decoded == [*callers, callers[0]]


def test_what_is_no_request_is_refused_each_time() -> None:
    negotiator = Negotiator(TERMS)
    for _ in range(2):
        with pytest.raises(MalformedRequestError):
            negotiator(b"\1\0\0\0\0\4nope")


def test_a_request_of_unusual_length_is_not_remembered(decoded: list[bytes]) -> None:
    pdu = associate_rq()
    item = b"\x58\0" + (LONGEST_REMEMBERED).to_bytes(2, "big") + bytes(LONGEST_REMEMBERED)  # a user identity
    long = pdu[:2] + (len(pdu) - 6 + len(item)).to_bytes(4, "big") + pdu[6:] + item
    negotiator = Negotiator(TERMS)
    assert negotiator(long) == negotiator(long)
    assert decoded == [long, long]
