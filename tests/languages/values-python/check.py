"""What crosses the boundary in both directions, in a component and on a real Postgres."""

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from uuid import UUID

from vhost_check import (
    BadParameter, Beyond, Denied, Findings, Interval, Json, Other, SqlError, check, evidence, log, query, query_one,
    remaining, scalar,
)

# SQL of a type, and what it is in Python; each is also sent as a parameter of that type.
VALUES = [
    ("boolean", "true", True),
    ("bigint", "9223372036854775807", 2**63 - 1),
    ("smallint", "-3", -3),
    ("double precision", "'-Infinity'", float("-inf")),
    ("numeric", "12345678901234567890.123456789", Decimal("12345678901234567890.123456789")),
    ("numeric", "'NaN'", None),
    ("text", "'hé€😀'", "hé€😀"),
    ("bytea", "'\\x00ff'", b"\0\xff"),
    ("jsonb", "'{\"a\": [1, 0.10, null]}'", {"a": [1, Decimal("0.10"), None]}),
    ("uuid", "'7c963f27-5b0e-4d6a-9c41-e2a8f3b1d704'", UUID("7c963f27-5b0e-4d6a-9c41-e2a8f3b1d704")),
    ("date", "'2026-05-17'", date(2026, 5, 17)),
    ("date", "'infinity'", Beyond("date", "infinity")),
    ("date", "'0044-03-15 BC'", Beyond("date", (-43, 3, 15, 0, 0, 0, 0))),
    ("timestamp", "'2026-05-17 12:30:00.25'", datetime(2026, 5, 17, 12, 30, 0, 250_000)),
    ("timestamptz", "'9999-12-31 23:59:59.999999+00'", datetime(9999, 12, 31, 23, 59, 59, 999_999, timezone.utc)),
    ("interval", "'-3 days 00:00:00.000005'", timedelta(days=-3, microseconds=5)),
    ("interval", "'1 month -2 days'", Interval(1, -2, 0)),
    ("integer[]", "'{1,2}'", Other("integer[]", "{1,2}")),
    ("bigint", "NULL", None),
]


@dataclass(frozen=True)
class Row:
    n: int
    label: str


@check
class Values:
    def run(self, findings: Findings) -> None:
        for at, (type_name, sql, value) in enumerate(VALUES):
            read = scalar(f"SELECT {sql}::{type_name}")
            if sql == "'NaN'":
                findings.expect(f"read-{at}", None, read.is_nan())
                continue
            # The value itself says more in a test's report than that it is another one.
            findings.expect_eq(f"read-{at}", None, repr(value), repr(read))
            same = f"SELECT $1::{type_name} IS NOT DISTINCT FROM {sql}::{type_name}"
            findings.expect(f"sent-{at}", None, scalar(same, value))
        findings.expect("sent-list", None, scalar("SELECT $1::jsonb = '[1]'", Json([1])))
        rows = list(query("SELECT n, 'n' || n AS label FROM generate_series(1, 1500) n ORDER BY n", row=Row))
        findings.expect_eq("rows", None, Row(1500, "n1500").label, rows[-1].label)
        one = query_one("SELECT 1 AS a, 2 AS b")
        findings.expect_eq("named-tuple", None, 3, one.a + one.b)
        findings.expect_eq("sql-error", None, "22012", failing(SqlError, "SELECT 1 / $1::int", 0).sqlstate)
        findings.expect("denied", None, bool(failing(Denied, "DELETE FROM shop.unit")))
        findings.expect("bad-parameter", None, "$1" in str(failing(BadParameter, "SELECT $1::int", "x")))
        findings.expect_at_most("remaining", None, 999, remaining().statements)
        dumped = [one.name for one in evidence.relations() if one.schema == "shop"]
        findings.expect("evidence", None, "unit" in dumped and evidence.get_dump().bytes > 0)
        findings.expect("objects", None, any(one.kind == "TABLE" for one in evidence.objects() or ()))
        # No clock and no new randomness, and no harm in a line on standard output.
        findings.expect("random", None, 0 <= random.random() < 1)
        log.info("all of it was looked at")


def failing(kind: type, sql: str, *params: object) -> object:
    try:
        scalar(sql, *params)
    except kind as error:
        return error
    return None
