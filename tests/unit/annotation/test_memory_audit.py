"""The audit log in memory keeps the contract, so tests on it are worth something."""

import pytest

from tests.builders.registry import OBJECTS
from tests.unit.annotation.audit_contract import AuditContract
from tests.unit.annotation.memory import MemoryUnitOfWork


class TestMemoryAudit(AuditContract):
    @pytest.fixture
    def uow(self) -> MemoryUnitOfWork:
        return MemoryUnitOfWork(OBJECTS)
