"""The unit of work in memory keeps the contract, so tests on it are worth something."""

import pytest

from tests.builders.registry import OBJECTS
from tests.unit.annotation.context_contract import ContextsContract
from tests.unit.annotation.contract import UnitOfWorkContract
from tests.unit.annotation.contract_protocols import Eyes, ProtocolContract, eyes_of
from tests.unit.annotation.lesion_contract import LesionsOverTimeContract
from tests.unit.annotation.memory import MemoryUnitOfWork


class TestMemoryUnitOfWork(UnitOfWorkContract):
    @pytest.fixture
    def uow(self) -> MemoryUnitOfWork:
        return MemoryUnitOfWork(OBJECTS)


class TestMemoryContexts(ContextsContract):
    @pytest.fixture
    def uow(self) -> MemoryUnitOfWork:
        return MemoryUnitOfWork(OBJECTS)


class TestMemoryProtocols(ProtocolContract):
    @pytest.fixture
    def eyes(self) -> Eyes:
        return eyes_of(MemoryUnitOfWork(OBJECTS).for_sight)


class TestMemoryLesionsOverTime(LesionsOverTimeContract):
    @pytest.fixture
    def uow(self) -> MemoryUnitOfWork:
        return MemoryUnitOfWork(OBJECTS)
