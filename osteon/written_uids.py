"""Under which UIDs the node keeps what it receives: one answer for all who look for an object by a received UID."""

from collections.abc import Callable

from dicom_node.pseudonymisation.options import Option
from dicom_node.uids import UidMap, checked_uid
from osteon.engine_parts import profile_of
from osteon.settings import Settings


class WrittenUids:
    """By the profile that is in force. Share one between threads."""

    def __init__(self, settings: Settings, map_uid: UidMap) -> None:
        """Raises ProfileError."""
        self._map_uid = map_uid
        self._written = written_uid(settings, map_uid)

    def __call__(self, uid: str) -> str:
        """Raises UnprocessableError when it is no UID."""
        return self._written(uid)

    def read_again(self, settings: Settings) -> Callable[[], None]:
        """What puts in force what the profile says now. Raises ProfileError."""
        written = written_uid(settings, self._map_uid)

        def put_in_force() -> None:
            self._written = written

        return put_in_force


def written_uid(settings: Settings, map_uid: UidMap) -> Callable[[str], str]:
    """From a received UID of a patient's study, series or object to the one that is written. Raises ProfileError."""
    return checked_uid if Option.RETAIN_UIDS in profile_of(settings.profile).options else map_uid
