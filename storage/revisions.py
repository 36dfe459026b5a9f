"""Which revision a database has, and which one this version wants: read without Alembic.

Alembic and the migrations take a quarter of a second to load, and nearly every start finds nothing to migrate.
"""

from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable

from sqlalchemy import Connection, inspect

from storage.errors import MigrationError


@dataclass(frozen=True, slots=True)
class Tree:
    """One of `storage/migrations`, and the table in which a database says how far it has come in it."""

    name: str
    version_table: str

    @property
    def folder(self) -> Traversable:
        return files("storage") / "migrations" / self.name


REGISTRY = Tree("registry", "alembic_version")


def revision_of(connection: Connection, tree: Tree) -> str | None:
    """The revision that the database has; None when it was never migrated."""
    if not inspect(connection).has_table(tree.version_table):
        return None
    found: str | None = connection.exec_driver_sql(f"SELECT version_num FROM {tree.version_table}").scalar()  # noqa: S608 - a constant
    return found


def head(tree: Tree) -> str:
    """The newest revision of a tree: migrations begin with theirs, in their order."""
    names = [each.name for each in (tree.folder / "versions").iterdir()]
    numbers = [name.partition("_")[0] for name in names if name.endswith(".py")]
    if not numbers:
        raise MigrationError(f"no migrations found for {tree.name}")
    return max(numbers)
