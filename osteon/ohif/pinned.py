"""Which package of the viewer (OHIF) is used, and what of it."""

from pathlib import PurePosixPath

PACKAGE = "@ohif/app"
VERSION = "3.13.2"
SHA512 = "WZdxmpmG7rqFgW9ZJLcbgr3XCtLi1KDNPoMaeY5PPe6j4G4fjEjjkycZM6C6Zk2F87BKxFfpq+jd5xXZB9E8EA=="
"""Of the package as the registry gives it, in base64: the `integrity` of npm."""

LARGEST_PACKAGE = 200_000_000
LARGEST_FILE = 60_000_000
"""Bytes. A package that passed the checksum has less; a wrong one cannot fill the disk."""

BUILT = PurePosixPath("package/dist")
LICENCE = PurePosixPath("package/LICENSE")

# What the workbench does not use: models that find outlines by themselves, microscopy, settings for demonstrations.
_FOLDERS_LEFT_OUT = frozenset({"ort", "dicom-microscopy-viewer", "customizations"})
# The page and the settings are our own; the others are for browsers of old, for service workers and for other sign-ins.
_FILES_LEFT_OUT = frozenset(
    {
        "_headers",
        "_redirects",
        "app-config.js",
        "es6-shim.min.js",
        "google.js",
        "index.html",
        "init-service-worker.js",
        "manifest.json",
        "oidc-client.min.js",
        "polyfill.min.js",
        "serve.json",
        "silent-refresh.html",
        "sw.js",
    }
)


def place_of(member: str) -> PurePosixPath | None:
    """Where a file of the package goes, below the folder of the viewer; None for what is left out."""
    path = PurePosixPath(member)
    if path == LICENCE:
        return PurePosixPath("LICENSE")
    if not path.is_relative_to(BUILT) or ".." in path.parts:
        return None
    place = path.relative_to(BUILT)
    return place if _is_used(place) else None


def _is_used(place: PurePosixPath) -> bool:
    if place.suffix == ".map" or place.name in _FILES_LEFT_OUT or place.parts[0] in _FOLDERS_LEFT_OUT:
        return False
    # Icons and start pictures of telephones; pictures of the viewer itself are in a folder below.
    return place.parent.name != "assets"
