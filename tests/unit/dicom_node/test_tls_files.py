"""Certificate, key and authorities: what cannot be used is named with its setting."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dicom_node.certificates import ends_of, renewals_of
from dicom_node.tls import Clients, TlsError, TlsFiles, server_context
from tests.builders.certificates import Authority


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def files(authority: Authority) -> TlsFiles:
    held = authority.vouch_for("door")
    return TlsFiles(certificate=held.certificate, key=held.key, authorities=authority.file)


def changed(files: TlsFiles, **changes: Path | None) -> TlsFiles:
    parts = {"certificate": files.certificate, "key": files.key, "authorities": files.authorities} | changes
    return TlsFiles(**parts)  # type: ignore[arg-type]


def refusal(files: TlsFiles) -> str:
    with pytest.raises(TlsError) as caught:
        server_context(files)
    return str(caught.value)


def test_what_is_not_there_is_named(files: TlsFiles, tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere.pem"
    assert (
        refusal(changed(files, certificate=nowhere)) == f"OSTEON_TLS_CERTIFICATE: {nowhere}: No such file or directory"
    )
    assert refusal(changed(files, key=nowhere)) == f"OSTEON_TLS_KEY: {nowhere}: No such file or directory"
    assert refusal(changed(files, authorities=nowhere)) == f"OSTEON_TLS_CA: {nowhere}: No such file or directory"
    assert "OSTEON_TLS_CLIENTS=none" in refusal(changed(files, authorities=None))


def test_what_is_no_pem_or_does_not_belong_together_is_named(
    files: TlsFiles, authority: Authority, tmp_path: Path
) -> None:
    text = tmp_path / "text.pem"
    text.write_text("hello")
    text.chmod(0o600)
    other = authority.vouch_for("other")
    assert "are not a certificate and its key" in refusal(changed(files, certificate=text))
    assert "are not a certificate and its key" in refusal(changed(files, key=text))
    assert "key values mismatch" in refusal(changed(files, key=other.key))
    assert f"OSTEON_TLS_CA: {text} holds no certificates in PEM" in refusal(changed(files, authorities=text))


def test_a_key_with_a_passphrase_is_refused_and_nobody_is_asked_for_it(files: TlsFiles, authority: Authority) -> None:
    sealed = authority.vouch_for("sealed", passphrase=b"secret")
    assert "without a passphrase" in refusal(changed(files, certificate=sealed.certificate, key=sealed.key))


def test_a_key_that_anybody_may_read_is_refused(files: TlsFiles) -> None:
    files.key.chmod(0o644)
    assert f"run chmod 600 {files.key}" in refusal(files)
    files.key.chmod(0o640)
    server_context(files)


def test_without_clients_certificates_no_authority_is_needed(files: TlsFiles) -> None:
    server_context(TlsFiles(certificate=files.certificate, key=files.key, authorities=None, clients=Clients.NONE))


def test_the_end_of_a_certificate_is_read(authority: Authority) -> None:
    held = authority.vouch_for("short", lasts=timedelta(days=10))
    (end,) = ends_of(held.certificate)
    assert abs(end - datetime.now(UTC) - timedelta(days=10)) < timedelta(minutes=5)


def test_when_revocation_lists_are_to_be_renewed_is_read(authority: Authority) -> None:
    assert renewals_of(authority.file) == []
    (renewal,) = renewals_of(authority.revoke(authority.vouch_for("lost"), lasts=timedelta(days=7)))
    assert abs(renewal - datetime.now(UTC) - timedelta(days=7)) < timedelta(minutes=5)
