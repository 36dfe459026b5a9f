"""Under which UIDs the node keeps what it receives: one answer for all who look for an object by a received UID."""

from collections.abc import Callable

from dicom_node.pseudonymisation.options import Option
from dicom_node.pseudonymisation.profile import Profile
from dicom_node.uids import UidMap, checked_uid


class WrittenUids:
    """By the profile that is in force. Share one between threads."""

    def __init__(self, profile: Profile, map_uid: UidMap) -> None:
        self._map_uid = map_uid
        self._written = written_uid(profile, map_uid)

    def __call__(self, uid: str) -> str:
        """Raises UnprocessableError when it is no UID."""
        return self._written(uid)

    def follow(self, profile: Profile) -> None:
        """This profile is in force from now on."""
        self._written = written_uid(profile, self._map_uid)


def written_uid(profile: Profile, map_uid: UidMap) -> Callable[[str], str]:
    """From a received UID of a patient's study, series or object to the one that is written."""
    return checked_uid if Option.RETAIN_UIDS in profile.options else map_uid
