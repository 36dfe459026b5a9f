"""The report of a run: per study and per object what was done to which element, and why.

It names files by number and holds nothing of the source, so it can be shown. Which number is which file stands in
another file beside it, for whoever may see the names of the hospital's files.
"""

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

from dicom_node.pseudonymisation.explain import Explainer, name_of, words_for
from dicom_node.pseudonymisation.profile import Profile, spoken
from dicom_node.pseudonymisation.trail import Step
from dicom_node.pseudonymisation.vocabulary import Vocabulary
from osteon.offline.inputs import Input
from osteon.offline.outcome import FAILED, Ending, Outcome, Treatment


class Report:
    """Built from what the journal knows of the inputs of this run."""

    def __init__(
        self,
        inputs: Sequence[Input],
        outcomes: Mapping[str, Outcome],
        treatments: Mapping[str, Treatment],
        profile: Profile,
        vocabulary: Vocabulary,
    ) -> None:
        self._inputs = [(one, outcomes[one.token]) for one in inputs if one.token in outcomes]
        self._treatments = treatments
        self._profile = profile
        self._vocabulary = vocabulary
        self._explainers: dict[str, Explainer] = {}

    @property
    def failed(self) -> bool:
        """Whether an object was quarantined, or a file could not be read."""
        return any(outcome.ending in FAILED for _, outcome in self._inputs)

    def summary(self) -> dict[str, Any]:
        """Counts."""
        endings = Counter(outcome.ending.value for _, outcome in self._inputs)
        reasons = Counter(outcome.reason for _, outcome in self._inputs if outcome.ending is Ending.QUARANTINED)
        done = [outcome for _, outcome in self._inputs if outcome.ending is Ending.PSEUDONYMISED]
        return {
            "files": len(self._inputs),
            **{ending.value.replace(" ", "_"): endings[ending.value] for ending in Ending},
            "quarantined_by_reason": dict(reasons.most_common()),
            "patients": len({outcome.pseudonym for outcome in done}),
            "studies": len({outcome.study_instance_uid for outcome in done}),
            "bytes": sum(outcome.size for outcome in done),
        }

    def document(self) -> dict[str, Any]:
        """The whole report, as JSON."""
        return {
            "software": f"Osteon {version('osteon')}",
            "profile": {
                "name": self._profile.name,
                "digest": self._profile.digest,
                "options": sorted(option.value for option in self._profile.options),
            },
            "vocabulary": self._vocabulary.digest,
            "summary": self.summary(),
            "studies": self.studies(),
            "treatments": self._treatments_used(),
            "objects": [
                {
                    "input": one.number,
                    "outcome": outcome.ending.value,
                    "output": outcome.output,
                    "sha256": outcome.sha256,
                    "treatment": outcome.treatment,
                }
                for one, outcome in self._inputs
                if outcome.output
            ],
            "not_written": [
                {"input": one.number, "outcome": outcome.ending.value, "reason": outcome.reason}
                for one, outcome in self._inputs
                if not outcome.output
            ],
        }

    def inputs_table(self) -> str:
        """Which number is which file, as CSV. It holds the names of the files that came."""
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(("input", "outcome", "output", "path"))
        for one, outcome in self._inputs:
            path = str(one.path).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
            writer.writerow((one.number, outcome.ending.value, outcome.output, path))
        return text.getvalue()

    def studies(self) -> list[dict[str, Any]]:
        """Per study: whose, how many objects, how many elements were removed, kept and so on."""
        by_study: dict[tuple[str, str], list[Outcome]] = {}
        for _, outcome in self._inputs:
            if outcome.ending is Ending.PSEUDONYMISED:
                by_study.setdefault((outcome.pseudonym, outcome.study_instance_uid), []).append(outcome)
        return [
            {
                "pseudonym": pseudonym,
                "study_instance_uid": study,
                "objects": len(outcomes),
                "elements": dict(sorted(sum((Counter(outcome.elements) for outcome in outcomes), Counter()).items())),
                "treatments": sorted({outcome.treatment for outcome in outcomes}),
            }
            for (pseudonym, study), outcomes in by_study.items()
        ]

    def _treatments_used(self) -> dict[str, list[dict[str, str]]]:
        used = {outcome.treatment: outcome.sop_class_uid for _, outcome in self._inputs if outcome.treatment}
        return {name: [self._element(step, used[name]) for step in self._treatments[name].steps] for name in used}

    def _element(self, step: Step, sop_class_uid: str) -> dict[str, str]:
        path, tag, _ = step
        explainer = self._explainers.get(sop_class_uid)
        if explainer is None:
            explainer = self._explainers[sop_class_uid] = Explainer(self._profile, sop_class_uid)
        element = {"tag": spoken(tag), "name": name_of(tag), "action": words_for(step), "why": explainer.why(step)}
        return {"in": " > ".join(name_of(outer) for outer in path), **element} if path else element
