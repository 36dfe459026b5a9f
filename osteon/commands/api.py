"""`osteon api`: the HTTP API alone. It has neither key nor vault: it cannot re-identify anyone."""

import logging
import math
import signal
import socket

import click
import uvicorn

from api.app import create_app
from api.dicomweb.archive import Archive
from api.event_streams import EventStreams
from api.metrics import ROLE, ApiMetrics
from api.sign_in import sign_in_parts
from dicom_node.pseudonymisation.profile import ProfileError
from osteon.addresses import door
from osteon.collecting import kept_for_good
from osteon.dicomweb_access import connect_dicomweb
from osteon.failing import failing_clearly
from osteon.first_administrator import make_first_administrator
from osteon.home import prepare_home
from osteon.http_listening import listen
from osteon.indexing import indexing
from osteon.logs import log_to_stderr, set_level
from osteon.orthanc_access import connect
from osteon.ports import PortTakenError
from osteon.relay import DoorIntake
from osteon.release_parts import release_parts
from osteon.report_writing import writing_reports
from osteon.settings import SettingsError, read_settings
from osteon.signals import on_hang_up
from osteon.single_sign_on import provider_of
from osteon.transfer.requestor import Route
from storage.database import migrate_registry, open_database
from storage.metric_files import MetricFiles
from storage.metric_writer import MetricWriter

log = logging.getLogger("osteon.api")

DOOR_SECONDS = 60.0
"""How long the door may take for an answer."""


@click.command("api")
@failing_clearly(PortTakenError, ProfileError)
def command() -> None:
    """Answer the HTTP API (and only that)."""
    settings = read_settings()
    log_to_stderr(settings.log_level, settings.log)
    prepare_home(settings.home)
    migrate_registry(settings.registry_database)
    files = MetricFiles(settings.metrics_folder)
    metrics = ApiMetrics(files)
    engine = open_database(settings.registry_database)
    make_first_administrator(settings, engine, click.echo)
    events = EventStreams()
    images = connect(settings)
    with kept_for_good():
        app = create_app(
            engine=engine,
            images=images,
            metrics=metrics,
            intake=DoorIntake(
                Route(destination=door(settings), calling_ae_title=settings.stow_ae_title, timeout=DOOR_SECONDS)
            ),
            uploads_at_a_time=settings.stow_uploads,
            archive=Archive(connect_dicomweb(settings), settings.dicomweb_streams),
            sign_in=sign_in_parts(engine, public_url=settings.public_url, provider=provider_of(settings)),
            events=events,
            image_cache_mb=settings.image_cache_mb,
            releases=release_parts(settings, engine),
        )
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=math.ceil(settings.stop_seconds),
    )
    writer = MetricWriter(files, ROLE, metrics.registry)
    with listen(settings.http_host, settings.http_port) as listening:
        files.clean(ROLE)
        server = _Server(config, events)

        def end() -> None:
            server.should_exit = True

        # uvicorn ends in order on SIGINT and SIGTERM, and then sends itself the signal again, for whoever called it.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: end())
        on_hang_up(stop=end, reload=_read_log_level)
        with writer, indexing(engine), writing_reports(engine, images):
            server.run(sockets=[listening])


class _Server(uvicorn.Server):
    """Has streams of events end before it waits for answers to end: they never would by themselves."""

    def __init__(self, config: uvicorn.Config, events: EventStreams) -> None:
        super().__init__(config)
        self._events = events

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._events.end()
        await super().shutdown(sockets)


def _read_log_level() -> None:
    try:
        set_level(read_settings().log_level)
    except SettingsError as error:
        log.error("the log level stays: %s", error)  # noqa: TRY400 - a user's mistake needs no traceback
