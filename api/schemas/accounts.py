"""Shapes of accounts, sessions and personal tokens."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from annotation.roles import Role, in_order
from api.callers import Caller, SignedInBy
from api.schemas.body import Body
from storage.account_rows import AccountRecord
from storage.account_tables import NAME_LENGTH
from storage.passwords import LONGEST, SHORTEST
from storage.personal_tokens import MOST_DAYS, PersonalTokenRecord

UserName = Annotated[str, Field(min_length=1, max_length=NAME_LENGTH, examples=["c.martin"])]
Label = Annotated[str, Field(min_length=1, max_length=NAME_LENGTH, examples=["Dr C. Martin"])]
SomeRoles = Annotated[list[Role], Field(min_length=1, max_length=len(Role), examples=[["radiologist"]])]
NewPassword = Annotated[SecretStr, Field(min_length=SHORTEST, max_length=LONGEST)]
GivenPassword = Annotated[SecretStr, Field(max_length=LONGEST)]
PASSWORD_EXAMPLE = "a long sentence of four words"  # noqa: S105


class SignInBody(Body):
    """A user name and its password."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"user_name": "c.martin", "password": PASSWORD_EXAMPLE}]})

    user_name: UserName
    password: GivenPassword


class PasswordBody(Body):
    """The password that one has, and the one that one wants."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"password": PASSWORD_EXAMPLE, "new_password": "another sentence of words"}]}
    )

    password: GivenPassword
    new_password: NewPassword


class WaysOut(BaseModel):
    """How one can sign in here."""

    password: bool = True
    single_sign_on: str | None = Field(
        description="Where a browser goes to sign in at the identity provider.", examples=["/api/v1/oidc/login"]
    )


class MeOut(BaseModel):
    """Who asks, and how they are signed in."""

    label: str = Field(description="The name that is recorded with what you do.", examples=["Dr C. Martin"])
    user_name: str | None = Field(description="Null for a token of the command line.", examples=["c.martin"])
    roles: list[Role] = Field(examples=[["radiologist"]])
    signed_in_by: SignedInBy
    csrf_token: str | None = Field(description="Of a session: to be sent as X-CSRF-Token with each change.")

    @classmethod
    def of(cls, caller: Caller, user_name: str | None, csrf_token: str | None) -> Self:
        return cls(
            label=caller.label,
            user_name=user_name,
            roles=list(in_order(caller.roles)),
            signed_in_by=caller.by,
            csrf_token=csrf_token,
        )


class UserBody(Body):
    """A new account. Without a password, one is made and answered, once."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"user_name": "c.martin", "label": "Dr C. Martin", "roles": ["radiologist"]}],
        }
    )

    user_name: UserName
    label: Label
    roles: SomeRoles
    password: NewPassword | None = None


class UserChangeBody(Body):
    """What is to be changed; what is left out stays. `new_password`: make one and answer it, once."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"roles": ["radiologist", "researcher"]}, {"disabled": True}]}
    )

    roles: SomeRoles | None = None
    disabled: bool | None = None
    new_password: bool = False


class UserOut(BaseModel):
    """One account."""

    user_id: UUID
    user_name: str = Field(examples=["c.martin"])
    label: str = Field(examples=["Dr C. Martin"])
    roles: list[Role]
    revision: int
    created_at: datetime
    disabled_at: datetime | None
    signs_in_elsewhere: bool = Field(description="At the identity provider, which also says their roles.")

    @classmethod
    def of(cls, account: AccountRecord) -> Self:
        return cls(
            user_id=UUID(account.id),
            user_name=account.user_name,
            label=account.label,
            roles=list(in_order(account.roles)),
            revision=account.revision,
            created_at=account.created_at,
            disabled_at=account.disabled_at,
            signs_in_elsewhere=not account.has_password,
        )


class UserWithPasswordOut(UserOut):
    """One account, and the password that was made for it; it is not shown again."""

    password: str | None = None


class PersonalTokenBody(Body):
    """A token for a script: some of your roles, for some days."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "nightly table", "roles": ["researcher"], "days": 90}]}
    )

    name: Annotated[str, Field(min_length=1, max_length=NAME_LENGTH)]
    roles: SomeRoles
    days: Annotated[int, Field(ge=1, le=MOST_DAYS)] = 90


class PersonalTokenOut(BaseModel):
    """One of your tokens, without what opens the door."""

    token_id: UUID
    name: str = Field(examples=["nightly table"])
    roles: list[Role]
    created_at: datetime
    expires_at: datetime

    @classmethod
    def of(cls, record: PersonalTokenRecord) -> Self:
        return cls(
            token_id=UUID(record.id),
            name=record.name,
            roles=list(in_order(record.roles)),
            created_at=record.created_at,
            expires_at=record.expires_at,
        )


class NewPersonalTokenOut(PersonalTokenOut):
    """One of your tokens as it was made; `token` is not shown again."""

    token: str


class PersonalTokensOut(BaseModel):
    """Your tokens that are not revoked, oldest first."""

    items: list[PersonalTokenOut]
