"""Whoever asks for whatever the API describes: nothing fails, nothing is answered otherwise, nobody gets more than due.

Few requests of each operation; `python -m tests.integration.described.long --examples 200` makes many.
"""

from pathlib import Path

import pytest

from tests.integration.described.asking import Findings, ask, operations_of
from tests.integration.described.furnished import furnished

EXAMPLES = 3


@pytest.mark.timeout(600)
def test_every_operation_answers_everybody_as_described(migrated_sqlite: Path, tmp_path: Path) -> None:
    findings = Findings()
    with furnished(migrated_sqlite, tmp_path) as everything:
        for operation in operations_of(everything):
            ask(everything, operation, findings, examples=EXAMPLES, start=1)
    assert len({label for label, _ in findings.answered}) > 100
    assert not findings.wrong, "\n".join(
        f"{wrong.operation} asked by {wrong.asker}: {wrong.what}\n  {wrong.request}\n  {wrong.status} {wrong.answer}"
        for wrong in findings.wrong.values()
    )
