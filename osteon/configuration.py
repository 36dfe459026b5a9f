"""What of a node's configuration can be read again while it runs, as it was when it could last be used as a whole.

It is kept in the process that starts the workers: one that takes another's place runs by it, whatever the files hold by
then. So what a reload has closed stays closed, and what it has refused stays out.
"""

import ssl
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from dicom_node.metrics import NOBODY
from dicom_node.peers import Peers
from dicom_node.peers_file import PeersError
from dicom_node.pseudonymisation.person import Issuers
from dicom_node.pseudonymisation.profile import Profile, ProfileError
from dicom_node.pseudonymisation.vocabulary import ApprovalError, Vocabulary
from dicom_node.tls import TlsError
from osteon.door_access import door_tls, known_peers
from osteon.engine_parts import profile_of, vocabulary_of
from osteon.logs import set_level
from osteon.reloading import Reloading
from osteon.settings import Settings, SettingsError, read_settings

RELOADABLE = {"profile", "default_issuer", "issuers", "log_level", "peers"} | {
    "tls_certificate",
    "tls_key",
    "tls_ca",
    "tls_clients",
}
UNUSABLE = (SettingsError, ProfileError, ApprovalError, PeersError, TlsError)
"""A configuration that is, says so by one of these."""

SETTINGS, RULES, PEERS, CERTIFICATES = "settings", "profile, vocabulary and issuers", "peers", "certificates"
"""The parts, by names that an administrator knows them by."""


@dataclass(frozen=True, slots=True)
class DoorRules:
    """What the door treats objects by."""

    profile: Profile
    vocabulary: Vocabulary
    issuers: Issuers


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """All that a worker runs by, read and checked."""

    settings: Settings
    rules: DoorRules = field(repr=False)
    peers: Peers = field(repr=False)
    tls: ssl.SSLContext | None = field(repr=False)


def read_configuration(settings: Settings) -> Configuration:
    """What these settings name, as it is now. Raises ProfileError, ApprovalError, PeersError, TlsError."""
    return Configuration(
        settings=settings,
        rules=door_rules(settings),
        peers=known_peers(settings),
        tls=door_tls(settings),
    )


def door_rules(settings: Settings) -> DoorRules:
    """Raises ProfileError and ApprovalError."""
    return DoorRules(
        profile_of(settings.profile),
        vocabulary_of(settings.approved_words_file),
        Issuers(settings.default_issuer, settings.issuers),
    )


class Accepted:
    """The last configuration that could be used as a whole."""

    def __init__(self, configuration: Configuration) -> None:
        self.now = configuration
        parts = {
            SETTINGS: self._read_settings,
            RULES: self._read_rules,
            PEERS: self._read_peers,
            CERTIFICATES: self._read_certificates,
        }
        self._reloading = Reloading(parts, UNUSABLE, NOBODY)

    def read_again(self) -> bool:
        """Whether it is now what the files hold; when not, the log says why, and it stays as it was."""
        return self._reloading.reload()

    def _read_settings(self) -> Callable[[], None]:
        current = self._current()

        def put_in_force() -> None:
            self.now = replace(self.now, settings=current)
            set_level(current.log_level)

        return put_in_force

    def _read_rules(self) -> Callable[[], None]:
        rules = door_rules(self._current())

        def put_in_force() -> None:
            self.now = replace(self.now, rules=rules)

        return put_in_force

    def _read_peers(self) -> Callable[[], None]:
        peers = known_peers(self._current())

        def put_in_force() -> None:
            self.now = replace(self.now, peers=peers)

        return put_in_force

    def _read_certificates(self) -> Callable[[], None]:
        tls = door_tls(self._current())

        def put_in_force() -> None:
            self.now = replace(self.now, tls=self.now.tls if tls is None else tls)

        return put_in_force

    def _current(self) -> Settings:
        """Those of now, but for what counts from the next start on."""
        now = read_settings()
        return self.now.settings.model_copy(update={name: getattr(now, name) for name in RELOADABLE})
