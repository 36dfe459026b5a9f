"""Receivers of a test's own, by pynetdicom: a foreign SCP whose answers the test chooses."""

import gc
import ssl
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, ImplicitVRLittleEndian, generate_uid
from pynetdicom import AE, evt
from pynetdicom.events import Event, EventHandlerType

from osteon.transfer.destination import Destination

Contexts = tuple[tuple[str, tuple[str, ...]], ...]
ONLY_CT: Contexts = ((CTImageStorage, (ExplicitVRLittleEndian, ImplicitVRLittleEndian)),)


def write_object(
    path: Path, *, sop_class: str = CTImageStorage, syntax: str = ExplicitVRLittleEndian, filling: bytes = b""
) -> Path:
    """A small object as a file; `filling` is its pixel data, which is only ever copied."""
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = pydicom.uid.UID(syntax)
    dataset.SOPClassUID, dataset.SOPInstanceUID = sop_class, generate_uid()
    dataset.PatientName, dataset.PatientID = "SECRETNAME", "1"
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = generate_uid(), generate_uid()
    if filling:
        dataset.PixelData = filling
        dataset["PixelData"].VR = "OW"
    path.parent.mkdir(parents=True, exist_ok=True)
    dataset.save_as(path, enforce_file_format=True)
    return path


@contextmanager
def receiving(
    answer: Callable[[Event], int],
    contexts: Contexts = ONLY_CT,
    *,
    secured: ssl.SSLContext | None = None,
    rejected: Callable[[Event], object] = lambda _: None,
    **changes: object,
) -> Iterator[Destination]:
    """Where the receiver listens. `changes`: attributes of pynetdicom's AE."""
    entity = AE(ae_title="TESTSCP")
    for sop_class, syntaxes in contexts:
        entity.add_supported_context(sop_class, list(syntaxes))
    for name, value in changes.items():
        setattr(entity, name, value)
    handlers: list[EventHandlerType] = [(evt.EVT_C_STORE, answer), (evt.EVT_REJECTED, rejected)]
    server = entity.start_server(("127.0.0.1", 0), block=False, evt_handlers=handlers, ssl_context=secured)
    assert server is not None
    try:
        yield Destination(ae_title="TESTSCP", host="127.0.0.1", port=server.server_address[1])
    finally:
        server.shutdown()
        # pynetdicom does not close the socket of a peer that goes away first: let no later test be blamed.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            gc.collect()
