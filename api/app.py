"""Puts the application together: routes, errors, headers. Nothing is opened or started here."""

from fastapi.middleware import Middleware
from fastapi.telemetry import TelemetryConfig
from sqlalchemy import Engine

from api import openapi
from api.audited import AuditedRequests
from api.dicomweb.archive import Archive
from api.event_streams import EventStreams
from api.headers import SecureHeaders
from api.images import ImageSource
from api.importing import Importing
from api.intake import Intake
from api.last_resort import LastResort
from api.limits import BodyLimits
from api.metrics import ApiMetrics, WatchedRequests
from api.problems import answer_errors
from api.refusals import RefusalLimit
from api.release_parts import ReleaseParts
from api.routing import include_routes, known_names
from api.services import Services
from api.sign_in import SignIn, sign_in_parts
from api.uploads import Uploads
from api.viewer.site import viewer_routes
from api.workbench.pages import workbench_routes
from storage.audit_recorder import AuditRecorder
from storage.catalogue import Catalogue
from storage.import_sources import ImportSources
from storage.key_images import KeyImages
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
    releases: ReleaseParts | None = None,
) -> openapi.DescribedApp:
    """The API on a migrated registry and an image store, both of which the caller opens and closes.

    `metrics`: where requests are counted; without it, they are counted for this application alone.
    `image_cache_mb`: how much memory the images take that were measured last.
    `releases`: what releases are made and given with; without it, there are none.
    `intake`: where uploaded objects go; without one, none are taken.
    `archive`: what is behind DICOMweb; without one, there is none.
    `sign_in`: what signing in works with; without it, with passwords alone, on the same registry.
    `events`: the streams of changes, for a caller that must end them when it ends.
    """
    measured = metrics or ApiMetrics()
    app = openapi.DescribedApp(
        known_names=known_names,
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
    measurable = MeasurableImages(engine, images, image_cache_mb)
    app.state.services = Services(
        engine=engine,
        images=images,
        catalogue=Catalogue(engine),
        tokens=Tokens(engine),
        metrics=measured,
        sign_in=way_in,
        events=events or EventStreams(),
        measurable=measurable,
        key_images=KeyImages(measurable),
        importing=Importing(ImportSources(engine, images, measurable)),
        uploads=uploads,
        archive=archive,
        releases=releases,
    )
    answer_errors(app)
    app.router.routes.extend([*workbench_routes(), *viewer_routes()])
    include_routes(
        app,
        single_sign_on=way_in.provider is not None,
        releases=releases is not None,
        uploads=uploads is not None,
        archive=archive is not None,
    )
    return app
