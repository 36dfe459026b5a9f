"""DCMTK's clients: a foreign implementation, driven from outside."""

import subprocess
from collections.abc import Iterable
from pathlib import Path

from tests.builders.programs import program


def storescu(
    port: int, paths: Iterable[Path], *options: str, called: str = "OSTEON"
) -> subprocess.CompletedProcess[str]:
    """Send files; the answers' status and DCMTK's messages are in its output."""
    command = [program("storescu"), "-v", "-aet", "PACS", "-aec", called, *options, "127.0.0.1", str(port)]
    return _run([*command, *map(str, paths)])


def echoscu(port: int, *, called: str = "OSTEON") -> subprocess.CompletedProcess[str]:
    """C-ECHO."""
    return _run([program("echoscu"), "-v", "-aec", called, "127.0.0.1", str(port)])


def dcmdump(path: Path, keyword: str) -> str:
    """The value of one attribute, as DCMTK reads it."""
    answer = _run([program("dcmdump"), "-q", "-s", "+P", keyword, str(path)])
    line = answer.stdout.strip().splitlines()[0]
    return line[line.index("[") + 1 : line.rindex("]")] if "[" in line else line.split()[2]


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, errors="replace", check=False, timeout=300)
