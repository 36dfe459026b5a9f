"""Who may see which study by DICOMweb. Studies that did not come in by the door are shown to nobody.

Objects are shown or hidden by the study. What one reader of a study must not see, therefore, is not given to the image
store until he may.
"""

from collections.abc import Collection
from typing import Annotated

from fastapi import Depends, Path

from annotation.sight import Sight
from api.authentication import Reader
from api.callers import Caller
from api.services import CatalogueOf
from storage.catalogue import Catalogue
from storage.errors import NotInCatalogueError

# "..", "." and "1..2" are no UIDs (PS3.5 9.1); leading zeros are met in the wild.
UID_PATTERN = r"^[0-9]+(\.[0-9]+)*$"
LONGEST_UID = 64
Uid = Annotated[
    str, Path(pattern=UID_PATTERN, max_length=LONGEST_UID, examples=["2.25.329800735698586629295641978511"])
]


def visible(reader: Caller, study_instance_uids: Collection[str], catalogue: Catalogue) -> frozenset[str]:
    """Those of these studies that the ledger knows and the reader may see: the one place where that is decided.

    A study that was given to a blind reader is hidden from him until its reports are taken out of the image store.
    """
    known = catalogue.known_studies(study_instance_uids)
    return known - catalogue.hidden_studies(known, Sight(reader=reader.label))


def _seen(study_instance_uid: Uid, reader: Reader, catalogue: CatalogueOf) -> str:
    """The study of the path. NotInCatalogueError, whether it is hidden or is not there."""
    if not visible(reader, [study_instance_uid], catalogue):
        raise NotInCatalogueError("there is no such study")
    return study_instance_uid


SeenStudy = Annotated[str, Depends(_seen)]
