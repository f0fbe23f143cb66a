import unittest

from check import MOST_NAMED, OneClosingRow
from vhost_check.testing import Rows, World, run


def plan(**settings: object) -> World:
    return World().settings(relation="books.ledger", period="period", kind="kind", closing="closing", **settings)


def ledger(*periods: tuple[object, int], **settings: object) -> World:
    asked = 'count(*) FILTER (WHERE "kind"::text = $1)'
    return plan(**settings).answer_to(asked, ["closing"], Rows(["period", "closing"], list(periods)))


class TestOneClosingRow(unittest.TestCase):
    def test_passes_where_each_period_is_closed_once(self) -> None:
        seen = run(OneClosingRow, ledger(("2026-01", 1), ("2026-02", 1), expected=["2026-01"])).passes()
        self.assertEqual(seen.metrics, [("periods", 2.0)])

    def test_fails_where_a_period_is_open_or_closed_twice(self) -> None:
        seen = run(OneClosingRow, ledger(("2026-01", 0), ("2026-02", 2), ("2026-03", 1)))
        rules = [rule for rule, _ in seen.failed]
        self.assertEqual(rules, ["period-closed", "closed-once", "one-closing-row", "one-closing-row"])
        self.assertTrue(all("2026" not in subject for _, subject in seen.failed), seen.failed)

    def test_fails_without_rows_without_a_name_and_without_an_expected_period(self) -> None:
        run(OneClosingRow, ledger()).fails("has-periods")
        run(OneClosingRow, ledger((None, 1))).fails("period-named")
        run(OneClosingRow, ledger(("2026-01", 1), expected=["2026-02"])).fails("period-there")

    def test_names_a_few_of_many(self) -> None:
        seen = run(OneClosingRow, ledger(*((str(n), 0) for n in range(100))))
        self.assertEqual(seen.fails("period-closed").actual, 100)
        self.assertEqual(sum(rule == "one-closing-row" for rule, _ in seen.failed), MOST_NAMED)

    def test_tells_what_is_lost_from_what_is_forbidden(self) -> None:
        run(OneClosingRow, plan().missing("books.ledger")).fails("relation-exists")
        run(OneClosingRow, plan().missing_column("books.ledger", "kind")).fails("columns-exist")
        run(OneClosingRow, plan().denied("books.ledger")).could_not_look("permission denied")
        run(OneClosingRow, plan(perido="x")).could_not_look("nothing reads `perido`")


if __name__ == "__main__":
    unittest.main()
