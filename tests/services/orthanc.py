"""A real Orthanc of a test's own, that can be stopped and started again with its data."""

import subprocess
from pathlib import Path

from osteon.orthanc_access import connect, credentials
from osteon.orthanc_server import write_configuration
from osteon.settings import Settings
from storage.orthanc import Orthanc
from tests.builders.programs import program
from tests.services.processes import end, free_port, wait_for


class OrthancServer:
    """Runs between `start` and `stop`; keeps port, credentials and data in between."""

    def __init__(self, home: Path) -> None:
        self._program = program("Orthanc")
        self._settings = Settings(home=home, orthanc_http_port=free_port())
        self._log = home / "orthanc.log"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return self._settings.orthanc_address

    def start(self) -> None:
        configuration = write_configuration(self._settings)
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [self._program, configuration], stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )
        wait_for(self.client().ready, "Orthanc answers")

    @property
    def process_id(self) -> int:
        assert self._process is not None, "it does not run"
        return self._process.pid

    def stop(self) -> None:
        if self._process is not None:
            end(self._process)
            self._process = None

    def client(self) -> Orthanc:
        return connect(self._settings)

    def environment(self) -> dict[str, str]:
        """As environment variables for the product."""
        user, password = credentials(self._settings)
        return {"OSTEON_ORTHANC_USER": user, "OSTEON_ORTHANC_PASSWORD": password}
