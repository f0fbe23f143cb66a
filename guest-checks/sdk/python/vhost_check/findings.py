"""What a check saw."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Iterator, Union

from .errors import CouldNotLook, LimitHit, QueryError, SqlError
from .names import Relation, Subject

PASS, FAIL, COULD_NOT_LOOK = "pass", "fail", "could-not-look"

# None is all that the check looked at.
About = Union[Relation, Subject, None]


@dataclass(frozen=True)
class Finding:
    """One thing seen. Without the grant `report = "values"`, only counts and booleans of it reach the report."""

    rule: str
    status: str
    subject: str | None
    expected: object
    actual: object


class Findings:
    """Collects what a check saw. `rule` is a stable kebab-case name of what is asserted."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.metrics: list[tuple[str, float]] = []

    def expect_eq(self, rule: str, about: About, expected: object, actual: object) -> None:
        """Passes where `actual` is `expected`, and fails otherwise."""
        self._add(rule, about, actual == expected and type(actual) is type(expected), expected, actual)

    def expect(self, rule: str, about: About, actual: bool) -> None:
        """Passes where `actual` is true."""
        self._add(rule, about, actual is True, True, actual)

    def expect_none(self, rule: str, about: About, count: int) -> None:
        """Passes where nothing was counted."""
        self.expect_eq(rule, about, 0, count)

    def expect_at_least(self, rule: str, about: About, least: Any, actual: Any) -> None:
        """Passes where `actual` is `least` or more. None is neither."""
        self._add(rule, about, actual is not None and actual >= least, least, actual)

    def expect_at_most(self, rule: str, about: About, most: Any, actual: Any) -> None:
        """Passes where `actual` is `most` or less. None is neither."""
        self._add(rule, about, actual is not None and actual <= most, most, actual)

    def expect_between(self, rule: str, about: About, least: Any, most: Any, actual: Any) -> None:
        """Passes where `actual` is one of the bounds or between them; the bound that is broken is what was expected."""
        if actual is not None and actual <= most:
            self.expect_at_least(rule, about, least, actual)
        else:
            self.expect_at_most(rule, about, most, actual)

    def could_not_look(self, rule: str, about: About) -> None:
        """Says that this could not be looked at: the check does not pass."""
        self._push(Finding(rule, COULD_NOT_LOOK, _text(about), None, None))

    def metric(self, name: str, value: float) -> None:
        """A number worth keeping, by a kebab-case name."""
        self.metrics.append((name, float(value)))

    @contextmanager
    def about(self, relation: Relation) -> Iterator[None]:
        """Looks at one relation. That the relation, or a column which is asked for, is not in the restored database is
        a finding that fails (rules `relation-exists` and `columns-exist`): the backup does not hold it. Every other
        error, permission denied among them, is a check that could not look."""
        try:
            yield
        except SqlError as error:
            if error.is_missing_relation:
                self.expect("relation-exists", relation, False)
            elif error.is_missing_column:
                self.expect("columns-exist", relation, False)
            else:
                raise CouldNotLook(f"{relation.plain}: {error}") from error
        except LimitHit:
            # `within_limits` around this one is to see which it was.
            raise
        except QueryError as error:
            raise CouldNotLook(f"{relation.plain}: {error}") from error

    @contextmanager
    def within_limits(self, about: About) -> Iterator[None]:
        """Keeps what was seen where a limit of the grant ends the look; a finding `within-limits` says that it did."""
        try:
            yield
        except LimitHit as hit:
            self._push(Finding("within-limits", COULD_NOT_LOOK, _text(about), hit.allowed, None))

    def _add(self, rule: str, about: About, holds: bool, expected: object, actual: object) -> None:
        self._push(Finding(rule, PASS if holds else FAIL, _text(about), expected, actual))

    def _push(self, finding: Finding) -> None:
        self.findings.append(finding)


def _text(about: About) -> str | None:
    if about is None:
        return None
    if isinstance(about, Relation):
        return about.plain
    if isinstance(about, Subject):
        return about.text
    raise TypeError(f"a finding is about a Relation, a Subject or None, not about a {type(about).__name__}")
