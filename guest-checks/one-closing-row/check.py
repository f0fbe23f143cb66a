"""Every period has exactly one closing row.

    [checks.one-closing-row]
    relation = "books.ledger"
    period = "period"                     # the column that says which period a row is of
    kind = "kind"                         # the column that says what a row is
    closing = "closing"                   # what it says of a closing row
    expected = ["2026-01", "2026-02"]     # periods that must be there; none if absent

A backup that was taken while a period was being closed, or a restore that ran twice, shows here: the period has no closing
row, or two.
"""

from dataclasses import dataclass

from vhost_check import Findings, Ident, Relation, check, query

# Each is a finding of its own; of more, the number tells enough.
MOST_NAMED = 20


@dataclass(frozen=True)
class Period:
    period: str | None
    closing: int


@check
class OneClosingRow:
    relation: Relation
    period: Ident
    kind: Ident
    closing: str
    expected: tuple[str, ...] = ()

    def run(self, findings: Findings) -> None:
        with findings.about(self.relation):
            periods = list(query(
                f"SELECT {self.period}::text AS period, count(*) FILTER (WHERE {self.kind}::text = $1) AS closing"
                f" FROM {self.relation} GROUP BY {self.period} ORDER BY {self.period}",
                self.closing, row=Period,
            ))
            self.judge(periods, findings)

    def judge(self, periods: list[Period], findings: Findings) -> None:
        # Every one of no periods is closed, and a backup without any is none.
        findings.expect_at_least("has-periods", self.relation, 1, len(periods))
        findings.expect_none("period-named", self.relation.column(self.period),
                             sum(one.period is None for one in periods))
        findings.expect_none("period-closed", self.relation, sum(one.closing == 0 for one in periods))
        findings.expect_none("closed-once", self.relation, sum(one.closing > 1 for one in periods))
        if self.expected:
            missing = set(self.expected) - {one.period for one in periods}
            findings.expect_none("period-there", self.relation, len(missing))
        for one in [one for one in periods if one.closing != 1][:MOST_NAMED]:
            findings.expect_eq("one-closing-row", self.relation.at({self.period.name: one.period}), 1, one.closing)
        findings.metric("periods", len(periods))
