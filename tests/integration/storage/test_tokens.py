"""The tokens, on both databases."""

import hashlib
import logging
import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import IntegrityError

from annotation.audit import Action, AuditFilter, Kind, Note, Source
from annotation.roles import Role
from storage.audit_behalf import Behalf
from storage.audit_log import AuditLog
from storage.token_tables import TokenRow
from storage.tokens import Tokens
from tests.builders.instants import Instants


def test_a_token_has_43_random_characters_and_is_kept_as_a_digest_only(engine: Engine) -> None:
    token = Tokens(engine).create("weekly meeting")

    assert re.fullmatch(r"ost_[A-Za-z0-9_-]{43}", token)
    with engine.connect() as connection:
        (row,) = connection.execute(select(TokenRow.__table__)).all()
    assert row.digest == hashlib.sha256(token.encode()).hexdigest()
    assert not any(token.removeprefix("ost_") in str(value) for value in row)


def test_every_token_is_another(engine: Engine) -> None:
    tokens = Tokens(engine)

    assert len({tokens.create(f"reader {number}") for number in range(20)}) == 20


def test_a_token_is_recognised_as_its_owners(engine: Engine) -> None:
    tokens = Tokens(engine)
    token, other = tokens.create("reader"), tokens.create("other")

    record = tokens.check(token)

    assert record is not None
    assert record.label == "reader"
    assert record.created_at.tzinfo is not None
    assert tokens.check(other) != record


@pytest.mark.parametrize(
    "token", ["", "ost_", "ost_" + "A" * 43, "ost_" + "A" * 42, "ost_" + "\x00" * 43, "é" * 47, "x" * 100_000]
)
def test_what_is_no_token_opens_nothing(engine: Engine, token: str) -> None:
    tokens = Tokens(engine)
    tokens.create("reader")

    assert tokens.check(token) is None


def test_a_token_with_something_after_it_opens_nothing(engine: Engine) -> None:
    tokens = Tokens(engine)

    assert tokens.check(tokens.create("reader") + "\n") is None


def test_a_revoked_token_opens_nothing_and_stays_on_record(engine: Engine) -> None:
    tokens = Tokens(engine)
    token = tokens.create("reader")
    record = tokens.check(token)
    assert record is not None

    assert tokens.revoke(record.id)
    assert not tokens.revoke(record.id)

    assert tokens.check(token) is None
    assert [kept.id for kept in tokens.all() if kept.revoked_at is not None] == [record.id]


def test_whether_anyone_can_sign_in_is_known(engine: Engine) -> None:
    tokens = Tokens(engine)
    before = tokens.any()
    record = tokens.check(tokens.create("reader"))
    during = tokens.any()
    assert record is not None
    tokens.revoke(record.id)

    assert (before, during, tokens.any()) == (False, True, False)


def test_two_open_tokens_cannot_share_a_label(engine: Engine) -> None:
    tokens = Tokens(engine)
    first = tokens.create("reader 1")

    with pytest.raises(ValueError, match="an open token has this label already"):
        tokens.create(" reader 1 ")

    record = tokens.check(first)
    assert record is not None
    tokens.revoke(record.id)
    assert tokens.check(tokens.create("reader 1")) is not None
    assert [kept.label for kept in tokens.all()] == ["reader 1", "reader 1"]


def test_the_database_itself_holds_the_labels_of_open_tokens_apart(engine: Engine) -> None:
    Tokens(engine).create("reader 1")
    copy = text(
        "INSERT INTO api_token (id, label, digest, created_at) "
        "SELECT 'other', label, 'other', created_at FROM api_token"
    )

    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(copy)


@pytest.mark.parametrize("label", ["Dr\u00a0Léa\u202f: lecteur", "👩\u200d⚕️"])
def test_a_label_may_be_typed_as_people_type(engine: Engine, label: str) -> None:
    record = Tokens(engine).check(Tokens(engine).create(label))

    assert record is not None
    assert record.label == label


@pytest.mark.parametrize("label", ["", "  ", "\u00a0", "x" * 101, "two\nlines", "a\tb", "a\x1b[2J", "a\udc80"])
def test_a_label_that_says_nothing_or_too_much_is_refused(engine: Engine, label: str) -> None:
    with pytest.raises(ValueError, match="label"):
        Tokens(engine).create(label)


def test_tokens_are_never_logged(engine: Engine, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    tokens = Tokens(engine)
    token = tokens.create("reader")
    tokens.check(token)

    assert token.removeprefix("ost_") not in caplog.text


def test_a_token_has_the_roles_that_it_was_made_with(engine: Engine) -> None:
    tokens = Tokens(engine)

    usual = tokens.check(tokens.create("usual"))
    narrow = tokens.check(tokens.create("narrow", roles=[Role.CUSTODIAN]))

    assert usual is not None
    assert usual.roles == {Role.RADIOLOGIST, Role.RESEARCHER}
    assert narrow is not None
    assert narrow.roles == {Role.CUSTODIAN}


def test_a_token_opens_until_its_last_day_is_over(engine: Engine) -> None:
    clock = Instants(datetime(2031, 1, 1, tzinfo=UTC))
    tokens = Tokens(engine, clock)
    token = tokens.create("for a month", days=30)

    clock.step(days=30, seconds=-1)
    before = (tokens.check(token), tokens.any())
    clock.step(seconds=1)

    assert before[0] is not None
    assert before[0].expires_at == datetime(2031, 1, 31, tzinfo=UTC)
    assert (before[1], tokens.check(token), tokens.any()) == (True, None, False)


@pytest.mark.parametrize("days", [0, -1, 3661])
def test_a_token_for_no_days_or_for_ever_is_refused(engine: Engine, days: int) -> None:
    with pytest.raises(ValueError, match="1 to 3660 days"):
        Tokens(engine).create("reader", days=days)


def test_a_token_without_a_role_is_refused(engine: Engine) -> None:
    with pytest.raises(ValueError, match="at least one role"):
        Tokens(engine).create("reader", roles=[])


def test_making_and_revoking_a_token_are_noted_and_the_token_is_not(engine: Engine) -> None:
    tokens = Tokens(engine, behalf=Behalf(by="admin", source=Source(via="osteon token")))
    token = tokens.create("reader")
    (record,) = tokens.all()
    tokens.revoke(record.id)
    tokens.revoke(record.id)

    revoked, created = AuditLog(engine).newest(AuditFilter(), limit=5)

    assert created.note == Note(action=Action.CREATED, kind=Kind.TOKEN, object_id=record.id)
    assert revoked.note == Note(action=Action.REVOKED, kind=Kind.TOKEN, object_id=record.id)
    assert (created.actor, created.at, created.source) == ("admin", record.created_at, Source(via="osteon token"))
    assert token.removeprefix("ost_") not in str((revoked, created))


def test_a_token_that_is_refused_is_not_noted(engine: Engine) -> None:
    Tokens(engine).create("reader")
    with pytest.raises(ValueError, match="this label already"):
        Tokens(engine).create("reader")

    assert len(AuditLog(engine).newest(AuditFilter(), limit=5)) == 1
