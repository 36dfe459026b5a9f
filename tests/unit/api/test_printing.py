"""Printing opens nothing but what it is given."""

import pytest

from api.meeting_sheets.printing import printed


def test_what_is_printed_is_given_everything_and_fetches_nothing(caplog: pytest.LogCaptureFixture) -> None:
    printed('<img src="http://127.0.0.1:9/x.png"><img src="file:///etc/hostname"><p>Printed</p>')

    assert sum("Failed to load image" in record.getMessage() for record in caplog.records) == 2
