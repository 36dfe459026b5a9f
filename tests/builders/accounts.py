"""People who sign in, with hashes that cost little."""

from argon2 import PasswordHasher

from annotation.roles import Role
from storage.account_rows import AccountRecord
from storage.accounts import Accounts
from storage.passwords import Passwords

PASSWORD = "four words of a sentence"
OTHER_PASSWORD = "other words of a sentence"


def cheap_passwords() -> Passwords:
    return Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


def add_account(accounts: Accounts, name: str, *roles: Role) -> AccountRecord:
    """With the password above; radiologist, unless told otherwise."""
    return accounts.add(user_name=name, label=f"Dr {name}", roles=roles or (Role.RADIOLOGIST,), password=PASSWORD)
