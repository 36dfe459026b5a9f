"""Runs the registry's migrations on the connection that `storage.database.migrate` hands over."""

from alembic import context

from storage import registry

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=registry.metadata(),
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
