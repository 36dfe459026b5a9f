"""Negotiation remembered: a sender asks the same at each association, byte for byte, and gets the same answer.

A stock sender proposes 128 presentation contexts, which take a decoder 5 to 10 ms. What follows from a request depends
on its bytes and on our terms only.
"""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from types import MappingProxyType

from dicom_node.upper_layer.negotiation import Context, MalformedRequestError, Terms, accept, read_request
from dicom_node.upper_layer.pdus import Rejection

REMEMBERED = 32
"""Requests."""

LONGEST_REMEMBERED = 1 << 15
"""Bytes of one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Negotiated:
    """What follows from a request."""

    calling_ae_title: str
    maximum_length: int
    """Of PDUs that the peer takes, in bytes; 0: any."""
    rejection: Rejection | None
    """Why it is not accepted."""
    contexts: Mapping[int, Context]
    """The presentation contexts that hold, by their ids."""
    acceptance: bytes | None
    """The A-ASSOCIATE-AC; None when it is rejected, or what it proposes cannot be answered."""


class Negotiator:
    """For one acceptor and its terms. Safe between threads."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self._remembered: OrderedDict[bytes, Negotiated] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, pdu: bytes) -> Negotiated:
        """What follows from an A-ASSOCIATE-RQ. Raises MalformedRequestError."""
        with self._lock:
            known = self._remembered.get(pdu)
            if known is not None:
                self._remembered.move_to_end(pdu)
                return known
        found = self._negotiated(pdu)
        if found.acceptance is not None and len(pdu) <= LONGEST_REMEMBERED:  # whoever is rejected displaces nobody
            with self._lock:
                self._remembered[pdu] = found
                while len(self._remembered) > REMEMBERED:
                    self._remembered.popitem(last=False)
        return found

    def _negotiated(self, pdu: bytes) -> Negotiated:
        request = read_request(pdu, self.terms)
        contexts: Mapping[int, Context] = {}
        acceptance = None
        if request.rejection is None:
            with suppress(MalformedRequestError):
                contexts, acceptance = accept(request, self.terms)
        return Negotiated(
            calling_ae_title=request.calling_ae_title,
            maximum_length=request.maximum_length,
            rejection=request.rejection,
            contexts=MappingProxyType(contexts),
            acceptance=acceptance,
        )
