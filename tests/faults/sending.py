"""PACS that send without mercy: associations in threads, every answer written into the accounts."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from tests.builders.many_objects import Specimen
from tests.builders.peer import (
    ASSOCIATE_AC,
    C_STORE,
    WITH_DATA_SET,
    Peer,
    associate_rq,
    command_set,
    message,
    us,
)
from tests.faults.accounts import Accounts

ASSOCIATIONS = 4
ANSWER_SECONDS = 60.0
FRAGMENT = 131_072 - 6


def send(
    port: int,
    specimens: Sequence[Specimen],
    accounts: Accounts,
    associations: int = ASSOCIATIONS,
    calling: str = "PACS",
) -> None:
    """Send all, on several associations; returns when each has got its answers or was broken off."""
    with sending(port, specimens, accounts, associations, calling):
        pass


@contextmanager
def sending(
    port: int,
    specimens: Sequence[Specimen],
    accounts: Accounts,
    associations: int = ASSOCIATIONS,
    calling: str = "PACS",
) -> Iterator[None]:
    """The same while the block runs, which waits for the end of it."""
    threads = [
        threading.Thread(target=_associate, args=(port, specimens[first::associations], accounts, calling))
        for first in range(min(associations, len(specimens)))
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        for thread in threads:
            thread.join()


def request_for(specimens: Sequence[Specimen], calling: str = "PACS") -> tuple[bytes, dict[tuple[str, str], int]]:
    """A-ASSOCIATE-RQ for these objects, and the presentation context of each kind."""
    kinds = sorted({(one.sop_class_uid, one.transfer_syntax_uid) for one in specimens})
    contexts = {kind: 2 * number + 1 for number, kind in enumerate(kinds)}
    return associate_rq({at: (kind[0], (kind[1],)) for kind, at in contexts.items()}, calling=calling), contexts


def store_pdus(specimen: Specimen, context_id: int, message_id: int = 1) -> list[bytes]:
    """A C-STORE, whatever the UID is; PDUs as long as the node takes them."""
    uid = specimen.sop_instance_uid.encode()
    command = command_set(
        {
            0x0002: specimen.sop_class_uid.encode("ascii") + b"\0" * (len(specimen.sop_class_uid) % 2),
            0x0100: us(C_STORE),
            0x0110: us(message_id),
            0x0700: us(0),
            0x0800: us(WITH_DATA_SET),
            0x1000: uid + b"\0" * (len(uid) % 2),
        }
    )
    return message(command, specimen.data_set, context_id, FRAGMENT)


def _associate(port: int, specimens: Sequence[Specimen], accounts: Accounts, calling: str) -> None:
    """One association. A connection that breaks ends it, and what was not answered stays so."""
    with suppress(OSError), Peer(port, seconds=ANSWER_SECONDS) as peer:
        request, contexts = request_for(specimens, calling)
        answer = peer.associate(request)
        if answer is None or answer.kind != ASSOCIATE_AC:
            return
        for number, specimen in enumerate(specimens):
            accounts.sending(specimen)
            kind = specimen.sop_class_uid, specimen.transfer_syntax_uid
            peer.send(b"".join(store_pdus(specimen, contexts[kind], number % 65_000 + 1)))
            try:
                reply = peer.reply()
            except AssertionError:  # closed or aborted instead
                return
            accounts.answered(specimen, reply.status)
        peer.release()
