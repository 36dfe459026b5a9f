"""Settings: every one is documented, and a wrong one is named."""

import re
from pathlib import Path

import pytest

from osteon.settings import PREFIX, Settings, SettingsError, read_settings
from tests.builders.real_files import REPOSITORY

GUIDE = REPOSITORY / "docs" / "administrator.md"


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"{PREFIX}{name.upper()}", raising=False)


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_is_in_the_administrators_guide_with_its_meaning(name: str) -> None:
    guide = GUIDE.read_text()
    description = Settings.model_fields[name].description
    assert description
    (row,) = [line for line in guide.splitlines() if line.startswith(f"| `{PREFIX}{name.upper()}` |")]
    assert description in row


def test_the_guide_names_no_setting_that_does_not_exist() -> None:
    named = set(re.findall(rf"{PREFIX}[A-Z_]+[A-Z]", GUIDE.read_text()))
    elsewhere = {"OSTEON_TOKEN"}  # the client's
    assert named - elsewhere <= {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}


def test_the_defaults_are_those_that_others_script_against() -> None:
    settings = read_settings()
    assert (settings.ae_title, settings.dicom_port) == ("OSTEON", 11112)
    assert (settings.http_port, settings.orthanc_http_port) == (8000, 8142)
    assert settings.home == Path("var")
    assert settings.dicom_host == settings.http_host == "127.0.0.1"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DICOM_PORT", "seventy"),
        ("DICOM_PORT", "65536"),
        ("AE_TITLE", ""),
        ("AE_TITLE", "seventeen letters"),
        ("AE_TITLE", "back\\slash"),
        ("ORTHANC_TIMEOUT", "0"),
        ("LARGEST_OBJECT", "4 GB"),
        ("LARGEST_OBJECT", "1000"),
        ("SAMPLE", "perhaps"),
        ("PUBLIC_URL", "http://osteon.example"),
        ("PUBLIC_URL", "osteon.example"),
        ("OIDC_ISSUER", "http://idp.example"),
        ("OIDC_ROLES", "group"),
        ("OIDC_ROLES", "group=king"),
        ("OIDC_ROLES", "a=clinician;a=radiologist"),
        ("ISSUERS", "PACS1"),
        ("ISSUERS", "PACS1="),
        ("ISSUERS", "=LYON"),
        ("ISSUERS", "PACS1=LYON,PACS1=PARIS"),
        ("ISSUERS", "seventeen letters=LYON"),
        ("DICOM_HOST", ""),
        ("DICOM_HOST", "::1,"),
        ("DICOM_HOST", "::1, ::1"),
        ("DICOM_HOST", "::,0.0.0.0"),
        ("DICOM_HOST", "0.0.0.0,10.0.0.5"),
        ("TLS_PORT", "many"),
        ("TLS_CLIENTS", "perhaps"),
    ],
)
def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"{PREFIX}{name}", value)
    with pytest.raises(SettingsError, match=f"{PREFIX}{name}: "):
        read_settings()


@pytest.mark.parametrize(
    ("value", "issuers"),
    [
        ("", {}),
        ("PACS1=LYON", {"PACS1": "LYON"}),
        (" PACS1 = LYON , PACS 2=HCL=CROIX-ROUSSE,", {"PACS1": "LYON", "PACS 2": "HCL=CROIX-ROUSSE"}),
    ],
)
def test_issuers_are_pairs_of_an_ae_title_and_a_name(
    monkeypatch: pytest.MonkeyPatch, value: str, issuers: dict[str, str]
) -> None:
    monkeypatch.setenv(f"{PREFIX}ISSUERS", value)
    assert read_settings().issuers == issuers


@pytest.mark.parametrize(
    ("value", "hosts"),
    [
        ("10.0.0.5", ("10.0.0.5",)),
        (" 10.0.0.5 , ::1", ("10.0.0.5", "::1")),
        ("[::1]", ("::1",)),
        ("::", ("::",)),
        ("0.0.0.0,::1", ("0.0.0.0", "::1")),  # noqa: S104 - text
    ],
)
def test_the_door_may_listen_on_several_addresses(
    monkeypatch: pytest.MonkeyPatch, value: str, hosts: tuple[str, ...]
) -> None:
    monkeypatch.setenv(f"{PREFIX}DICOM_HOST", value)
    assert read_settings().dicom_hosts == hosts


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"TLS_PORT": "2762"}, "OSTEON_TLS_PORT needs OSTEON_TLS_CERTIFICATE and OSTEON_TLS_KEY"),
        (
            {"TLS_PORT": "2762", "TLS_CERTIFICATE": "c", "TLS_CA": "a"},
            "needs OSTEON_TLS_CERTIFICATE and OSTEON_TLS_KEY",
        ),
        ({"TLS_PORT": "2762", "TLS_CERTIFICATE": "c", "TLS_KEY": "k"}, "OSTEON_TLS_CA, or OSTEON_TLS_CLIENTS=none"),
        ({"TLS_PORT": "11112", "TLS_CERTIFICATE": "c", "TLS_KEY": "k", "TLS_CA": "a"}, "TLS needs a port of its own"),
    ],
)
def test_half_of_what_tls_needs_is_refused(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], said: str
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(f"{PREFIX}{name}", value)
    with pytest.raises(SettingsError, match=said):
        read_settings()


def test_no_secret_is_in_the_settings_representation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"{PREFIX}ORTHANC_USER", "someone")
    monkeypatch.setenv(f"{PREFIX}ORTHANC_PASSWORD", "swordfish")
    monkeypatch.setenv(f"{PREFIX}VAULT_URL", "postgresql://u:swordfish@h/d")
    assert "swordfish" not in repr(read_settings())


@pytest.mark.parametrize("name", ["ORTHANC_USER", "ORTHANC_PASSWORD"])
def test_half_of_orthancs_credentials_is_refused(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(f"{PREFIX}{name}", "half")
    with pytest.raises(SettingsError, match="set both"):
        read_settings()


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv(f"{PREFIX}HOME", str(tmp_path))
    return tmp_path


def test_settings_can_stand_in_a_file_in_the_home(home: Path) -> None:
    (home / "osteon.env").write_text("# ours\nOSTEON_ISSUERS=PACS1=LYON,PACS2=PARIS\nOSTEON_LOG_LEVEL=debug\n")
    assert read_settings().issuers == {"PACS1": "LYON", "PACS2": "PARIS"}
    assert read_settings().log_level == "DEBUG"
    assert read_settings().home == home


def test_the_environment_goes_before_the_file(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "osteon.env").write_text("OSTEON_AE_TITLE=FILE\nOSTEON_DEFAULT_ISSUER=LYON\n")
    monkeypatch.setenv(f"{PREFIX}AE_TITLE", "ENV")
    assert (read_settings().ae_title, read_settings().default_issuer) == ("ENV", "LYON")


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("OSTEON_DICOM_PROT=1\n", "OSTEON_DICOM_PROT is no setting"),
        ("OSTEON_HOME=/elsewhere\n", "OSTEON_HOME is no setting that this file can hold"),
        ("PATH=/bin\n", "PATH is no setting"),
        ("OSTEON_DICOM_PORT=seventy\n", "OSTEON_DICOM_PORT: "),
        ("OSTEON_LOG=xml\n", "OSTEON_LOG: "),
        ("OSTEON_LOG_LEVEL=CHATTY\n", "OSTEON_LOG_LEVEL: "),
        ("OSTEON_STOP_SECONDS=0\n", "OSTEON_STOP_SECONDS: "),
    ],
)
def test_a_file_that_cannot_be_used_is_named(home: Path, content: str, named: str) -> None:
    (home / "osteon.env").write_text(content)
    with pytest.raises(SettingsError, match=named):
        read_settings()


def test_a_file_that_is_no_text_is_named(home: Path) -> None:
    (home / "osteon.env").write_bytes(b"OSTEON_AE_TITLE=\xff\xfe\x00")
    with pytest.raises(SettingsError, match=r"osteon\.env"):
        read_settings()
