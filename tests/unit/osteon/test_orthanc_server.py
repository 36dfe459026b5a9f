"""Where Orthanc is missing, advice; where it is started, never open."""

import json
import stat
from pathlib import Path

import pytest

from osteon import orthanc_server
from osteon.orthanc_access import CredentialsError, credentials, ensure_credentials
from osteon.orthanc_server import OrthancMissingError, find_program, write_configuration
from osteon.settings import Settings


def test_without_orthanc_the_advice_names_the_packages_and_the_alternatives(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(orthanc_server, "PROGRAM_FOLDERS", str(tmp_path))
    with pytest.raises(OrthancMissingError) as caught:
        find_program()
    for advice in ("apt-get install orthanc orthanc-dicomweb", "OSTEON_ORTHANC_URL", "docker compose up"):
        assert advice in str(caught.value)


def test_the_configuration_is_closed_and_for_its_owner_only(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, orthanc_http_port=8143)
    path = write_configuration(settings)
    content = json.loads(path.read_text())
    user, password = credentials(settings)
    assert content["RegisteredUsers"] == {user: password}
    assert content["HttpPort"] == 8143
    assert content["StorageDirectory"].startswith(str(tmp_path))
    assert (content["AuthenticationEnabled"], content["RemoteAccessAllowed"]) == (True, False)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_credentials_are_made_once_and_kept(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    with pytest.raises(CredentialsError):
        credentials(settings)
    made = ensure_credentials(settings)
    assert ensure_credentials(settings) == credentials(settings) == made
    assert len(made[1]) >= 32


def test_credentials_that_are_set_win(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, orthanc_user="someone", orthanc_password="secret")
    assert ensure_credentials(settings) == ("someone", "secret")


def test_for_a_foreign_orthanc_no_credentials_are_made_up(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, orthanc_url="http://127.0.0.1:1/")
    with pytest.raises(CredentialsError, match="OSTEON_ORTHANC_USER"):
        ensure_credentials(settings)
    assert list(tmp_path.iterdir()) == []
