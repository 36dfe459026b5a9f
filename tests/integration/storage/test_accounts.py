"""Accounts, sessions, personal tokens and attempts, on both databases."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from annotation.roles import Role
from storage.account_errors import (
    LastAdministratorError,
    NameTakenError,
    NoSuchAccountError,
    NoSuchPersonalTokenError,
    PasswordElsewhereError,
    StaleAccountError,
    TooManyAttemptsError,
    UnacceptableAccountError,
)
from storage.accounts import AccountChange, Accounts
from storage.attempts import Attempts
from storage.personal_tokens import PersonalTokens
from storage.sessions import Sessions
from storage.tokens import Tokens
from tests.builders.accounts import OTHER_PASSWORD, PASSWORD, add_account, cheap_passwords
from tests.builders.instants import Instants


@pytest.fixture
def clock() -> Instants:
    return Instants()


@pytest.fixture
def accounts(engine: Engine, clock: Instants) -> Accounts:
    return Accounts(engine, cheap_passwords(), clock)


@pytest.fixture
def sessions(engine: Engine, clock: Instants) -> Sessions:
    return Sessions(engine, clock)


def test_somebody_signs_in_with_their_password_alone(accounts: Accounts) -> None:
    martin = add_account(accounts, "martin")

    assert accounts.sign_in("martin", PASSWORD) == martin
    assert accounts.sign_in(" Martin ", PASSWORD) == martin
    assert accounts.sign_in("martin", OTHER_PASSWORD) is None
    assert accounts.sign_in("martin", "") is None
    assert accounts.sign_in("nobody", PASSWORD) is None


def test_no_password_is_kept(accounts: Accounts, engine: Engine) -> None:
    add_account(accounts, "martin")

    with engine.connect() as connection:
        (kept,) = connection.execute(text("SELECT password_hash FROM user_account")).scalars()
    assert kept.startswith("$argon2id$")
    assert PASSWORD not in kept


def test_a_password_may_be_typed_on_another_keyboard(accounts: Accounts) -> None:
    accounts.add(user_name="rene", label="René", roles=[Role.CLINICIAN], password="cafe\u0301 sur la table")

    assert accounts.sign_in("rene", "caf\u00e9 sur la table") is not None


@pytest.mark.parametrize(
    ("password", "says"),
    [
        pytest.param("elevenchars", "12 to 1024", id="too short"),
        pytest.param("x" * 1025, "12 to 1024", id="too long"),
        pytest.param("Dr.Martin.Long", "must not be the user name", id="the user name"),
        pytest.param("aaaaaaaaaaaa", "again and again", id="one character"),
    ],
)
def test_a_weak_password_is_refused_and_not_repeated(accounts: Accounts, password: str, says: str) -> None:
    with pytest.raises(UnacceptableAccountError, match=says) as refusal:
        accounts.add(user_name="dr.martin.long", label="M", roles=[Role.CLINICIAN], password=password)

    assert password not in str(refusal.value)


@pytest.mark.parametrize("name", ["", "two words", "-x", "é", "x" * 101, "a/b"])
def test_a_user_name_is_one_plain_word(accounts: Accounts, name: str) -> None:
    with pytest.raises(UnacceptableAccountError, match="user name"):
        accounts.add(user_name=name, label="M", roles=[Role.CLINICIAN], password=PASSWORD)


def test_nobody_else_gets_a_name_or_a_label(accounts: Accounts, engine: Engine) -> None:
    Tokens(engine).create("sender")
    martin = add_account(accounts, "martin")
    add_account(accounts, "chief", Role.ADMINISTRATOR)
    accounts.change(martin.id, AccountChange(disabled=True))

    with pytest.raises(NameTakenError, match="user name"):
        accounts.add(user_name="MARTIN", label="another", roles=[Role.CLINICIAN], password=PASSWORD)
    with pytest.raises(NameTakenError, match="account has this label"):
        accounts.add(user_name="another", label=" Dr martin ", roles=[Role.CLINICIAN], password=PASSWORD)
    with pytest.raises(NameTakenError, match="open token has this label"):
        accounts.add(user_name="another", label="sender", roles=[Role.CLINICIAN], password=PASSWORD)
    with pytest.raises(ValueError, match="an account has this label"):
        Tokens(engine).create("Dr martin")


def test_a_change_is_made_from_the_newest_revision(accounts: Accounts) -> None:
    martin = add_account(accounts, "martin")

    changed = accounts.change(martin.id, AccountChange(roles=[Role.RESEARCHER]), expected_revision=1)
    with pytest.raises(StaleAccountError) as refusal:
        accounts.change(martin.id, AccountChange(disabled=True), expected_revision=1)

    assert changed.revision == 2
    assert changed.roles == {Role.RESEARCHER}
    assert refusal.value.newest == 2
    assert accounts.get(martin.id) == changed


def test_a_disabled_account_opens_nothing_until_it_is_enabled(accounts: Accounts) -> None:
    martin = add_account(accounts, "martin")

    accounts.change(martin.id, AccountChange(disabled=True))
    during = accounts.sign_in("martin", PASSWORD)
    accounts.change(martin.id, AccountChange(disabled=False))

    assert during is None
    assert accounts.sign_in("martin", PASSWORD) is not None


@pytest.mark.parametrize("change", [AccountChange(disabled=True), AccountChange(roles=[Role.CLINICIAN])])
def test_the_last_administrator_stays(accounts: Accounts, change: AccountChange) -> None:
    first = add_account(accounts, "first", Role.ADMINISTRATOR)
    second = add_account(accounts, "second", Role.ADMINISTRATOR, Role.RADIOLOGIST)

    accounts.change(second.id, change)
    with pytest.raises(LastAdministratorError):
        accounts.change(first.id, change)

    assert accounts.get(first.id) == first


def test_two_administrators_cannot_close_each_other_out_at_once(accounts: Accounts) -> None:
    both = [add_account(accounts, name, Role.ADMINISTRATOR) for name in ("first", "second")]
    together = threading.Barrier(2)

    def close(account_id: str) -> bool:
        together.wait(timeout=20)
        try:
            accounts.change(account_id, AccountChange(disabled=True))
        except LastAdministratorError:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(close, [each.id for each in both]))
    assert sorted(done) == [False, True]


def test_the_first_administrator_is_made_once(accounts: Accounts) -> None:
    together = threading.Barrier(4)

    def make(_: int) -> bool:
        together.wait(timeout=20)
        return accounts.add_first(user_name="admin", label="first administrator", password=PASSWORD) is not None

    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(make, range(4)))
    assert sorted(made) == [False, False, False, True]
    assert [each.roles for each in accounts.all()] == [{Role.ADMINISTRATOR}]


def test_who_is_vouched_for_elsewhere_has_the_roles_of_today_and_no_password(accounts: Accounts) -> None:
    def come(*roles: Role) -> object:
        return accounts.from_provider(issuer="https://a", subject="1", user_name="martin", label="M", roles=roles)

    first, again, later = come(Role.CLINICIAN), come(Role.CLINICIAN), come(Role.RADIOLOGIST)

    assert first == again
    (account,) = accounts.all()
    assert account == later
    assert account.roles == {Role.RADIOLOGIST}
    assert accounts.sign_in("martin", "") is None
    with pytest.raises(PasswordElsewhereError):
        accounts.change(account.id, AccountChange(password=PASSWORD))


def test_a_provider_never_takes_over_an_account_with_a_password(accounts: Accounts) -> None:
    add_account(accounts, "martin")

    with pytest.raises(NameTakenError):
        accounts.from_provider(
            issuer="https://a", subject="1", user_name="martin", label="M", roles=[Role.ADMINISTRATOR]
        )


def test_the_database_keeps_one_way_to_sign_in_for_each(accounts: Accounts, engine: Engine) -> None:
    add_account(accounts, "martin")

    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(text("UPDATE user_account SET issuer = 'https://a', subject = '1'"))
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(text("UPDATE user_account SET password_hash = NULL"))


def test_a_session_ends_when_nobody_is_there_or_when_its_day_is_over(
    accounts: Accounts, sessions: Sessions, clock: Instants
) -> None:
    martin = add_account(accounts, "martin")
    idle, busy = sessions.begin(martin.id).secret, sessions.begin(martin.id).secret

    for _ in range(13):
        clock.step(minutes=55)
        assert sessions.check(busy) is not None
    clock.step(minutes=4, seconds=59)  # 12 h but for one second
    last = sessions.check(busy)
    clock.step(seconds=1)

    assert last is not None
    assert (last.account_id, last.label, last.roles) == (martin.id, "Dr martin", frozenset({Role.RADIOLOGIST}))
    assert sessions.check(busy) is None
    assert sessions.check(idle) is None


def test_an_idle_session_ends_after_an_hour(accounts: Accounts, sessions: Sessions, clock: Instants) -> None:
    secret = sessions.begin(add_account(accounts, "martin").id).secret

    clock.step(minutes=60)

    assert sessions.check(secret) is None


def test_what_changes_an_account_ends_its_sessions_and_no_others(accounts: Accounts, sessions: Sessions) -> None:
    martin, other = add_account(accounts, "martin"), add_account(accounts, "other")
    kept, gone, others = (sessions.begin(each.id).secret for each in (martin, martin, other))
    current = sessions.check(kept)
    assert current is not None

    accounts.set_own_password(martin.id, OTHER_PASSWORD, session_id=current.id)
    after_password = [sessions.check(secret) is not None for secret in (kept, gone, others)]
    accounts.change(martin.id, AccountChange(roles=[Role.CLINICIAN]))

    assert after_password == [True, False, True]
    assert [sessions.check(secret) is not None for secret in (kept, others)] == [False, True]
    assert accounts.sign_in("martin", OTHER_PASSWORD) is not None


def test_the_database_holds_no_secret_of_a_session_or_token(
    accounts: Accounts, sessions: Sessions, engine: Engine
) -> None:
    martin = add_account(accounts, "martin")
    secret = sessions.begin(martin.id).secret
    _, token = PersonalTokens(engine).create(martin.id, name="table", roles=[Role.RADIOLOGIST], days=1)

    with engine.connect() as connection:
        rows = [
            str(row)
            for table in ("user_session", "personal_token", "user_account")
            for row in connection.execute(text(f"SELECT * FROM {table}"))  # noqa: S608 - our own names
        ]
    assert len(rows) == 3
    assert not any(hidden in row for row in rows for hidden in (secret, token, secret[4:], token[4:]))


def test_a_personal_token_opens_what_its_owner_still_may(accounts: Accounts, engine: Engine, clock: Instants) -> None:
    martin = add_account(accounts, "martin", Role.RADIOLOGIST, Role.RESEARCHER)
    tokens = PersonalTokens(engine, clock)
    record, token = tokens.create(martin.id, name="table", roles=[Role.RESEARCHER], days=30)

    opened = tokens.check(token)
    accounts.change(martin.id, AccountChange(roles=[Role.RADIOLOGIST]))
    narrowed = tokens.check(token)
    accounts.change(martin.id, AccountChange(roles=[Role.RESEARCHER]))
    clock.step(days=30)

    assert opened is not None
    assert (opened.label, opened.roles) == ("Dr martin", frozenset({Role.RESEARCHER}))
    assert narrowed is not None
    assert narrowed.roles == set()
    assert tokens.check(token) is None
    assert tokens.of(martin.id) == [record]


def test_a_personal_token_closes_with_its_account_and_when_it_is_revoked(accounts: Accounts, engine: Engine) -> None:
    martin, other = add_account(accounts, "martin"), add_account(accounts, "other")
    tokens = PersonalTokens(engine)
    record, token = tokens.create(martin.id, name="table", roles=[Role.RADIOLOGIST], days=1)

    accounts.change(martin.id, AccountChange(disabled=True))
    while_disabled = tokens.check(token)
    accounts.change(martin.id, AccountChange(disabled=False))
    with pytest.raises(NoSuchPersonalTokenError):
        tokens.revoke(other.id, record.id)
    still_open = tokens.check(token)
    tokens.revoke(martin.id, record.id)

    assert while_disabled is None
    assert still_open is not None
    assert tokens.check(token) is None
    assert tokens.of(martin.id) == []


def test_a_personal_token_is_given_no_role_that_its_owner_lacks(accounts: Accounts, engine: Engine) -> None:
    martin = add_account(accounts, "martin", Role.RADIOLOGIST)
    tokens = PersonalTokens(engine)

    with pytest.raises(UnacceptableAccountError, match="these roles: radiologist"):
        tokens.create(martin.id, name="table", roles=[Role.RADIOLOGIST, Role.ADMINISTRATOR], days=1)
    tokens.create(martin.id, name="table", roles=[Role.RADIOLOGIST], days=1)
    with pytest.raises(NameTakenError):
        tokens.create(martin.id, name="table", roles=[Role.RADIOLOGIST], days=1)


def test_after_five_failures_an_account_waits_whether_it_exists_or_not(engine: Engine, clock: Instants) -> None:
    attempts = Attempts(engine, clock)
    for address in range(5):
        attempts.begin("martin", f"10.0.0.{address}")
        clock.step(minutes=1)

    with pytest.raises(TooManyAttemptsError) as refusal:
        attempts.begin(" MARTIN ", "10.0.0.9")
    attempts.begin("other", "10.0.0.9")
    clock.step(seconds=refusal.value.seconds)

    assert refusal.value.seconds == 10 * 60  # the first of the five is 5 minutes ago
    attempts.begin("martin", "10.0.0.9")


def test_success_clears_the_account_and_not_the_address(engine: Engine, clock: Instants) -> None:
    attempts = Attempts(engine, clock)
    for number in range(49):
        attempts.begin(f"somebody {number}", "10.0.0.1")

    for _ in range(10):
        attempts.succeeded(attempts.begin("martin", "10.0.0.1"))
    attempts.begin("martin", "10.0.0.1")

    with pytest.raises(TooManyAttemptsError):
        attempts.begin("martin", "10.0.0.1")


def test_many_attempts_at_once_do_not_slip_through(engine: Engine) -> None:
    attempts = Attempts(engine)
    together = threading.Barrier(12)

    def attempt(_: int) -> bool:
        together.wait(timeout=20)
        try:
            attempts.begin("martin", "10.0.0.1")
        except TooManyAttemptsError:
            return False
        return True

    with ThreadPoolExecutor(12) as pool:
        assert sum(pool.map(attempt, range(12))) == 5


def test_what_does_not_exist_is_said_so(accounts: Accounts) -> None:
    with pytest.raises(NoSuchAccountError):
        accounts.get("nobody")
    with pytest.raises(NoSuchAccountError):
        accounts.named("nobody")
    with pytest.raises(NoSuchAccountError):
        accounts.change("nobody", AccountChange(disabled=True))
