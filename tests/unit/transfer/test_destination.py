"""Where to send to, as typed."""

import pytest

from osteon.transfer.destination import Destination
from osteon.transfer.errors import UsageError


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("OSTEON@127.0.0.1:11112", "127.0.0.1"),
        ("OSTEON@pacs.example:11112", "pacs.example"),
        ("OSTEON@[::1]:11112", "::1"),
    ],
)
def test_a_destination_reads_back_as_typed(text: str, host: str) -> None:
    destination = Destination.parse(text)
    assert (destination.ae_title, destination.host, destination.port) == ("OSTEON", host, 11112)
    assert str(destination) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "host:104",
        "A@host",
        "A@:104",
        "A@host:0",
        "A@host:65536",
        "A@host:x",
        "A\\B@host:104",
        "   @host:104",
        "A@::1:104",
    ],
)
def test_anything_else_is_a_usage_error(text: str) -> None:
    with pytest.raises(UsageError):
        Destination.parse(text)


def test_an_ae_title_has_at_most_sixteen_characters() -> None:
    assert Destination.parse("A" * 16 + "@h:1").ae_title == "A" * 16
    with pytest.raises(UsageError, match="AE title"):
        Destination.parse("A" * 17 + "@h:1")
