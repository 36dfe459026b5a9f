"""What a release is made with: software, profile, scores and grades, each with its version."""

from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version

from dicom_node.pseudonymisation.profile import DIGEST_LENGTH, Profile
from lesion_model.descriptions import DESCRIPTIONS
from storage.releases.records import BuiltWith, Versions

SOFTWARE = ("osteon", "SimpleITK", "highdicom", "numpy", "pyarrow", "pydicom")
"""What has a hand in what is written."""

NOT_INSTALLED = "not installed"


def versions(profile: Profile) -> Callable[[], Versions]:
    """As they are in this process; nothing of it changes while it runs."""
    here = built_with()
    found = Versions(
        software=here.software,
        profile=f"{profile.name} {profile.digest[:DIGEST_LENGTH]}",
        scores=here.scores,
    )
    return lambda: found


def built_with() -> BuiltWith:
    """By this process."""
    return BuiltWith(
        software={name: _version(name) for name in SOFTWARE},
        scores={name: each.version for name, each in sorted(DESCRIPTIONS.items())},
    )


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return NOT_INSTALLED
