"""Runs the vault's migrations on the connection that `storage.database.migrate` hands over."""

from alembic import context

from storage.vault_tables import VERSION_TABLE, VaultBase

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=VaultBase.metadata,
    version_table=VERSION_TABLE,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
