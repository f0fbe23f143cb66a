"""A scripted world to run a check in, so that its logic has ordinary unit tests: no database, no WebAssembly.

    from vhost_check.testing import World, run

    def plan() -> World:
        return World().settings(relation="shop.orders", column="placed")

    run(NoGaps, plan().answer('"placed" IS NULL', 0)).passes()
    run(NoGaps, plan().answer('"placed" IS NULL', 3)).fails("no-gaps")
    run(NoGaps, plan().missing("shop.orders")).fails("relation-exists")
    run(NoGaps, plan().denied("shop.orders")).could_not_look("permission denied")
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, Iterable, Iterator

from . import checks, values, world
from .errors import CouldNotLook, Denied, LimitHit, QueryError, SqlError
from .findings import COULD_NOT_LOOK, FAIL, PASS, Finding, Findings
from .names import Ident, Relation

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass
class Rows:
    """Rows for an answer, each with a value for every column; `then` comes when they have ended."""

    columns: list[str]
    rows: list[Iterable[object]] = field(default_factory=list)
    then: QueryError | None = None


class World:
    """What a test says of the plan, the database and the host.

    A statement that nothing answers ends the test: a check must not pass on what nobody thought of.
    """

    def __init__(self) -> None:
        self._settings = "{}"
        self._scripts: list[tuple[list[str], tuple[object, ...] | None, object]] = []
        self._left = (1_000_000, 1 << 30, 1_000, 60_000)
        self._evidence: dict[str, Any] = {}

    def settings(self, **settings: object) -> World:
        """The plan's table `[checks.<name>]`."""
        self._settings = json.dumps(settings)
        return self

    def answer(self, sql: str, answer: object) -> World:
        """Answers every statement that holds this SQL, whitespace being one space: with a value, as `SELECT count(*)`
        gives it, with `Rows`, or with an error. Where several answers fit, the first one does."""
        return self._script([sql], None, answer)

    def answer_to(self, sql: str, params: Iterable[object], answer: object) -> World:
        """Answers every statement that holds this SQL and has these parameters."""
        return self._script([sql], tuple(params), answer)

    def missing(self, relation: str) -> World:
        """The restored database does not have this relation."""
        return self.answer(str(Relation.parse(relation)), SqlError("42P01", "relation does not exist"))

    def missing_column(self, relation: str, column: str) -> World:
        """The relation does not have this column."""
        parts = [str(Relation.parse(relation)), str(Ident(column))]
        return self._script(parts, None, SqlError("42703", "column does not exist"))

    def denied(self, relation: str) -> World:
        """The grant does not open this relation."""
        name = Relation.parse(relation)
        return self.answer(str(name), Denied(f"permission denied for table {name.name.name}"))

    def limited(self, sql: str, what: str, allowed: int) -> World:
        """A limit of the grant ends every statement that holds this SQL."""
        return self.answer(sql, LimitHit(what, allowed))

    def budget(self, rows: int, bytes: int, statements: int, millis: int) -> World:
        """What `remaining` says, however much is asked."""
        self._left = (rows, bytes, statements, millis)
        return self

    def evidence(self, **facts: Any) -> World:
        """What each function of `evidence` gives, by its name: `relations=[...]`, `get_dump=...`."""
        self._evidence |= facts
        return self

    def _script(self, parts: list[str], params: tuple[object, ...] | None, answer: object) -> World:
        self._scripts.append(([_spaced(part) for part in parts], params, answer))
        return self

    def _answer_for(self, sql: str, params: tuple[object, ...]) -> object:
        for parts, wanted, answer in self._scripts:
            if (wanted is None or wanted == params) and all(part in _spaced(sql) for part in parts):
                return answer
        raise AssertionError(f"the world of this test has no answer for\n  {_spaced(sql)}\n  {params!r}")


@dataclass
class Seen:
    """What came of a check in a world. The assertions end the test with all that the check said."""

    findings: list[Finding]
    metrics: list[tuple[str, float]]
    reason: str | None
    asked: list[tuple[str, tuple[object, ...]]]
    log: list[tuple[str, str]]

    @property
    def failed(self) -> list[tuple[str, str]]:
        """Rule and subject of every finding that fails; an empty subject is the check as a whole."""
        return [(f.rule, f.subject or "") for f in self.findings if f.status == FAIL]

    @property
    def status(self) -> str:
        """What the host makes of it: the worst finding wins, and a check without one could not look."""
        seen = {finding.status for finding in self.findings}
        return FAIL if FAIL in seen else PASS if seen == {PASS} else COULD_NOT_LOOK

    def passes(self) -> Seen:
        """Asserts that there is a finding, and that all pass."""
        assert self.status == PASS, self._told()
        return self

    def fails(self, rule: str) -> Finding:
        """Asserts that a finding of this rule fails, and gives the first one."""
        for finding in self.findings:
            if finding.rule == rule and finding.status == FAIL:
                return finding
        raise AssertionError(f"no finding of the rule {rule} fails; {self._told()}")

    def could_not_look(self, why: str) -> Seen:
        """Asserts that the check could not look, nothing failed, and the reason, or a rule, has this text in it."""
        assert self.status == COULD_NOT_LOOK, self._told()
        rules = [f.rule for f in self.findings if f.status == COULD_NOT_LOOK]
        assert any(why in text for text in [self.reason or "", *rules]), f"`{why}` is not why; {self._told()}"
        return self

    def _told(self) -> str:
        lines = [f"the check could not look: {self.reason}" if self.reason else f"the check saw {len(self.findings)}:"]
        return "\n  ".join([*lines, *map(repr, self.findings), *map(repr, self.asked), *map(repr, self.log)])


def run(check: Any, of: World) -> Seen:
    """Runs a check in a world, as the host would: its settings are read, its findings held to the contract."""
    scripted = _Scripted(of)
    before = world.enter(scripted)
    findings, reason = Findings(), None
    try:
        findings = checks.run(check)
        _hold_to_the_contract(findings)
    except CouldNotLook as error:
        if isinstance(error.__cause__, AssertionError):
            raise error.__cause__
        findings, reason = Findings(), str(error)
    finally:
        world.enter(before)
    return Seen(findings.findings, findings.metrics, reason, scripted.asked, scripted.written)


def _hold_to_the_contract(findings: Findings) -> None:
    """The host refuses a report that breaks the contract in wit/checker.wit, and so does a test."""
    for name in [f.rule for f in findings.findings] + [name for name, _ in findings.metrics]:
        if len(name) > 64 or not _NAME.fullmatch(name):
            raise CouldNotLook(f"the name `{name}` is not kebab-case of at most 64 characters")
    for name, value in findings.metrics:
        if not math.isfinite(value):
            raise CouldNotLook(f"the metric {name} is not a finite number")
    for finding in findings.findings:
        values.to_case(finding.expected), values.to_case(finding.actual)


class _Scripted:
    """Stands where the host stands in a drill."""

    def __init__(self, of: World) -> None:
        self.of = of
        self.asked: list[tuple[str, tuple[object, ...]]] = []
        self.written: list[tuple[str, str]] = []

    def settings(self) -> str:
        return self.of._settings

    def log(self, level: str, message: str) -> None:
        self.written.append((level, message))

    def remaining(self) -> tuple[int, int, int, int]:
        return self.of._left

    def evidence(self) -> Any:
        facts = {name: (lambda *_, given=given: given) for name, given in self.of._evidence.items()}
        pages = self.of._evidence.get("objects")
        if pages is not None:
            facts["objects"] = lambda _side, after, most: pages[after:after + most]
        return SimpleNamespace(Side=SimpleNamespace(DUMP="dump", REFERENCE="reference"), **facts)

    def scalar(self, sql: str, params: tuple[object, ...]) -> object:
        _, pages = self.open(sql, params, 1)
        for page in pages:
            return page[0][0]
        return None

    def open(self, sql: str, params: tuple[object, ...], most: int) -> tuple[list[str], Iterator[list[Any]]]:
        for value in params:
            values.to_case(value)
        self.asked.append((sql, params))
        answer = self.of._answer_for(sql, params)
        if isinstance(answer, QueryError):
            raise answer
        rows = answer if isinstance(answer, Rows) else Rows(["value"], [[answer]])
        return rows.columns, _pages(rows, most)


def _pages(answer: Rows, most: int) -> Iterator[list[Any]]:
    rows = [list(row) for row in answer.rows]
    for at in range(0, len(rows), most):
        yield rows[at:at + most]
    if answer.then is not None:
        raise answer.then


def _spaced(sql: str) -> str:
    return " ".join(sql.split())
