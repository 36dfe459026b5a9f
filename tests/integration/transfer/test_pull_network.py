"""Where requests go, and where they do not."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from osteon.transfer.errors import AnswerError, NetworkError
from osteon.transfer.fetch import Fetched
from tests.integration.transfer.archive_server import STUDY, TOKEN, Archive, serving
from tests.integration.transfer.pulling import UIDS, fetch, file_of, run
from tests.services.processes import wait_for

INTERRUPTIBLE = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
"""A shell in the background has its children ignore SIGINT, and Python then leaves it ignored."""


@contextmanager
def nobody_listening() -> Iterator[str]:
    """An address that refuses connections for as long as the block lasts."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{held.getsockname()[1]}"


def test_nothing_listening_is_one_clear_error(tmp_path: Path) -> None:
    with nobody_listening() as url, pytest.raises(NetworkError, match="cannot reach 127"):
        fetch(Archive(url=url), tmp_path)


def test_a_redirect_to_another_host_is_not_followed(archive: Archive, tmp_path: Path) -> None:
    with serving(Archive()) as other:
        archive.redirect_to = other.url
        with pytest.raises(AnswerError, match="307"):
            fetch(archive, tmp_path)
    assert archive.heard
    assert other.heard == []


@pytest.mark.parametrize("name", ["http_proxy", "all_proxy", "HTTP_PROXY", "ALL_PROXY"])
def test_a_proxy_of_the_environment_hears_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    with serving(Archive()) as proxy:
        monkeypatch.setenv(name, proxy.url)
        monkeypatch.delenv("no_proxy", raising=False)
        with pytest.raises(NetworkError):
            fetch(Archive(url="http://osteon.invalid"), tmp_path, attempts=1)
    assert proxy.heard == []


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:99999",
        "http://127.0.0.1:0",
        "http://a..b",
        "http://" + "a" * 300,
        "http://[::1",
        "http://a b",
        "http://a%00",
        "http://a\\b",
        "http://",
        "ftp://a",
        "http://name:word@a",
    ],
)
def test_an_address_that_cannot_be_is_a_usage_error(tmp_path: Path, url: str) -> None:
    result = run(Archive(url=url), tmp_path)
    assert result.exit_code == 2
    assert result.stderr.startswith("osteon pull: ")
    assert result.stderr.count("\n") == 1
    assert "word" not in result.stderr


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGKILL, -9), (signal.SIGINT, 130)])
def test_a_pull_that_was_stopped_goes_on(tmp_path: Path, sent: signal.Signals, code: int) -> None:
    held = Archive(stall_after={UIDS[2]: 500_000})
    for uid in UIDS:
        held.add(uid, os.urandom(3_000_000))
    part = file_of(tmp_path, UIDS[2]).with_suffix(".dcm.part")
    script = f"{INTERRUPTIBLE}from osteon.commands.pull import command; command()"
    with serving(held):
        arguments = [sys.executable, "-c", script, STUDY, str(tmp_path), "--url", held.url, "--token", TOKEN]
        client = subprocess.Popen(arguments, env={**os.environ, "PYTHONPATH": "."})
        wait_for(lambda: part.exists() and part.stat().st_size > 100_000, "the beginning of a file")
        client.send_signal(sent)
        held.release.set()
        assert client.wait(timeout=30) == code
        assert part.exists()
        held.stall_after.clear()
        report = fetch(held, tmp_path)
    assert report.complete
    assert report.fetched[Fetched.RESUMED] >= 1
    assert all(file_of(tmp_path, uid).read_bytes() == content for uid, content in held.files.items())
