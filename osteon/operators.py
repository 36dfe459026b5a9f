"""Who runs a command, as far as the machine knows."""

import getpass
import os

from annotation.audit import ACTOR_LENGTH, Source
from storage.audit_behalf import Behalf


def account_name() -> str:
    """The name of their account."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"


def behalf_of_account(via: str) -> Behalf:
    """For what the command `via` changes in the registry."""
    return Behalf(by=account_name()[:ACTOR_LENGTH], source=Source(via=via))
