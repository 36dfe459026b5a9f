"""How we reach Orthanc: its address, and credentials made on first start when none are set."""

import json
import os
import secrets

from osteon.settings import Settings
from storage.orthanc import Orthanc

FILE = "credentials.json"


class CredentialsError(Exception):
    """Orthanc's credentials are neither set nor on file."""


def credentials(settings: Settings) -> tuple[str, str]:
    """User and password: from the settings, else from the file that first start wrote. Raises CredentialsError."""
    if settings.orthanc_user and settings.orthanc_password:
        return settings.orthanc_user, settings.orthanc_password.get_secret_value()
    try:
        content = json.loads((settings.orthanc_folder / FILE).read_text())
        return str(content["user"]), str(content["password"])
    except (OSError, ValueError, KeyError):
        raise CredentialsError(
            "Orthanc's credentials are unknown: set OSTEON_ORTHANC_USER and OSTEON_ORTHANC_PASSWORD"
        ) from None


def ensure_credentials(settings: Settings) -> tuple[str, str]:
    """The same, made when there are none: Orthanc never runs open, not even on loopback.

    For an Orthanc that we do not start, only its administrator can know them: then CredentialsError.
    """
    try:
        return credentials(settings)
    except CredentialsError:
        if settings.orthanc_url is not None:
            raise
        settings.orthanc_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        content = {"user": "osteon", "password": secrets.token_urlsafe(24)}
        descriptor = os.open(settings.orthanc_folder / FILE, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(content, file)
        return content["user"], content["password"]


def connect(settings: Settings) -> Orthanc:
    """A client of the Orthanc that the settings name. Raises CredentialsError."""
    user, password = credentials(settings)
    return Orthanc(settings.orthanc_address, user, password, settings.orthanc_timeout)
