"""The processes that `osteon serve` starts: each with its own log, none left behind."""

import shutil
import signal
import subprocess
from collections.abc import Collection, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

STOP_SECONDS = 15.0
_ERROR = "Error: "


class ChildError(Exception):
    """A process could not start, or ended by itself; the message says what it said last."""


class Child:
    """One process of ours."""

    def __init__(self, name: str, arguments: Sequence[str], log: Path, stop_seconds: float = STOP_SECONDS) -> None:
        """Start it. A session of its own keeps the terminal's Ctrl-C from it: it ends when we tell it to."""
        self.name = name
        self._arguments = arguments
        self._log = log
        self._stop_seconds = stop_seconds
        with log.open("ab") as output:
            self._start_of_log = output.tell()
            self._process = subprocess.Popen(  # noqa: S603 - our own programs, no shell
                [*_ending_with_parent(), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def again(self) -> "Child":
        """The same process started once more."""
        return Child(self.name, self._arguments, self._log, self._stop_seconds)

    def check(self) -> None:
        """Raises ChildError when the process has ended."""
        code = self._process.poll()
        if code is not None:
            raise ChildError(f"{self.name} ended (exit code {code}): {self._last_words()}")

    def hang_up(self) -> None:
        """SIGHUP, which has no terminal to mean here: it asks to read the configuration again."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGHUP)

    def stop(self) -> None:
        """Ask it to end, and wait until it has; only what does not listen is killed."""
        if self._process.poll() is None:
            self._process.terminate()
        try:
            self._process.wait(self._stop_seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _last_words(self) -> str:
        with self._log.open("rb") as log:
            log.seek(self._start_of_log)
            lines = [line.strip() for line in log.read().decode("utf-8", "replace").splitlines() if line.strip()]
        said = [line.removeprefix(_ERROR) for line in lines if line.startswith(_ERROR)]
        return (said or lines or [f"see {self._log}"])[-1]


class Children:
    """All of them, in the order they were started; leaving the block ends them in reverse order."""

    def __init__(self, log_folder: Path, stop_seconds: float = STOP_SECONDS) -> None:
        """`stop_seconds`: what each of them gets to end by itself."""
        self._log_folder = log_folder
        self._stop_seconds = stop_seconds
        self._children: list[Child] = []

    def __enter__(self) -> Self:
        self._log_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for child in reversed(self._children):
            child.stop()

    def start(self, name: str, arguments: Sequence[str]) -> Child:
        """Start one; its output goes to `NAME.log`."""
        child = Child(name, arguments, self._log_folder / f"{name}.log", self._stop_seconds)
        self._children.append(child)
        return child

    def start_again(self, child: Child) -> Child:
        """Start one that has ended once more, in its place."""
        again = child.again()
        self._children[self._children.index(child)] = again
        return again

    def check(self, *, but: Collection[Child] = ()) -> None:
        """Raises ChildError when one of them, other than `but`, has ended."""
        for child in self._children:
            if not any(child is each for each in but):
                child.check()


def _ending_with_parent() -> list[str]:
    """A prefix that makes the kernel end a process when we die without having said so (kill -9)."""
    setpriv = shutil.which("setpriv")
    return [] if setpriv is None else [setpriv, "--pdeathsig", "TERM", "--"]
