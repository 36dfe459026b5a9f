"""What the routes work with: made once per application, handed to each route as an argument."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy import Engine

from api.dicomweb.archive import Archive
from api.event_streams import EventStreams
from api.images import ImageSource
from api.importing import Importing
from api.metrics import ApiMetrics
from api.release_parts import ReleaseParts
from api.sign_in import SignIn
from api.uploads import Uploads
from storage.catalogue import Catalogue
from storage.key_images import KeyImages
from storage.measurable_images import MeasurableImages
from storage.tokens import Tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Everything that outlives a request."""

    engine: Engine
    images: ImageSource
    catalogue: Catalogue
    tokens: Tokens
    metrics: ApiMetrics
    sign_in: SignIn
    events: EventStreams
    measurable: MeasurableImages
    key_images: KeyImages
    importing: Importing
    uploads: Uploads | None = None
    """None: nothing is taken, and there is no route for it."""

    releases: ReleaseParts | None = None
    """None: there are no releases, and no route for them."""

    archive: Archive | None = None
    """None: no DICOMweb is given, and there is no route for it."""


async def services_of(request: Request) -> Services:
    """The services that `create_app` was given."""
    services: Services = request.app.state.services
    return services


async def _catalogue(services: Annotated[Services, Depends(services_of)]) -> Catalogue:
    return services.catalogue


async def _images(services: Annotated[Services, Depends(services_of)]) -> ImageSource:
    return services.images


async def _measurable(services: Annotated[Services, Depends(services_of)]) -> MeasurableImages:
    return services.measurable


async def _key_images(services: Annotated[Services, Depends(services_of)]) -> KeyImages:
    return services.key_images


async def _importing(services: Annotated[Services, Depends(services_of)]) -> Importing:
    return services.importing


async def _engine(services: Annotated[Services, Depends(services_of)]) -> Engine:
    return services.engine


async def _uploads(services: Annotated[Services, Depends(services_of)]) -> Uploads:
    assert services.uploads is not None  # noqa: S101 - the routes are there only with it
    return services.uploads


async def _archive(services: Annotated[Services, Depends(services_of)]) -> Archive:
    assert services.archive is not None  # noqa: S101 - the routes are there only with it
    return services.archive


async def _events(services: Annotated[Services, Depends(services_of)]) -> EventStreams:
    return services.events


CatalogueOf = Annotated[Catalogue, Depends(_catalogue)]
ImagesOf = Annotated[ImageSource, Depends(_images)]
MeasurableOf = Annotated[MeasurableImages, Depends(_measurable)]
KeyImagesOf = Annotated[KeyImages, Depends(_key_images)]
ImportingOf = Annotated[Importing, Depends(_importing)]
EngineOf = Annotated[Engine, Depends(_engine)]
EventStreamsOf = Annotated[EventStreams, Depends(_events)]
UploadsOf = Annotated[Uploads, Depends(_uploads)]
ArchiveOf = Annotated[Archive, Depends(_archive)]
