"""Write a vhost check in Python so that it reads like what it asserts.

A check is its settings, the fields of a class that are read from the plan's table ``[checks.<name>]``, and one method
that looks. What it sees are findings; whatever keeps it from looking is raised.

    from vhost_check import Findings, Ident, Relation, check, scalar

    @check
    class NoOrphans:
        child: Relation
        column: Ident
        parent: Relation
        key: Ident

        def run(self, findings: Findings) -> None:
            with findings.about(self.child):
                orphans = scalar(
                    f"SELECT count(*) FROM {self.child} c WHERE c.{self.column} IS NOT NULL"
                    f" AND NOT EXISTS (SELECT FROM {self.parent} p WHERE p.{self.key} = c.{self.column})"
                )
                findings.expect_none("no-orphans", self.child, orphans)

Names display quoted, ready to be put into SQL. Values go into a statement as parameters, ``$1`` and so on, never as
text. ``vhost_check.testing`` runs a check without a database and without WebAssembly.
"""

from . import evidence, log
from .asking import Budget, query, query_one, remaining, scalar
from .checks import check
from .errors import BadParameter, CouldNotLook, Denied, LimitHit, QueryError, SqlError, Unavailable, WrongType
from .findings import Findings
from .names import Ident, NotAName, Relation, Subject
from .values import Beyond, Interval, Json, Other

__all__ = [
    "BadParameter", "Beyond", "Budget", "CouldNotLook", "Denied", "Findings", "Ident", "Interval", "Json", "LimitHit",
    "NotAName", "Other", "QueryError", "Relation", "SqlError", "Subject", "Unavailable", "WrongType", "check",
    "evidence", "log", "query", "query_one", "remaining", "scalar",
]
