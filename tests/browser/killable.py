"""The API as a process of its own, which a test can kill and start again at the same address."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from api.app import create_app
from api.dicomweb.archive import Archive
from api.sign_in import sign_in_parts
from osteon.http_listening import listen
from storage.database import open_database
from tests.builders.accounts import cheap_passwords
from tests.builders.dicomweb import EmptySource
from tests.builders.images import FakeImages

READY = "ready"


class KillableSite:
    """Serves the registry of a file. `port` 0 the first time: the address stays the same afterwards."""

    def __init__(self, registry: Path, port: int) -> None:
        self._registry = registry
        self.port = port
        self._process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        command = [sys.executable, "-m", "tests.browser.killable", str(self._registry), str(self.port)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        word, port = self._process.stdout.readline().split()
        assert word == READY
        self.port = int(port)

    def kill(self) -> None:
        """As a crash or a lost machine does: no goodbye."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._process = None

    @property
    def is_running(self) -> bool:
        return self._process is not None


@contextmanager
def killable_site(registry: Path) -> Iterator[KillableSite]:
    """On a file that has accounts and images already."""
    site = KillableSite(registry, 0)
    site.start()
    try:
        yield site
    finally:
        if site.is_running:
            site.kill()


def main(registry: str, port: str) -> None:
    engine = open_database(f"sqlite:///{registry}")
    way_in = sign_in_parts(engine, passwords=cheap_passwords())
    app = create_app(engine=engine, images=FakeImages(), sign_in=way_in, archive=Archive(EmptySource(), 2))
    with listen("127.0.0.1", int(port)) as listener:
        sys.stdout.write(f"{READY} {listener.getsockname()[1]}\n")
        sys.stdout.flush()
        uvicorn.Server(uvicorn.Config(app, lifespan="off", log_config=None, access_log=False)).run(sockets=[listener])


if __name__ == "__main__":
    main(*sys.argv[1:])
