"""The host behind the bindings that componentize-py makes of wit/. Only a component imports this."""

from __future__ import annotations

import importlib
from typing import Any, Iterator

from . import checks, errors, values, world
from .findings import COULD_NOT_LOOK, FAIL, PASS, Findings

# Looked for when the component is built: a check imports the interfaces of its check.toml and no others.
_INTERFACES = {}
for _name in ("query", "settings", "log", "evidence", "types"):
    try:
        _INTERFACES[_name] = importlib.import_module(f"wit_world.imports.{_name}")
    except ImportError:
        pass

from componentize_py_types import Err  # noqa: E402
from wit_world.exports import checker  # noqa: E402


def _interface(name: str) -> Any:
    if name not in _INTERFACES:
        raise errors.CouldNotLook(f'this check does not import `{name}`: add it to `interfaces` in its check.toml')
    return _INTERFACES[name]


class Host:
    """The world of a drill."""

    def settings(self) -> str:
        return _INTERFACES["settings"].get() if "settings" in _INTERFACES else "{}"

    def log(self, level: str, message: str) -> None:
        asked = _interface("log")
        asked.log(asked.Level[level.upper()], message)

    def evidence(self) -> Any:
        return _interface("evidence")

    def scalar(self, sql: str, params: tuple[object, ...]) -> object:
        with _Asking():
            return from_wit(_interface("query").scalar(sql, [to_wit(value) for value in params]))

    def open(self, sql: str, params: tuple[object, ...], most: int) -> tuple[list[str], Iterator[list[Any]]]:
        with _Asking():
            cursor = _interface("query").open(sql, [to_wit(value) for value in params])
        return [column.name for column in cursor.columns()], _pages(cursor, most)

    def remaining(self) -> tuple[int, int, int, int]:
        left = _interface("query").remaining()
        return left.rows_left, left.bytes_left, left.statements_left, left.millis_left


def _pages(cursor: Any, most: int) -> Iterator[list[Any]]:
    with cursor:
        while True:
            with _Asking():
                page = cursor.fetch(most)
            if not page:
                return
            yield [[from_wit(value) for value in row] for row in page]


class _Asking:
    """Raises what the boundary says as an error of this package."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, _type: Any, error: Any, _traceback: Any) -> None:
        if isinstance(error, Err):
            raise told(error.value) from None


def told(error: Any) -> errors.QueryError:
    """The error of wit/types.wit as an exception."""
    case, held = type(error).__name__.removeprefix("Error_"), error.value
    if case == "Sql":
        facts = dict(vars(held))
        return errors.SqlError(facts.pop("sqlstate"), facts.pop("message"), **facts)
    if case == "Limit":
        return errors.LimitHit(held.what.name.lower().replace("_", "-"), held.allowed)
    plain = {"Denied": errors.Denied, "BadParameter": errors.BadParameter, "Unavailable": errors.Unavailable}
    return plain[case](held)


_NAMES = {
    "null": "Null", "boolean": "Boolean", "int": "Int", "float": "Float", "numeric": "Numeric", "text": "Text",
    "bytes": "Bytes", "json": "Json", "uuid": "Uuid", "date": "Date", "timestamp": "Timestamp",
    "timestamptz": "Timestamptz", "interval": "Interval", "other": "Other",
}
_CASES = {f"Value_{name}": case for case, name in _NAMES.items()}
_PLAIN = {"boolean", "int", "float", "text"}


def to_wit(value: object) -> Any:
    """A value for the boundary."""
    types = _INTERFACES["types"]
    case, held = values.to_case(value)
    made = getattr(types, f"Value_{_NAMES[case]}")
    if case == "null":
        return made()
    if case in ("date", "timestamp", "timestamptz"):
        far = {"infinity": types.Instant_Infinity, "-infinity": types.Instant_NegInfinity}
        return made(far[held]() if held in far else types.Instant_At(types.Timestamp(*held)))
    if case == "interval":
        return made(types.Interval(*held))
    if case == "other":
        return made(types.OtherValue(*held))
    return made(held)


def from_wit(value: Any) -> object:
    """A value of the boundary."""
    case = _CASES[type(value).__name__]
    if case in _PLAIN:
        return value.value
    held = getattr(value, "value", None)
    if case in ("date", "timestamp", "timestamptz"):
        far = {"Instant_Infinity": "infinity", "Instant_NegInfinity": "-infinity"}
        held = far.get(type(held).__name__) or tuple(vars(held.value).values())
    elif case in ("interval", "other"):
        held = tuple(vars(held).values())
    return values.from_case(case, held)


def _report(findings: Findings) -> Any:
    status = {PASS: checker.Status.PASS, FAIL: checker.Status.FAIL, COULD_NOT_LOOK: checker.Status.COULD_NOT_LOOK}
    made = [
        checker.Finding(finding.rule, status[finding.status], finding.subject,
                        None if finding.status == COULD_NOT_LOOK and finding.expected is None
                        else to_wit(finding.expected),
                        None if finding.status == COULD_NOT_LOOK else to_wit(finding.actual))
        for finding in findings.findings
    ]
    return checker.Report(made, findings.metrics)


class Checker:
    """What the component exports."""

    def run(self) -> Any:
        world.enter(Host())
        try:
            return _report(checks.run(checks.exported()))
        except errors.CouldNotLook as error:
            raise Err(str(error)) from None
        except TypeError as error:
            raise Err(f"a finding cannot hold this value: {error}") from None
