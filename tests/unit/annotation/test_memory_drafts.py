"""The drafts in memory keep the contract, so tests on them are worth something."""

import pytest

from tests.builders.registry import OBJECTS
from tests.unit.annotation.draft_contract import DraftContract
from tests.unit.annotation.memory import MemoryUnitOfWork


class TestMemoryDrafts(DraftContract):
    @pytest.fixture
    def uow(self) -> MemoryUnitOfWork:
        return MemoryUnitOfWork(OBJECTS)
