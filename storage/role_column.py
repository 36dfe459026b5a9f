"""Roles in one column: their names, in the order of the roles, separated by spaces."""

from collections.abc import Iterable

from sqlalchemy import Dialect, String
from sqlalchemy.types import TypeDecorator

from annotation.roles import Role, named

ROLES_LENGTH = 100


class Roles(TypeDecorator[frozenset[Role]]):
    """A set of roles. One that this version does not know cannot be read: it opens nothing."""

    impl = String(ROLES_LENGTH)
    cache_ok = True

    def process_bind_param(self, value: Iterable[Role] | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else " ".join(named(value))

    def process_result_value(self, value: str | None, dialect: Dialect) -> frozenset[Role] | None:  # noqa: ARG002
        return None if value is None else frozenset(Role(name) for name in value.split())
