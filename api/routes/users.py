"""Accounts of everyone, for administrators."""

from http import HTTPStatus
from uuid import UUID

from fastapi import APIRouter, Response

from annotation.roles import Role
from api.account_work import SignInOf
from api.authentication import needs
from api.openapi import problems
from api.pagination import PageAsked, PageOut, page_out
from api.preconditions import IfMatch, etag, expected_revision
from api.reading_pages import page_of, text_after
from api.schemas.accounts import UserBody, UserChangeBody, UserOut, UserWithPasswordOut
from storage import passwords
from storage.account_rows import AccountRecord
from storage.accounts import AccountChange

ADMINISTERING = needs(Role.ADMINISTRATOR)

router = APIRouter(prefix="/users", tags=["accounts"], responses=problems(401, 422, 503))


@router.get("", dependencies=[ADMINISTERING])
def list_users(sign_in: SignInOf, page: PageAsked) -> PageOut[UserOut]:
    """Every account, by user name, those that are disabled included."""
    found = sign_in.accounts.all(after=text_after(page.after("users")), limit=page.limit + 1)
    return page_out("users", page_of(found, page.limit, lambda last: last.user_name), UserOut.of)


@router.post("", status_code=HTTPStatus.CREATED, responses=problems(409, 413, 415), dependencies=[ADMINISTERING])
def create_user(body: UserBody, sign_in: SignInOf, response: Response) -> UserWithPasswordOut:
    """Make an account. Its user name and its label stay: the label is recorded with what is done."""
    made = None if body.password is not None else passwords.generate()
    password = made if body.password is None else body.password.get_secret_value()
    account = sign_in.accounts.add(
        user_name=body.user_name, label=body.label, roles=body.roles, password=password or ""
    )
    response.headers["Location"] = f"/api/v1/users/{account.id}"
    return _tagged(account, made, response)


@router.get("/{user_id}", responses=problems(404), dependencies=[ADMINISTERING])
def read_user(user_id: UUID, sign_in: SignInOf, response: Response) -> UserOut:
    """One account; its ETag is needed to change it."""
    account = sign_in.accounts.get(str(user_id))
    response.headers["ETag"] = etag(account.revision)
    return UserOut.of(account)


@router.patch("/{user_id}", responses=problems(404, 409, 412, 413, 415, 428), dependencies=[ADMINISTERING])
def change_user(
    *, user_id: UUID, body: UserChangeBody, sign_in: SignInOf, response: Response, if_match: IfMatch = None
) -> UserWithPasswordOut:
    """Change roles, disable or enable, make a new password; it works from the next request on, and ends sessions."""
    made = passwords.generate() if body.new_password else None
    change = AccountChange(roles=body.roles, disabled=body.disabled, password=made)
    account = sign_in.accounts.change(str(user_id), change, expected_revision=expected_revision(if_match))
    return _tagged(account, made, response)


def _tagged(account: AccountRecord, made: str | None, response: Response) -> UserWithPasswordOut:
    response.headers["ETag"] = etag(account.revision)
    return UserWithPasswordOut(**UserOut.of(account).model_dump(), password=made)
