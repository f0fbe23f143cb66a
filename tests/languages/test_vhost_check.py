"""The Python module that checks are written with; what of it meets the host is in tests/e2e/languages.rs."""

import enum
import unittest
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from vhost_check import (
    Beyond, CouldNotLook, Findings, Ident, Interval, Json, NotAName, Other, QueryError, Relation, SqlError, WrongType,
    check, evidence, log, query, query_one, remaining, scalar, settings, values, world,
)
from vhost_check.testing import Rows, World, run


class TestNames(unittest.TestCase):
    def test_a_name_is_quoted_whatever_it_holds(self) -> None:
        relation = Relation.parse('Odd.a"b; DROP TABLE c')
        self.assertEqual(f"{relation}", '"Odd"."a""b; DROP TABLE c"')
        self.assertEqual(relation.plain, 'Odd.a"b; DROP TABLE c')

    def test_what_postgres_cannot_have_is_no_name(self) -> None:
        for text in ["orders", ".orders", "shop.", "shop." + "ü" * 32, "shop.a\0b"]:
            with self.assertRaises(NotAName):
                Relation.parse(text)

    def test_a_subject_has_the_digest_that_rust_gives(self) -> None:
        relation = Relation.parse("s.t")
        self.assertEqual(relation.column(Ident("c")).at({"mail": "a@b"}).text, "s.t.c key:a8fa53f396561006")
        self.assertEqual(relation.at({"b": 2, "a": None}), relation.at({"a": None, "b": 2}))
        digests = {relation.at({"a": value}) for value in [1, "1", True, "true", None, "null"]}
        self.assertEqual(len(digests), 6)


class TestValues(unittest.TestCase):
    def test_values_go_and_come_back(self) -> None:
        for value in [
            None, True, False, 0, -(2**63), 2**63 - 1, 1.5, float("inf"), Decimal("12.50"), Decimal("1E+3"),
            Decimal("-Infinity"), "ü", "", b"\0\xff", UUID(int=7), date(1, 1, 1), datetime(2026, 5, 17, 1, 2, 3, 4),
            datetime(9999, 12, 31, 23, 59, 59, 999999, timezone.utc), timedelta(days=-3, microseconds=5),
            Interval(1, -2, 3), {"a": [1, "ü", None]}, Other("integer[]", "{1}"), Beyond("date", "-infinity"),
            Beyond("timestamptz", (0, 2, 29, 0, 0, 0, 1)),
        ]:
            back = values.from_case(*values.to_case(value))
            self.assertEqual((back, type(back)), (value, type(value)))

    def test_each_has_its_case(self) -> None:
        for value, case in [
            (True, ("boolean", True)), (2**63, ("numeric", str(2**63))), (Decimal("1E+3"), ("numeric", "1000")),
            (Decimal("NaN"), ("numeric", "NaN")), (Json([1]), ("json", "[1]")),
            ({"n": Decimal("2")}, ("json", '{"n": 2}')), (memoryview(b"x"), ("bytes", b"x")),
            (timedelta(days=1, hours=-1), ("interval", (0, 0, 82_800_000_000))),
            (datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=2))), ("timestamptz", (2025, 12, 31, 22, 0, 0, 0))),
            (date(2026, 1, 2), ("date", (2026, 1, 2, 0, 0, 0, 0))),
        ]:
            self.assertEqual(values.to_case(value), case)

    def test_what_has_no_case_says_what_to_write(self) -> None:
        for value in [[1], {1}, object()]:
            with self.assertRaisesRegex(TypeError, "is no value of the database: pass Json"):
                values.to_case(value)

    def test_json_keeps_its_decimals(self) -> None:
        self.assertEqual(values.from_case("json", '{"n": 0.10}'), {"n": Decimal("0.10")})


class Level(enum.Enum):
    LOW = "low"


@dataclass(frozen=True)
class Inner:
    name: str


@dataclass(frozen=True)
class Everything:
    relation: Relation
    column: Ident
    count: int
    share: Decimal
    ratio: float
    since: date
    level: Level
    lane: Literal["a", "b"]
    inner: Inner
    rows: list[Inner]
    cells: dict[Ident, str]
    maybe: int | None = None
    flag: bool = False


class TestSettings(unittest.TestCase):
    good = (
        '{"relation": "s.t", "column": "c", "count": 2, "share": 0.1, "ratio": 1, "since": "2026-05-17", "level": "low",'
        ' "lane": "b", "inner": {"name": "x"}, "rows": [{"name": "y"}], "cells": {"k": "v"}, "maybe": 3}'
    )

    def test_every_type_is_read(self) -> None:
        read = settings.read(Everything, self.good)
        self.assertEqual((read.share, read.ratio, read.since), (Decimal("0.1"), 1.0, date(2026, 5, 17)))
        self.assertEqual((read.level, read.rows, read.cells), (Level.LOW, [Inner("y")], {Ident("k"): "v"}))
        self.assertEqual((read.maybe, read.flag), (3, False))

    def test_what_is_wrong_is_named_with_its_place_and_without_its_value(self) -> None:
        for was, now, told in [
            ('"name": "y"', '"name": "y", "nmae": "z"', "nothing reads `rows[0].nmae`"),
            ('"count": 2', '"count": true', "`count` is a boolean; write an integer"),
            ('"count": 2', '"count": "secret"', "`count` is a string; write an integer"),
            ('"count": 2, ', "", "`count` is missing"),
            ('"relation": "s.t"', '"relation": "t"', "write `schema.relation`"),
            ('"lane": "b"', '"lane": "secret"', "write one of 'a', 'b'"),
            ('"rows": [', '"rows": [3, ', "`rows[0]` is an integer; write a table"),
            ('"maybe": 3', '"maybe": "secret"', "`maybe` is a string; write an integer"),
            ('"name": "x"', '"name": 5', "`inner.name` is an integer; write a string"),
        ]:
            self.assertIn(was, self.good)
            with self.assertRaises(CouldNotLook) as raised:
                settings.read(Everything, self.good.replace(was, now))
            self.assertIn(told, str(raised.exception))
            self.assertNotIn("secret", str(raised.exception))


@dataclass(frozen=True)
class Entry:
    id: int
    note: str | None


def asking(answer: object) -> World:
    return World().answer("FROM t", answer)


def within(of: World, look: Any) -> Any:
    """What a function sees in a world."""
    seen = []

    @check
    class Look:
        def run(self, findings: Findings) -> None:
            seen.append(look())

    came = run(Look, of)
    if came.reason is not None:
        raise QueryError(came.reason)
    return seen[0]


class TestAsking(unittest.TestCase):
    rows = Rows(["id", "note"], [[n, None] for n in range(1_200)])

    def test_rows_come_page_by_page_by_name_or_as_a_dataclass(self) -> None:
        plain = within(asking(self.rows), lambda: [row.id for row in query("SELECT id, note FROM t")])
        self.assertEqual(plain, list(range(1_200)))
        typed = within(asking(self.rows), lambda: list(query("SELECT id, note FROM t", row=Entry)))
        self.assertEqual(typed[1_199], Entry(1_199, None))

    def test_a_row_of_another_type_names_the_column(self) -> None:
        for answer, told in [
            (Rows(["id", "note"], [["secret", None]]), "column `id`: the database answered with str instead of int"),
            (Rows(["id", "note"], [[True, None]]), "column `id`: the database answered with bool instead of int"),
            (Rows(["id", "note"], [[None, None]]), "answered with null instead of int"),
            (Rows(["id", "note"], [[1, 2]]), "column `note`: the database answered with int instead of str | None"),
            (Rows(["id"], [[1]]), "the answer has no column `note`"),
        ]:
            with self.assertRaises(QueryError) as raised:
                within(asking(answer), lambda: list(query("SELECT * FROM t", row=Entry)))
            self.assertIn(told, str(raised.exception))
            self.assertNotIn("secret", str(raised.exception))

    def test_one_row_and_one_value(self) -> None:
        self.assertEqual(within(asking(Rows(["id"], [[1]])), lambda: query_one("SELECT id FROM t").id), 1)
        with self.assertRaisesRegex(QueryError, "with 2 rows instead of one"):
            within(asking(Rows(["id"], [[1], [2]])), lambda: query_one("SELECT id FROM t"))
        self.assertIsNone(within(asking(Rows(["id"])), lambda: scalar("SELECT id FROM t")))

    def test_an_error_behind_rows_comes_behind_them(self) -> None:
        answer = Rows(["id"], [[1]], then=SqlError("57014", "canceled"))
        rows = within(asking(answer), lambda: (rows := query("SELECT id FROM t"), next(rows))[1])
        self.assertEqual(rows.id, 1)
        with self.assertRaisesRegex(QueryError, "57014"):
            within(asking(answer), lambda: list(query("SELECT id FROM t")))

    def test_a_statement_that_nothing_answers_ends_the_test(self) -> None:
        with self.assertRaisesRegex(AssertionError, "no answer for"):
            within(World().answer_to("FROM t", [1], 1), lambda: scalar("SELECT FROM t", 2))

    def test_the_rest_of_the_world(self) -> None:
        of = World().budget(1, 2, 3, 4).evidence(relations=["r"], objects=list(range(2_500)))
        self.assertEqual(within(of, remaining).millis, 4)
        self.assertEqual(within(of, lambda: evidence.relations()), ["r"])
        self.assertEqual(within(of, lambda: list(evidence.objects())), list(range(2_500)))
        self.assertIsNone(world._current, "a test's world stays behind")


class TestFindings(unittest.TestCase):
    def test_each_comparison_includes_its_bound_and_nothing_beyond_it(self) -> None:
        findings, about = Findings(), Relation.parse("s.t")
        findings.expect_eq("eq", about, "a", "a")
        findings.expect_eq("eq-fails", about, "a", "b")
        findings.expect_eq("type-fails", about, 1, True)
        findings.expect_at_least("least", about, 3, 3)
        findings.expect_at_least("least-fails", about, 3, 2)
        findings.expect_at_least("null-fails", about, 3, None)
        findings.expect_at_most("most", about, date(2026, 5, 17), date(2026, 5, 17))
        findings.expect_at_most("most-fails", about, date(2026, 5, 17), date(2026, 5, 18))
        findings.expect_at_most("nan-fails", about, 1.0, float("nan"))
        findings.expect_between("low", about, 1, 2, 1)
        findings.expect_between("high", about, 1, 2, 2)
        findings.expect_between("below-fails", about, 1, 2, 0)
        findings.expect_between("above-fails", about, 1, 2, 3)
        findings.expect_none("none", None, 0)
        findings.expect_none("none-fails", None, 1)
        findings.expect("true", None, True)
        findings.expect("false-fails", None, False)
        failed = [one.rule for one in findings.findings if one.status == "fail"]
        self.assertEqual(failed, [one.rule for one in findings.findings if one.rule.endswith("-fails")])
        self.assertEqual(len(failed), 10)

    def test_a_limit_keeps_what_was_seen(self) -> None:
        @check
        class Look:
            def run(self, findings: Findings) -> None:
                relation = Relation.parse("s.t")
                with findings.within_limits(relation), findings.about(relation):
                    findings.expect("seen", relation, True)
                    scalar("SELECT 1")

        seen = run(Look, World().limited("SELECT 1", "rows", 5))
        seen.could_not_look("within-limits")
        self.assertEqual([one.status for one in seen.findings], ["pass", "could-not-look"])

    def test_the_contract_of_a_report_is_held(self) -> None:
        for rule, metric in [("Not Kebab", 1.0), ("x" * 65, 1.0), ("fine", float("nan"))]:
            @check
            class Look:
                def run(self, findings: Findings) -> None:
                    findings.expect(rule, None, True)
                    findings.metric("m", metric)

            with self.assertRaises(AssertionError):
                run(Look, World()).passes()

    def test_a_fault_of_the_check_says_where(self) -> None:
        @check
        class Look:
            def run(self, findings: Findings) -> None:
                log.warn("about to fail")
                raise KeyError("oops")

        seen = run(Look, World()).could_not_look("KeyError: 'oops' (line ")
        self.assertEqual(seen.log, [("warn", "about to fail")])

    def test_a_check_needs_its_method(self) -> None:
        with self.assertRaisesRegex(TypeError, "has no method run"):
            @check
            class Look:
                pass


if __name__ == "__main__":
    unittest.main()
