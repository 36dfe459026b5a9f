"""Runs Alembic. It is loaded only where there is something to migrate (`storage.database`)."""

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection

from storage.errors import MigrationError
from storage.revisions import Tree


def upgrade(connection: Connection, tree: Tree) -> None:
    """Bring the tables to the tree's head. Raises MigrationError when the database is at none of its revisions."""
    config = Config()
    config.set_main_option("script_location", str(tree.folder).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise MigrationError(f"the {tree.name} database is not at a revision this version knows: {error}") from error
