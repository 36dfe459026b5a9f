"""A PostgreSQL server that goes away and comes back with its data."""

import os
import signal
import subprocess
from pathlib import Path

import psycopg

from tests.services.mortal import is_alive
from tests.services.postgres import PostgresServer
from tests.services.processes import wait_for


class PostgresOutage:
    """Ends a running server and starts it again as it was started before."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        with psycopg.connect(server.url("postgres")) as connection:
            row = connection.execute("SHOW data_directory").fetchone()
        assert row is not None
        self._data = Path(row[0])
        process = Path(f"/proc/{self._process_id()}")
        self._command = [os.fsdecode(part) for part in (process / "cmdline").read_bytes().split(b"\0")[:-1]]
        self._owner = process.stat().st_uid
        self._again: subprocess.Popen[bytes] | None = None

    def begin(self) -> None:
        """Connections are cut off, as when the machine goes away; returns when the server is gone."""
        process_id = self._process_id()
        os.kill(process_id, signal.SIGQUIT)  # "immediate": without saying goodbye to anybody
        if self._again is not None:
            self._again.wait()
        wait_for(lambda: not is_alive(process_id), "PostgreSQL is gone")

    def end(self) -> None:
        self._again = subprocess.Popen(
            self._command,
            user=self._owner,
            group=self._owner,
            extra_groups=[],
            cwd=self._data,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_for(self._server.answers, "PostgreSQL answers again")

    def stop(self) -> None:
        """Whatever this has started."""
        if self._again is not None:
            self._again.terminate()
            self._again.wait()
            self._again = None

    def _process_id(self) -> int:
        return int((self._data / "postmaster.pid").read_text().splitlines()[0])
