"""Why a check could not look."""

from __future__ import annotations


class CouldNotLook(Exception):
    """What kept a check from looking; the drill is INCONCLUSIVE, never PASS.

    Its text may quote what the database said. It reaches the report under the grant ``report = "values"`` alone.
    """


class QueryError(CouldNotLook):
    """A question that has no answer."""


class SqlError(QueryError):
    """The database refused or failed the statement."""

    def __init__(self, sqlstate: str, message: str, *, severity: str = "ERROR", detail: str | None = None,
                 hint: str | None = None, position: int | None = None, constraint: str | None = None,
                 table: str | None = None) -> None:
        super().__init__(f"{message} (SQLSTATE {sqlstate})")
        self.sqlstate, self.message, self.severity = sqlstate, message, severity
        self.detail, self.hint, self.position = detail, hint, position
        self.constraint, self.table = constraint, table

    @property
    def is_missing_relation(self) -> bool:
        """SQLSTATE 42P01: the restored database has no such relation. One without a grant is 42501."""
        return self.sqlstate == "42P01"

    @property
    def is_missing_column(self) -> bool:
        """SQLSTATE 42703."""
        return self.sqlstate == "42703"


class Denied(QueryError):
    """A statement or an object outside the grant; says which grant is missing."""


class LimitHit(QueryError):
    """A budget of the grant ran out: ``what`` is its name, for example ``rows``, and ``allowed`` what it was."""

    def __init__(self, what: str, allowed: int) -> None:
        super().__init__(f"the grant's limit of {allowed} ({what}) is reached")
        self.what, self.allowed = what, allowed


class BadParameter(QueryError):
    """Number or type of the parameters; found before anything was sent."""


class Unavailable(QueryError):
    """The restored database is gone; asking again is of no use."""


class WrongType(QueryError):
    """A column holds another type than the check wants. Says which, and never the value."""
