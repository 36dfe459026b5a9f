"""The journal of a run over folders: what became of each file, so that an interrupted run is taken up again.

One JSON document a line. It holds tokens instead of file names, and nothing of the source.
"""

import json
import os
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from dicom_node.pseudonymisation.action import Action
from osteon.offline.outcome import Ending, Outcome, Treatment

_OUTCOME, _TREATMENT = "outcome", "treatment"


class JournalError(Exception):
    """The journal of the earlier run cannot be read; the message says what to do."""


class RunJournal:
    """What is known of a run. One process writes."""

    def __init__(self, path: Path) -> None:
        """Reads what an earlier run left; its last line may be cut off, and then that file is done again.

        Raises JournalError.
        """
        self.outcomes: dict[str, Outcome] = {}
        self.treatments: dict[str, Treatment] = {}
        self._path = path
        if path.exists():
            whole = path.read_bytes()
            end = whole.rfind(b"\n") + 1
            try:
                for line in whole[:end].splitlines():
                    self._take(json.loads(line))
            except (ValueError, KeyError, TypeError, AttributeError):
                raise JournalError(f"{path} is damaged: choose another output folder") from None
            os.truncate(path, end)

    def add(self, outcomes: Iterable[Outcome], treatments: Iterable[Treatment]) -> None:
        """Note what has happened. Raises OSError."""
        events = [{_TREATMENT: _of_treatment(one)} for one in treatments if one.name not in self.treatments]
        events += [{_OUTCOME: asdict(one) | {"ending": one.ending.value}} for one in outcomes]
        with self._path.open("a", encoding="ascii") as file:
            file.writelines(json.dumps(event) + "\n" for event in events)
        for event in events:
            self._take(event)

    def _take(self, event: dict[str, Any]) -> None:
        if _TREATMENT in event:
            treatment = _to_treatment(event[_TREATMENT])
            self.treatments[treatment.name] = treatment
            return
        content = event[_OUTCOME]
        outcome = Outcome(**content | {"ending": Ending(content["ending"])})
        self.outcomes[outcome.token] = outcome


def _of_treatment(treatment: Treatment) -> dict[str, Any]:
    return {"name": treatment.name, "steps": [[list(path), tag, int(action)] for path, tag, action in treatment.steps]}


def _to_treatment(content: dict[str, Any]) -> Treatment:
    steps = tuple((tuple(path), tag, Action(action)) for path, tag, action in content["steps"])
    return Treatment(name=content["name"], steps=steps)
