"""What the vault answers when it cannot do what it was asked. No message holds a patient's number.

VaultError                   the vault cannot answer; nothing may be let through
├── WrongKeyError            the key in use is not the one that this vault was made with
├── VaultUnavailableError    its database does not answer; try again later
├── UnknownInVaultError      nobody is known by that pseudonym or number
├── MergeRefusedError        these two cannot be made one person; the message says why
└── AuditDamagedError        an entry of the audit log was changed or removed
StudyConflictError           no fault of the vault's: the object contradicts what it knows; quarantine it
"""


class VaultError(Exception):
    """The vault cannot answer; nothing may be let through."""


class WrongKeyError(VaultError):
    """Start with the key file that belongs to this vault."""


class VaultUnavailableError(VaultError):
    """Try again later."""


class UnknownInVaultError(VaultError):
    """Check what was typed."""


class MergeRefusedError(VaultError):
    """Do what the message says instead."""


class AuditDamagedError(VaultError):
    """Somebody wrote to the audit log behind the vault's back; bring the database back from a backup."""


class StudyConflictError(Exception):
    """The study belongs to another person. Sending the object again does not help: quarantine it.

    Not a VaultError, since those ask the sender to try again.
    """
