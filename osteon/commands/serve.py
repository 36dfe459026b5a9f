"""`osteon serve`: Orthanc, the DICOM node and the API, started in order, stopped in reverse, none left behind."""

import threading
import time

import click

from osteon.children import ChildError, Children
from osteon.failing import failing_clearly
from osteon.home import locked_home, prepare_home
from osteon.orthanc_access import ensure_credentials
from osteon.orthanc_server import OrthancMissingError
from osteon.ports import PortTakenError, check_ports
from osteon.report import ready_report
from osteon.settings import read_settings
from osteon.signals import stop_event
from osteon.starting import Starting, StoppedEarlyError
from osteon.watching import Watch

CHECK_SECONDS = 0.5
REPORT_SECONDS = 5.0
"""Beyond the time to stop, for a process to write down what it did."""


@click.command("serve")
@failing_clearly(ChildError, OrthancMissingError, PortTakenError)
def command() -> None:
    """Start everything in the foreground; Ctrl-C stops it all. State is kept in OSTEON_HOME (var/)."""
    started = time.monotonic()
    settings = read_settings()
    to_reload = threading.Event()
    stopping = stop_event(to_reload)
    prepare_home(settings.home)
    with locked_home(settings.home, "serve"):
        check_ports(settings)
        ensure_credentials(settings)
        with Children(settings.home / "log", settings.stop_seconds + REPORT_SECONDS) as children:
            starting = Starting(settings, children, stopping, click.echo)
            try:
                starting.start_all()
                state = starting.first_state()
                click.echo("\n".join(ready_report(settings, state, time.monotonic() - started)))
                watch = Watch(children, starting.orthanc, starting.jobs)
                while not stopping.wait(CHECK_SECONDS):
                    if to_reload.is_set():
                        to_reload.clear()
                        starting.reload()
                    if news := watch.look():
                        click.echo(news)
            except StoppedEarlyError:
                pass
            click.echo("stopping")
    click.echo(f"stopped; everything is kept in {settings.home.absolute()}")
