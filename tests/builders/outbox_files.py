"""What lies in an outbox of another process, read from outside."""

from io import BytesIO
from pathlib import Path

import pydicom
from pydicom.dataset import Dataset

from dicom_node.segments import SUFFIX, read_content, records_in


def data_sets_in(home: Path) -> list[Dataset]:
    """The objects that a node keeps, in the order in which they came (of one segment)."""
    return [
        pydicom.dcmread(BytesIO(read_content(path.parent, record)))
        for path in sorted(home.glob(f"outbox/*/objects/*{SUFFIX}"))
        for record in records_in(path)
    ]
