"""Puts the application together: routes, errors, headers. Nothing is opened or started here."""

from http import HTTPStatus

from fastapi import Depends
from fastapi.middleware import Middleware
from fastapi.telemetry import TelemetryConfig
from sqlalchemy import Engine

from api import openapi
from api.audit_trail import attributed
from api.audited import AuditedRequests
from api.authentication import signed_in
from api.dicomweb.archive import Archive
from api.event_streams import EventStreams
from api.headers import SecureHeaders
from api.images import ImageSource
from api.intake import Intake
from api.last_resort import LastResort
from api.limits import BodyLimits
from api.metrics import ApiMetrics, WatchedRequests
from api.problems import answer_errors
from api.refusals import RefusalLimit
from api.routers import ARCHIVE, DICOM_WEB_PREFIX, OPEN, PREFIX, ROOT, SIGNED_IN, SINGLE_SIGN_ON, UPLOADS
from api.services import Services
from api.sign_in import SignIn, sign_in_parts
from api.uploads import Uploads
from storage.audit_recorder import AuditRecorder
from storage.catalogue import Catalogue
from storage.measurable_images import DEFAULT_CACHE_MB, MeasurableImages
from storage.tokens import Tokens

# FastAPI would hand exceptions, with their texts, to any OpenTelemetry that is configured in the process.
NO_TELEMETRY: TelemetryConfig = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}

# Who is asking, and that the audit log says so.
SIGNED_IN_ONLY = [Depends(signed_in), Depends(attributed)]


# Of every route that needs signing in.
REFUSALS = openapi.problems(HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)


def create_app(
    *,
    engine: Engine,
    images: ImageSource,
    metrics: ApiMetrics | None = None,
    intake: Intake | None = None,
    uploads_at_a_time: int = 4,
    archive: Archive | None = None,
    sign_in: SignIn | None = None,
    events: EventStreams | None = None,
    image_cache_mb: int = DEFAULT_CACHE_MB,
) -> openapi.DescribedApp:
    """The API on a migrated registry and an image store, both of which the caller opens and closes.

    `metrics`: where requests are counted; without it, they are counted for this application alone.
    `image_cache_mb`: how much memory the images take that were measured last.
    `intake`: where uploaded objects go; without one, none are taken.
    `archive`: what is behind DICOMweb; without one, there is none.
    `sign_in`: what signing in works with; without it, with passwords alone, on the same registry.
    `events`: the streams of changes, for a caller that must end them when it ends.
    """
    measured = metrics or ApiMetrics()
    app = openapi.DescribedApp(
        title=openapi.TITLE,
        version=openapi.VERSION,
        description=openapi.DESCRIPTION,
        openapi_url=openapi.URL,
        # The documentation pages load their scripts from another host.
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=openapi.operation_id,
        redirect_slashes=False,
        middleware=[
            Middleware(WatchedRequests, metrics=measured),
            Middleware(SecureHeaders),
            Middleware(LastResort),
            Middleware(AuditedRequests, recorder=AuditRecorder(engine), refusals=RefusalLimit()),
            Middleware(BodyLimits),
        ],
        telemetry=NO_TELEMETRY,
    )
    way_in = sign_in or sign_in_parts(engine)
    uploads = None if intake is None else Uploads(intake, uploads_at_a_time)
    app.state.services = Services(
        engine=engine,
        images=images,
        catalogue=Catalogue(engine),
        tokens=Tokens(engine),
        metrics=measured,
        sign_in=way_in,
        events=events or EventStreams(),
        measurable=MeasurableImages(engine, images, image_cache_mb),
        uploads=uploads,
        archive=archive,
    )
    answer_errors(app)
    for router in ROOT:
        app.include_router(router)
    for router in OPEN:
        app.include_router(router, prefix=PREFIX)
    for router in SINGLE_SIGN_ON if way_in.provider is not None else ():
        app.include_router(router, prefix=PREFIX)
    for router in SIGNED_IN:
        app.include_router(router, prefix=PREFIX, dependencies=SIGNED_IN_ONLY, responses=REFUSALS)
    for router in UPLOADS if uploads is not None else ():
        app.include_router(router, prefix=DICOM_WEB_PREFIX, dependencies=SIGNED_IN_ONLY, responses=REFUSALS)
    for router in ARCHIVE if archive is not None else ():
        app.include_router(router, prefix=DICOM_WEB_PREFIX, dependencies=SIGNED_IN_ONLY, responses=REFUSALS)
    return app
