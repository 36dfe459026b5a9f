"""A real PostgreSQL server of the test session's own: private folder, Unix socket only, nothing kept."""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

UNPRIVILEGED = "postgres"
START_TIMEOUT_S = 30
STOP_TIMEOUT_S = 20
INITDB_OPTIONS = ("-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
# Nothing here has to survive a power cut.
# Making one database copies some 660 files: 0.29 s on a disk, 0.02 s in memory, and most tests begin with it.
IN_MEMORY = Path("/dev/shm")  # noqa: S108 - a new folder of one's own in it, as in any other place for such
ROOM_NEEDED = 2 * 1024**3
SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "listen_addresses": ""}


class PostgresUnavailableError(Exception):
    """PostgreSQL cannot be run here; the message says why."""


class PostgresServer:
    """Makes and drops databases in a running server."""

    def __init__(self, socket_folder: Path) -> None:
        self._socket_folder = socket_folder
        self._made = 0

    def url(self, database: str) -> str:
        return f"postgresql://postgres@/{database}?host={self._socket_folder}"

    def create(self, template: str = "template1") -> str:
        """Make a database like `template` and return its name."""
        self._made += 1
        name = f"osteon_{self._made}"
        self._execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template)))
        return name

    def drop(self, name: str) -> None:
        self._execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def answers(self) -> bool:
        try:
            psycopg.connect(self.url("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _execute(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)


@contextmanager
def running_postgres() -> Iterator[PostgresServer]:
    """Start a server, hand it over, stop it by its pid and remove its folder."""
    programs, user = _programs(), _user()
    # pytest's own folders are closed to other users, and a socket's path may not exceed 107 characters.
    folder = Path(tempfile.mkdtemp(prefix="osteon-pg-", dir=_place()))
    try:
        if user is not None:
            shutil.chown(folder, user)
        _initialise(programs, folder, user)
        with _process(programs, folder, user) as server:
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _place() -> Path | None:
    """Where the server's folder is made; None for the usual place."""
    if not os.access(IN_MEMORY, os.W_OK) or shutil.disk_usage(IN_MEMORY).free < ROOM_NEEDED:
        return None
    return IN_MEMORY


def _programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda p: int(p.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("postgres")
    if on_path is None:
        raise PostgresUnavailableError("PostgreSQL is not installed (apt-get install postgresql)")
    return Path(on_path).parent


def _user() -> str | None:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    try:
        pwd.getpwnam(UNPRIVILEGED)
    except KeyError:
        raise PostgresUnavailableError(
            f"running as root and there is no user {UNPRIVILEGED} to run PostgreSQL as"
        ) from None
    return UNPRIVILEGED


def _initialise(programs: Path, folder: Path, user: str | None) -> None:
    done = subprocess.run(
        [programs / "initdb", "-D", folder / "data", *INITDB_OPTIONS],
        user=user,
        group=user,
        extra_groups=None if user is None else [],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise PostgresUnavailableError(f"initdb failed: {done.stderr.strip()}")


@contextmanager
def _process(programs: Path, folder: Path, user: str | None) -> Iterator[PostgresServer]:
    options = [text for name, value in SETTINGS.items() for text in ("-c", f"{name}={value}")]
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(
            [programs / "postgres", "-D", folder / "data", "-k", folder, *options],
            user=user,
            group=user,
            extra_groups=None if user is None else [],
            cwd=folder,
            stdout=log,
            stderr=log,
        ) as process,
    ):
        try:
            server = PostgresServer(folder)
            _wait_until_answers(server, process, folder / "log")
            yield server
        finally:
            process.terminate()
            try:
                process.wait(STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                process.kill()


def _wait_until_answers(server: PostgresServer, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + START_TIMEOUT_S
    while not server.answers():
        if process.poll() is not None or time.monotonic() > end:
            raise PostgresUnavailableError(f"PostgreSQL did not start: {log.read_text()[-500:]}")
        time.sleep(0.05)
