"""One pseudonymisation tool in a process of its own: does what it is told on standard input, a JSON object a line.

    python benchmarks/peers_driver.py TOOL CPU        (of the peers, in their own virtual environment)
    python -m benchmarks.peers_driver osteon CPU

Answers are JSON lines too. Only the public functions of the tools are used, in the way their documentation shows.
The process keeps to one processor.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

Answer = dict[str, Any]
SEED = "osteon"


class Tool(Protocol):
    """What is measured."""

    distribution: str

    def in_memory(self, source: bytes) -> bytes:
        """From the bytes of a file to the bytes of a file."""
        ...

    def file_to_file(self, source: Path, target: Path) -> None: ...


class DicomAnonymizer:
    """dicom-anonymizer: its function for a file, with its own rules (PS3.15 2023); it takes file objects too."""

    distribution = "dicom-anonymizer"

    def __init__(self) -> None:
        self._anonymize = import_module("dicomanonymizer.simpledicomanonymizer").anonymize_dicom_file

    def in_memory(self, source: bytes) -> bytes:
        target = BytesIO()
        self._anonymize(BytesIO(source), target)
        return target.getvalue()

    def file_to_file(self, source: Path, target: Path) -> None:
        self._anonymize(str(source), str(target))


class Dicognito:
    """dicognito: one anonymizer for all files, so that they stay together."""

    distribution = "dicognito"

    def __init__(self) -> None:
        self._read = import_module("pydicom").dcmread
        self._anonymizer = import_module("dicognito.anonymizer").Anonymizer(seed=SEED)

    def in_memory(self, source: bytes) -> bytes:
        dataset, target = self._read(BytesIO(source)), BytesIO()
        self._anonymizer.anonymize(dataset)
        dataset.save_as(target)
        return target.getvalue()

    def file_to_file(self, source: Path, target: Path) -> None:
        with self._read(source) as dataset:
            self._anonymizer.anonymize(dataset)
            dataset.save_as(target)


class Deid:
    """deid with the recipe that comes with it, read once."""

    distribution = "deid"
    options: Mapping[str, bool] = MappingProxyType({})

    def __init__(self) -> None:
        self._read = import_module("pydicom").dcmread
        self._replace = import_module("deid.dicom").replace_identifiers
        self._recipe = import_module("deid.config").DeidRecipe()

    def in_memory(self, source: bytes) -> bytes:
        target = BytesIO()
        (dataset,) = self._replace([self._read(BytesIO(source))], deid=self._recipe, **self.options)
        dataset.save_as(target)
        return target.getvalue()

    def file_to_file(self, source: Path, target: Path) -> None:
        (dataset,) = self._replace([str(source)], deid=self._recipe, **self.options)
        dataset.save_as(target)


class StricterDeid(Deid):
    """The same, told to remove private attributes. (Told to strip sequences too, it raises KeyError on nested ones.)"""

    options = MappingProxyType({"remove_private": True})


def _osteon() -> Tool:
    tool: Tool = import_module("benchmarks.peers_osteon").Osteon()
    return tool


TOOLS: dict[str, Callable[[], Tool]] = {
    "osteon": _osteon,
    "dicom-anonymizer": DicomAnonymizer,
    "dicognito": Dicognito,
    "deid": Deid,
    "deid without private attributes": StricterDeid,
}


class Driver:
    """Carries out commands."""

    def __init__(self, tool: Tool) -> None:
        self._tool = tool

    def name(self) -> Answer:
        return {"version": version(self._tool.distribution)}

    def in_memory(self, folder: str) -> Answer:
        """All files of a folder, read beforehand, one after the other."""
        sources = [path.read_bytes() for path in sorted(Path(folder).iterdir())]
        began = time.perf_counter()
        for source in sources:
            self._tool.in_memory(source)
        return {"seconds": time.perf_counter() - began, "files": len(sources)}

    def file_to_file(self, folder: str, target: str) -> Answer:
        paths = [(path, Path(target, path.name)) for path in sorted(Path(folder).iterdir())]
        began = time.perf_counter()
        for source, made in paths:
            self._tool.file_to_file(source, made)
        return {"seconds": time.perf_counter() - began, "files": len(paths)}

    def copy(self, folder: str, target: str) -> Answer:
        """The same without any tool: what reading and writing alone take."""
        paths = [(path, Path(target, path.name)) for path in sorted(Path(folder).iterdir())]
        began = time.perf_counter()
        for source, made in paths:
            made.write_bytes(source.read_bytes())
        return {"seconds": time.perf_counter() - began, "files": len(paths)}

    def one(self, source: str, target: str) -> Answer:
        """One file; the answer names the error that the tool raised, and then there is no file."""
        try:
            made = self._tool.in_memory(Path(source).read_bytes())
        except Exception as error:  # noqa: BLE001 - whatever a tool raises is its answer
            return {"error": type(error).__name__}
        Path(target).write_bytes(made)
        return {"error": ""}

    def header(self, source: str, times: int) -> Answer:
        """Milliseconds for the header of one file, pixels neither copied nor written; of Osteon only."""
        header = getattr(self._tool, "header_only")  # noqa: B009 - the others have none
        content = Path(source).read_bytes()
        seconds = []
        for _ in range(times):
            began = time.perf_counter()
            header(content)
            seconds.append(time.perf_counter() - began)
        return {"milliseconds": 1000 * sorted(seconds)[times // 2]}


def main() -> None:
    name, cpu = sys.argv[1:]
    os.sched_setaffinity(0, {int(cpu)})
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    for descriptor in (1, 2):  # what the tools print is not for us
        os.dup2(os.open(os.devnull, os.O_WRONLY), descriptor)
    driver = Driver(TOOLS[name]())
    for line in sys.stdin:
        command = json.loads(line)
        answer = getattr(driver, command.pop("do"))(**command)
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
