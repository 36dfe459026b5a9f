"""The names that are recorded with what people do: no two who can sign in have the same."""

from sqlalchemy import Connection, select

from storage.account_tables import AccountRow
from storage.token_tables import TokenRow

# One number for "someone is changing accounts or tokens"; migrations and readings have others.
ACCOUNTS_LOCK = 0x05732


def wait_for_turn(connection: Connection) -> None:
    """Accounts are changed one at a time. SQLite has the write lock already, from the start of the transaction."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({ACCOUNTS_LOCK})")


def is_label_of_account(connection: Connection, label: str) -> bool:
    """Of one that is disabled too: what was recorded stays recorded."""
    return connection.execute(select(AccountRow.id).where(AccountRow.label == label)).first() is not None


def is_label_of_open_token(connection: Connection, label: str) -> bool:
    """Revoked ones leave their label to the person they belonged to."""
    wanted = select(TokenRow.id).where(TokenRow.label == label, TokenRow.revoked_at.is_(None))
    return connection.execute(wanted).first() is not None
