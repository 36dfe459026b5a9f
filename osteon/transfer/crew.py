"""Several associations at work on one batch of files: each takes the next file, none waits for another."""

import re
import threading
from collections import deque
from collections.abc import Generator, Sequence
from queue import SimpleQueue

from pydicom.uid import UID
from pynetdicom.status import code_to_category

from annotation.nifti.damage import DAMAGED
from dicom_node.upper_layer.commands import Response
from osteon.transfer.delivery import Delivery, Outcome
from osteon.transfer.errors import ConnectionLostError, PeerError
from osteon.transfer.outgoing import Outgoing
from osteon.transfer.requestor import Requestor, Route

_JOIN_SECONDS = 5.0
_WORDS_ONLY = re.compile(r"[^\w .,:;/()=-]")


class Crew:
    """Sends one batch, whose presentation contexts fit into one association. For one call of `deliveries`."""

    def __init__(self, route: Route, batch: Sequence[Outgoing], associations: int) -> None:
        self._route = route
        self._associations = min(associations, len(batch))
        self._proposals = tuple(dict.fromkeys(outgoing.context for outgoing in batch))
        self._waiting = deque(batch)
        self._results: SimpleQueue[Delivery | Exception | None] = SimpleQueue()
        self._requestors: set[Requestor] = set()
        self._stopping = threading.Event()
        self.opened = False
        """Whether an association was ever accepted."""
        self.trouble: PeerError | None = None
        """Why an association could not be had."""

    def deliveries(self) -> Generator[Delivery]:
        """Each file's fate as it comes; what nobody could take up was lost. Closed early, it aborts."""
        if self._associations == 1:
            try:
                yield from self._one_after_the_other()
            except PeerError as error:
                self.trouble = error
        else:
            yield from self._together()
        while self._waiting:
            yield failed(self._waiting.popleft(), Outcome.LOST, str(self.trouble or ""))

    def _together(self) -> Generator[Delivery]:
        workers = [threading.Thread(target=self._work, name="sender", daemon=True) for _ in range(self._associations)]
        for worker in workers:
            worker.start()
        running = len(workers)
        try:
            while running:
                result = self._results.get()
                if result is None:
                    running -= 1
                elif isinstance(result, PeerError):
                    self.trouble = result
                elif isinstance(result, Exception):
                    raise result
                else:
                    yield result
        finally:
            self._stopping.set()
            for requestor in tuple(self._requestors):
                requestor.interrupt()
            for worker in workers:
                worker.join(_JOIN_SECONDS)

    def _work(self) -> None:
        try:
            for delivery in self._one_after_the_other():
                self._results.put(delivery)
        except Exception as error:  # noqa: BLE001 - the boundary of a thread: whoever asked raises it
            self._results.put(error)
        finally:
            self._results.put(None)

    def _one_after_the_other(self) -> Generator[Delivery]:
        """Send until there is no file left, or the association is lost. Raises PeerError."""
        while self._waiting and not self._stopping.is_set():
            requestor = Requestor.open(self._route, self._proposals)
            self.opened = True
            self._requestors.add(requestor)
            try:
                while requestor.is_open and not self._stopping.is_set():
                    outgoing = self._next()
                    if outgoing is None:
                        requestor.release()
                        return
                    delivery = _deliver(outgoing, requestor)
                    yield delivery
                    if delivery.outcome is Outcome.LOST:
                        return
            finally:
                requestor.abort()
                self._requestors.discard(requestor)

    def _next(self) -> Outgoing | None:
        try:
            return self._waiting.popleft()
        except IndexError:
            return None


def _deliver(outgoing: Outgoing, requestor: Requestor) -> Delivery:
    if outgoing.context not in requestor.accepted:
        names = f"{UID(outgoing.sop_class_uid).name}, {UID(outgoing.transfer_syntax_uid).name}"
        return failed(outgoing, Outcome.NOT_ACCEPTED, names)
    try:
        answer = requestor.store(outgoing.context, outgoing.sop_instance_uid, outgoing.data_set())
    except ConnectionLostError as error:
        return failed(outgoing, Outcome.LOST, str(error))
    except DAMAGED:  # since it was looked at
        return failed(outgoing, Outcome.UNREADABLE)
    return _answered(outgoing, answer)


def _answered(outgoing: Outgoing, answer: Response) -> Delivery:
    outcome = {"Success": Outcome.STORED, "Warning": Outcome.STORED_WITH_WARNING}
    return Delivery(
        path=outgoing.path,
        size=outgoing.size,
        outcome=outcome.get(code_to_category(answer.status), Outcome.REFUSED),
        status=answer.status,
        comment=_WORDS_ONLY.sub("?", answer.comment),
    )


def failed(outgoing: Outgoing, outcome: Outcome, comment: str = "") -> Delivery:
    """The fate of a file that got no answer."""
    return Delivery(path=outgoing.path, size=outgoing.size, outcome=outcome, comment=comment)
