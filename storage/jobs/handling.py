"""What the handler of a kind of job is, and what it gets to work with.

A handler may be started again at any time, after its process was killed in the middle: it must go on from what is
there, or begin anew, and end with the same. What it writes to the registry it writes in a transaction that begins with
`job.hold(connection)`: then nothing comes from one whose job was handed to another while it slept.
"""

from collections.abc import Callable, Mapping
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import Connection


class RunningJob(Protocol):
    """One job in the hands of a worker, which keeps its lease alive meanwhile. Share it between threads."""

    @property
    def id(self) -> UUID: ...

    @property
    def created_by(self) -> str:
        """The label of who asked for it."""

    @property
    def attempt(self) -> int:
        """How often the job was taken, this time included: 2 and more find what another left behind."""

    def progress(self, done: int, total: int | None = None, message: str | None = None) -> None:
        """Tell how far it is; as often as you like. `message`: shown to people, cut at 200 characters.

        Raises what `check_cancelled` raises.
        """

    def check_cancelled(self) -> None:
        """Raises JobCancelledError, WorkerEndsError or LeaseLostError: let go then. Costs nothing: ask often."""

    def hold(self, connection: Connection) -> None:
        """Keep the job for this transaction: nobody takes it over before it ends. First thing in it.

        On SQLite the transaction must be one that writes (`storage.database.writing`). Raises LeaseLostError.
        """


Handler = Callable[[dict[str, Any], RunningJob], Mapping[str, Any]]
"""Takes the parameters, gives the result: both JSON. Raises JobFailedError, JobDelayedError; of any other error only
its kind is shown."""

Kinds = Mapping[str, Handler]
"""Every kind of job that a worker takes, by name."""
