"""The running product, started as a user starts it, in a home of its own, on free ports."""

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.services.processes import end, free_port, wait_for

READY_SECONDS = 60.0


@dataclass(slots=True)
class Product:
    """`osteon serve` (or one of its parts) in `home`. Settings can be added as environment variables."""

    home: Path
    settings: dict[str, str] = field(default_factory=dict)
    command: str = "serve"
    dicom_port: int = field(default_factory=free_port)
    http_port: int = field(default_factory=free_port)
    orthanc_port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    starts: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http_port}"

    @property
    def token(self) -> str:
        return (self.home / "token").read_text().strip()

    @property
    def output(self) -> str:
        """What the last start has printed so far."""
        return self._output_file.read_text()

    @property
    def environment(self) -> dict[str, str]:
        ours = {name: value for name, value in os.environ.items() if not name.startswith("OSTEON_")}
        return ours | {
            "OSTEON_HOME": str(self.home),
            "OSTEON_DICOM_PORT": str(self.dicom_port),
            "OSTEON_HTTP_PORT": str(self.http_port),
            "OSTEON_ORTHANC_HTTP_PORT": str(self.orthanc_port),
            "OSTEON_SAMPLE": "0",
            **self.settings,
        }

    def launch(self) -> subprocess.Popen[bytes]:
        """Start it and return at once."""
        self.starts += 1
        with self._output_file.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "osteon", self.command],
                env=self.environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
            )
        return self.process

    def start(self) -> None:
        """Start it and wait until it says that it is ready."""
        process = self.launch()
        sign = "ready in" if self.command == "serve" else "listening"
        try:
            wait_for(lambda: sign in self.output or process.poll() is not None, "ready", READY_SECONDS)
        except AssertionError as error:
            raise AssertionError(f"{error}; it said: {self.output}") from None
        assert process.poll() is None, self.output

    def stop(self) -> int:
        """Ctrl-C; returns the exit code."""
        assert self.process is not None
        code = end(self.process)
        self.process = None
        return code

    def osteon(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run another `osteon` command with the same settings."""
        return subprocess.run(
            [sys.executable, "-m", "osteon", *arguments],
            env=self.environment | {"OSTEON_TOKEN": self.token},
            capture_output=True,
            text=True,
            check=False,
        )

    def api(self) -> httpx.Client:
        return httpx.Client(
            base_url=f"{self.url}/api/v1/",
            headers={"Authorization": f"Bearer {self.token}"},
            timeout=60,
            trust_env=False,
        )

    @property
    def _output_file(self) -> Path:
        return self.home.with_name(f"{self.home.name}.{self.starts}.out")
