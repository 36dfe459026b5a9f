"""The tools' own processes: the peers' virtual environment, made when it is not there, and a process for each."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Self

REPOSITORY = Path(__file__).resolve().parents[1]
LOCK = REPOSITORY / "requirements" / "peers.txt"
ENVIRONMENT = REPOSITORY / ".venv-peers"
DRIVER = REPOSITORY / "benchmarks" / "peers_driver.py"


def peers_python() -> Path:
    """The interpreter of the environment that holds exactly what the lock file says; hashes are checked."""
    python, made_from = ENVIRONMENT / "bin" / "python", ENVIRONMENT / ".made-from"
    digest = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if not made_from.exists() or made_from.read_text("ascii") != digest:
        print(f"making {ENVIRONMENT.name} from {LOCK.name}", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", "--clear", ENVIRONMENT], check=True)
        install = (
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--require-hashes",
            "--requirement",
        )
        subprocess.run([python, *install, LOCK], check=True)
        made_from.write_text(digest, "ascii")
    return python


class ToolProcess:
    """One tool, waiting for commands (`peers_driver`)."""

    def __init__(self, name: str, cpu: int) -> None:
        command: list[str | Path] = [peers_python(), DRIVER, name, str(cpu)]
        if name == "osteon":
            command = [sys.executable, "-m", "benchmarks.peers_driver", name, str(cpu)]
        environment = os.environ | {"MPLCONFIGDIR": str(ENVIRONMENT), "MESSAGELEVEL": "QUIET"}
        self._process = subprocess.Popen(
            command, cwd=REPOSITORY, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.name = name
        self.version: str = self("name")["version"]

    def __call__(self, do: str, **how: object) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"do": do, **how}, default=str) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.name} ended with {self._process.wait()}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()
