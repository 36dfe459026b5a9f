"""Runs the vault's migrations on the connection that `storage.database.migrate` hands over."""

from alembic import context

from storage.vault_tables import VAULT, VaultBase

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=VaultBase.metadata,
    version_table=VAULT.version_table,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
