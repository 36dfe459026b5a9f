"""How long a wrong sign-in takes must not tell whether the account exists."""

from argon2 import PasswordHasher

from storage.passwords import Passwords, generate


class CountingHasher(PasswordHasher):
    """Notes which hashes it was asked to verify."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.verified: list[str | bytes] = []

    def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # type: ignore[override]  # noqa: A002
        self.verified.append(hash)
        return bool(super().verify(hash, password))


def test_without_a_hash_as_much_is_computed_and_nothing_matches() -> None:
    hasher = CountingHasher()
    passwords = Passwords(hasher)

    assert not passwords.matches(None, "four words of a sentence")

    (computed,) = hasher.verified
    assert not hasher.check_needs_rehash(computed)  # valid, and of the usual costs
    assert "$argon2id$" in str(computed)


def test_generated_passwords_are_long_and_never_the_same() -> None:
    made = {generate() for _ in range(100)}

    assert len(made) == 100
    assert {len(each) for each in made} == {20}
