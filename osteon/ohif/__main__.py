"""Set-up of the viewer: `python -m osteon.ohif FOLDER`. Quick when it is there; says what is missing when it cannot be.

OSTEON_OHIF_PACKAGE names a package that was fetched elsewhere, for a machine without a way to a registry.
"""

import fcntl
import os
import shutil
import sys
from pathlib import Path

from osteon.ohif.fetching import NotFetchedError, fetch
from osteon.ohif.pinned import PACKAGE, VERSION
from osteon.ohif.unpacking import install, is_installed


def main(folder: Path) -> int:
    if is_installed(folder):
        return 0
    download = folder.with_name(f".{folder.name}-download")
    download.mkdir(parents=True, exist_ok=True)
    archive = os.environ.get("OSTEON_OHIF_PACKAGE")
    with (folder.with_name(f".{folder.name}-lock")).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if is_installed(folder):  # by another, while this one waited
            return 0
        try:
            install(fetch(download, _say, Path(archive) if archive else None), folder)
        except NotFetchedError as error:
            _say(f"the viewer is missing: {error}")
            _say("all else works; to set it up later: make viewer")
            _say(
                f"without a network: OSTEON_OHIF_PACKAGE=… make viewer, with what `npm pack {PACKAGE}@{VERSION}` gives"
            )
            return 1
        shutil.rmtree(download, ignore_errors=True)
    return 0


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)  # noqa: T201 - a set-up script


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
