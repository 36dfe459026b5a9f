"""Every setting: an `OSTEON_…` environment variable, read once at the entry point and passed on."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    StringConstraints,
    ValidationError,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from annotation.roles import Role

PREFIX = "OSTEON_"
FILE = "osteon.env"
LARGEST_OBJECT = (1 << 32) + (1 << 26)
SMALLEST_LIMIT = 1 << 20
Port = Annotated[int, Field(ge=0, le=65535)]
AeTitle = Annotated[
    str, StringConstraints(strip_whitespace=True, pattern=r"^[\x21-\x5b\x5d-\x7e][\x20-\x5b\x5d-\x7e]{0,15}$")
]
"""Up to 16 printable ASCII characters, no backslash (PS3.5 6.2, AE)."""


def _pairs(text: object) -> object:
    """`PACS1=LYON,PACS2=PARIS` as a mapping."""
    if not isinstance(text, str):
        return text
    pairs: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        title, equals, issuer = (piece.strip() for piece in part.partition("="))
        if not (title and equals and issuer):
            raise ValueError("write AE=ISSUER pairs, separated by commas")
        if title in pairs:
            raise ValueError(f"{title} is named twice")
        pairs[title] = issuer
    return pairs


Issuers = Annotated[Mapping[AeTitle, str], NoDecode, BeforeValidator(_pairs)]


def default_workers() -> int:
    """One for each processor that this process may use, at most four: then the disk is the limit."""
    return min(4, len(os.sched_getaffinity(0)))


_ANY_IPV6, _ANY_IPV4 = "::", "0.0.0.0"  # noqa: S104 - names, nothing is bound


def _hosts(text: str) -> str:
    """`10.0.0.5, ::1` without spaces; each address once."""
    hosts = [host.strip().strip("[]") for host in text.split(",")]
    if not all(hosts):
        raise ValueError("an address is empty; write one, or several separated by commas")
    if len(set(hosts)) < len(hosts):
        raise ValueError("an address is named twice")
    for every in (_ANY_IPV6, _ANY_IPV4):
        if every in hosts and any(other != every and (every == _ANY_IPV6 or ":" not in other) for other in hosts):
            raise ValueError(f"{every} takes the other addresses in: write it alone")
    return ",".join(hosts)


Hosts = Annotated[str, AfterValidator(_hosts)]
LogLevel = Annotated[
    Literal["DEBUG", "INFO", "WARNING", "ERROR"],
    BeforeValidator(lambda text: text.upper() if isinstance(text, str) else text),
]


def _claim_roles(text: object) -> object:
    """`group-a=radiologist;group-b=clinician` as a mapping; a value may hold `=` and `,`, as in LDAP."""
    if not isinstance(text, str):
        return text
    roles: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in text.split(";"))):
        value, equals, role = (piece.strip() for piece in part.rpartition("="))
        if not (value and equals and role):
            raise ValueError("write VALUE=ROLE pairs, separated by semicolons")
        if value in roles:
            raise ValueError("a value is named twice")
        roles[value] = role
    return roles


ClaimRoles = Annotated[Mapping[str, Role], NoDecode, BeforeValidator(_claim_roles)]


def _public_url(text: str) -> str:
    """`http` is for trying on one's own machine only: passwords and cookies go this way."""
    parts = urlsplit(text)
    is_local = parts.hostname in ("localhost", "127.0.0.1", "::1")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_local):
        raise ValueError("write https://HOST (http on loopback only)")
    if not parts.hostname or parts.username or parts.query or parts.fragment:
        raise ValueError("write https://HOST, without user, query and fragment")
    return text


PublicUrl = Annotated[str, AfterValidator(_public_url)]


class SettingsError(Exception):
    """A setting has a value that cannot be used; the message names it."""


class Settings(BaseSettings):
    """What can be set. The descriptions make the table in the administrator's guide."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True)

    home: Path = Field(Path("var"), description="Folder that holds all state")
    dicom_host: Hosts = Field(
        "127.0.0.1",
        description="Address that the DICOM door listens on, or several, separated by commas; `::` is IPv6 and IPv4",
    )
    dicom_port: Port = Field(11112, description="Port of the DICOM door")
    ae_title: AeTitle = Field("OSTEON", description="AE title of the DICOM door")
    peers: Path | None = Field(
        None, description="Peers file, TOML: who may send, from where and how much; unset: anybody"
    )
    tls_port: Port | None = Field(None, description="Port of the DICOM door under TLS; unset: none; registered is 2762")
    tls_certificate: Path | None = Field(
        None, description="The door's certificate and what is between it and a root, in PEM"
    )
    tls_key: Path | None = Field(None, description="The key of this certificate, in PEM, without a passphrase")
    tls_ca: Path | None = Field(
        None,
        description="Certificates of the authorities that vouch for the clients, in PEM, with their revocation lists",
    )
    tls_clients: Literal["required", "optional", "none"] = Field(
        "required", description="Clients' certificates: `required`, `optional` or `none`"
    )
    http_host: str = Field("127.0.0.1", description="Address that the API listens on")
    http_port: Port = Field(8000, description="Port of the API")
    workers: int = Field(
        default_factory=default_workers,
        ge=1,
        le=64,
        description="Processes that serve associations; default: one for each processor, at most 4",
    )
    orthanc_http_port: Port = Field(8142, description="Port of the Orthanc that `osteon serve` starts, on loopback")
    orthanc_url: str | None = Field(None, description="URL of an Orthanc that exists; then none is started")
    orthanc_user: str | None = Field(None, description="Orthanc's user; generated when unset")
    orthanc_password: SecretStr | None = Field(
        None, description="Orthanc's password; generated on first start when unset"
    )
    orthanc_timeout: float = Field(30.0, gt=0, description="Seconds of silence after which Orthanc counts as down")
    orthanc_dicomweb_root: Annotated[str, StringConstraints(pattern=r"^(/[A-Za-z0-9._~-]+)+/?$")] = Field(
        "/dicom-web", description="Path of the DICOMweb plugin in Orthanc (its `DicomWeb.Root`)"
    )
    dicomweb_streams: int = Field(
        16, ge=1, le=1024, description="Answers of DICOMweb that are streamed at a time; more wait for their turn"
    )
    database_url: SecretStr | None = Field(
        None,
        description="Registry: `sqlite:///FILE` or `postgresql://…`; default `registry.sqlite` in the home",
    )
    vault_url: SecretStr | None = Field(
        None, description="Vault database, only for the node; default `vault/vault.sqlite` in the home"
    )
    key_file: Path | None = Field(
        None, description="The secret key, only for the node; default `vault/osteon.key` in the home"
    )
    profile: Path | None = Field(None, description="Pseudonymisation profile, a TOML file; unset: the default profile")
    default_issuer: str = Field("", description="Issuer of patient numbers that come without IssuerOfPatientID")
    issuers: Issuers = Field(
        {},
        description="Issuer of such numbers by calling AE title, before the default: `PACS1=LYON,PACS2=PARIS`",
    )
    commitment_days: float = Field(
        7.0, gt=0, description="Days for which a storage commitment result is brought to its peer again and again"
    )
    commitment_wait_hours: float = Field(
        24.0, gt=0, description="Hours to wait for objects on their way to Orthanc before their commitment fails"
    )
    study_idle_seconds: float = Field(
        300.0,
        gt=0,
        le=86_400,
        description="Seconds without a new object after which a study counts as provisionally complete",
    )
    stow_ae_title: AeTitle = Field(
        "STOW-RS", description="Calling AE title of what is uploaded by STOW-RS, for `OSTEON_ISSUERS`"
    )
    stow_uploads: int = Field(4, ge=1, le=64, description="Uploads by STOW-RS at a time; more are told to come again")
    image_cache_mb: int = Field(
        1024, ge=1, le=1 << 20, description="Memory for the images that were measured last, in MB"
    )
    dask_scheduler: Annotated[str, StringConstraints(pattern=r"^(tcp|tls)://[^\s/@]+:[0-9]{1,5}$")] | None = Field(
        None,
        description="Address of a Dask scheduler, `tcp://HOST:PORT`, that converts volumes; unset: this machine",
    )
    log: Literal["text", "json"] = Field("text", description="Form of the logs: `text`, or `json`, one object a line")
    log_level: LogLevel = Field(
        "INFO", description="Least of the levels that are logged: `DEBUG`, `INFO`, `WARNING`, `ERROR`"
    )
    stop_seconds: float = Field(
        10.0,
        gt=0,
        le=3600,
        description="Seconds within which everything under way is finished when the node is stopped",
    )
    largest_object: int = Field(
        LARGEST_OBJECT, ge=SMALLEST_LIMIT, description="Bytes of the largest object that the DICOM door takes"
    )
    first_admin: bool = Field(
        True, description="Make the first administrator when there is no account yet (`0`: do not)"
    )
    public_url: PublicUrl | None = Field(
        None, description="URL by which browsers find the API, such as `https://osteon.example`; unset: as they say"
    )
    oidc_issuer: PublicUrl | None = Field(
        None, description="Issuer of the identity provider (OpenID Connect); unset: no single sign-on"
    )
    oidc_client_id: str | None = Field(None, description="How the identity provider knows Osteon")
    oidc_client_secret: SecretStr | None = Field(
        None, description="The secret for it; unset: a public client, with PKCE alone"
    )
    oidc_role_claim: str = Field("roles", min_length=1, description="Claim of the ID token that says roles or groups")
    oidc_roles: ClaimRoles = Field(
        {}, description="Role by value of this claim: `group-a=radiologist;group-b=clinician`"
    )
    sample: bool = Field(True, description="Send the sample study on first start (`0`: do not)")

    @model_validator(mode="after")
    def _credentials_come_together(self) -> Self:
        if (self.orthanc_user is None) != (self.orthanc_password is None):
            raise ValueError("set both OSTEON_ORTHANC_USER and OSTEON_ORTHANC_PASSWORD, or neither")
        return self

    @model_validator(mode="after")
    def _tls_is_whole(self) -> Self:
        if self.tls_port is None:
            return self
        if self.tls_certificate is None or self.tls_key is None:
            raise ValueError("OSTEON_TLS_PORT needs OSTEON_TLS_CERTIFICATE and OSTEON_TLS_KEY")
        if self.tls_ca is None and self.tls_clients != "none":
            raise ValueError("OSTEON_TLS_PORT needs OSTEON_TLS_CA, or OSTEON_TLS_CLIENTS=none")
        if self.tls_port == self.dicom_port != 0:
            raise ValueError("OSTEON_TLS_PORT and OSTEON_DICOM_PORT are the same: TLS needs a port of its own")
        return self

    @model_validator(mode="after")
    def _single_sign_on_is_whole(self) -> Self:
        if self.oidc_issuer is None:
            return self
        if self.oidc_client_id is None or not self.oidc_roles or self.public_url is None:
            raise ValueError("OSTEON_OIDC_ISSUER needs OSTEON_OIDC_CLIENT_ID, OSTEON_OIDC_ROLES and OSTEON_PUBLIC_URL")
        return self

    @property
    def dicom_hosts(self) -> tuple[str, ...]:
        """The addresses in `dicom_host`."""
        return tuple(self.dicom_host.split(","))

    @property
    def registry_database(self) -> str:
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.home.absolute() / 'registry.sqlite'}"

    @property
    def vault_database(self) -> str:
        if self.vault_url is not None:
            return self.vault_url.get_secret_value()
        return f"sqlite:///{self.vault_folder.absolute() / 'vault.sqlite'}"

    @property
    def vault_folder(self) -> Path:
        return self.home / "vault"

    @property
    def dropped_words_folder(self) -> Path:
        """Beside the key: readable by the node only."""
        return self.vault_folder / "dropped-words"

    @property
    def approved_words_file(self) -> Path:
        return self.home / "vocabulary.txt"

    @property
    def metrics_folder(self) -> Path:
        return self.home / "metrics"

    @property
    def key_path(self) -> Path:
        return self.key_file or self.vault_folder / "osteon.key"

    @property
    def orthanc_folder(self) -> Path:
        return self.home / "orthanc"

    @property
    def orthanc_address(self) -> str:
        return self.orthanc_url or f"http://127.0.0.1:{self.orthanc_http_port}/"


def at_home(settings: Settings, home: Path | None, key_file: Path | None) -> Settings:
    """The settings for another home folder, with its own vault and key, or for another key."""
    changes: dict[str, object] = {} if home is None else {"home": home, "vault_url": None, "key_file": None}
    return settings.model_copy(update=changes | ({} if key_file is None else {"key_file": key_file}))


def read_settings() -> Settings:
    """The settings of this process: environment variables, before the file `osteon.env` in the home.

    Raises SettingsError.
    """
    path = Path(os.environ.get(f"{PREFIX}HOME") or Settings.model_fields["home"].default) / FILE
    try:
        return Settings(_env_file=_checked(path) if path.is_file() else None)
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        message = first["msg"].removeprefix("Value error, ")
        named = f"{PREFIX}{str(first['loc'][0]).upper()}: {message}" if first["loc"] else message
        raise SettingsError(named) from None


def _checked(path: Path) -> Path:
    """A file of settings that names nothing else. Raises SettingsError."""
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields} - {f"{PREFIX}HOME"}
    try:
        names = dotenv_values(path, interpolate=False)
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path} cannot be read: {type(error).__name__}") from None
    if unknown := sorted(name for name in names if name.upper() not in known):
        raise SettingsError(f"{path}: {unknown[0]} is no setting that this file can hold")
    return path
