"""The Orthanc that `osteon serve` starts: its configuration file, and where its program and plugin are."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

from osteon.orthanc_access import ensure_credentials
from osteon.settings import Settings

PROGRAM_FOLDERS = "/usr/sbin:/usr/local/sbin:/opt/orthanc/bin"
PLUGIN = "libOrthancDicomWeb.so"
PLUGIN_FOLDERS = (
    Path("/usr/share/orthanc/plugins"),
    Path("/usr/local/share/orthanc/plugins"),
    Path("/opt/orthanc/plugins"),
)
TEMPLATE = Path(__file__).resolve().parent.parent / "orthanc" / "orthanc.json"


class OrthancMissingError(Exception):
    """There is no Orthanc here; the message says how to get one."""


def find_program() -> str:
    """The Orthanc program. Raises OrthancMissingError."""
    found = shutil.which("Orthanc", path=f"{os.environ.get('PATH', '')}:{PROGRAM_FOLDERS}")
    if found is None:
        raise OrthancMissingError(
            "Orthanc is not installed: run `sudo apt-get install orthanc orthanc-dicomweb`, "
            "or set OSTEON_ORTHANC_URL to one that exists, or use `docker compose up`"
        )
    return found


def find_plugin() -> Path | None:
    """The DICOMweb plugin; None when it is not installed (nothing of the door needs it)."""
    return next((folder / PLUGIN for folder in PLUGIN_FOLDERS if (folder / PLUGIN).exists()), None)


def write_configuration(settings: Settings) -> Path:
    """Write the configuration of our own Orthanc, with its credentials, for its owner only."""
    user, password = ensure_credentials(settings)
    folder = settings.orthanc_folder.absolute()
    storage = folder / "storage"
    storage.mkdir(mode=0o700, parents=True, exist_ok=True)
    plugin = find_plugin()
    content: dict[str, Any] = json.loads(TEMPLATE.read_text()) | {
        "HttpPort": settings.orthanc_http_port,
        "StorageDirectory": str(storage),
        "IndexDirectory": str(storage),
        "Plugins": [] if plugin is None else [str(plugin)],
        "RegisteredUsers": {user: password},
    }
    path = folder / "orthanc.json"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(content, file, indent=1)
    return path
