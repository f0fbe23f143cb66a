"""Values of the database and of Python.

| column | Python |
|---|---|
| `boolean` | `bool` |
| `smallint`, `integer`, `bigint`, `oid` | `int` |
| `real`, `double precision` | `float` |
| `numeric` | `decimal.Decimal` |
| text, names | `str` |
| `bytea` | `bytes` |
| `json`, `jsonb` | what `json.loads` gives, numbers with a fraction as `Decimal` |
| `uuid` | `uuid.UUID` |
| `date`, `timestamp` | `datetime.date`, `datetime.datetime` without a zone; `Beyond` where those cannot hold it |
| `timestamp with time zone` | `datetime.datetime` in UTC; `Beyond` |
| `interval` | `datetime.timedelta`; `Interval` where it has months |
| null | `None` |
| enums, arrays, every other type | `Other`: Postgres' own text |

Parameters go the same way back. A `dict` is sent as json; a list must say what it is meant to be.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, Callable
from uuid import UUID

# One value as the boundary has it: the name of its case in wit/types.wit, and what the case holds.
Case = tuple[str, Any]

_LEAST, _GREATEST = -(2**63), 2**63 - 1


@dataclass(frozen=True)
class Json:
    """A parameter of type json or jsonb, for what is no `dict`."""

    value: Any


@dataclass(frozen=True)
class Other:
    """Postgres' own text of a type that Python has no word for, such as `Other("integer[]", "{1,2}")`."""

    type_name: str
    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Interval:
    """An interval with months, which have no fixed length."""

    months: int
    days: int
    micros: int


@dataclass(frozen=True)
class Beyond:
    """A date or a moment that `datetime` cannot hold: an infinity, or a year outside 1 to 9999.

    `kind` is `date`, `timestamp` or `timestamptz`; `at` is `infinity`, `-infinity`, or year, month, day, hour, minute,
    second and microsecond, where the year 0 is 1 BC. Comparing one with a `datetime` is an error, not a surprise.
    """

    kind: str
    at: str | tuple[int, int, int, int, int, int, int]


def to_case(value: object) -> Case:
    """A parameter, or a finding's value, as the boundary has it; `TypeError` for what it has no case for."""
    for kind, case in _CASES:
        if isinstance(value, kind):
            return case(value)
    raise TypeError(
        f"a {type(value).__name__} is no value of the database: pass Json(...) for json, "
        'Other("integer[]", "{1,2}") for a type by its name, or str, int, bool, float, Decimal, bytes, UUID, date, '
        "datetime, timedelta, None"
    )


def from_case(case: str, held: Any) -> object:
    """What a check gets of a value of the boundary."""
    return _PYTHON[case](held)


def _int(value: int) -> Case:
    # Beyond eight bytes no integer column can hold it; numeric can.
    return ("int", int(value)) if _LEAST <= value <= _GREATEST else ("numeric", str(int(value)))


def _numeric(value: Decimal) -> Case:
    if value.is_nan():
        return ("numeric", "NaN")
    if value.is_infinite():
        return ("numeric", "Infinity" if value > 0 else "-Infinity")
    return ("numeric", format(value, "f"))


def _moment(value: datetime) -> Case:
    kind = "timestamp"
    if value.tzinfo is not None:
        kind, value = "timestamptz", value.astimezone(timezone.utc)
    at = (value.year, value.month, value.day, value.hour, value.minute, value.second, value.microsecond)
    return (kind, at)


def _interval(value: timedelta) -> Case:
    return ("interval", (0, value.days, value.seconds * 1_000_000 + value.microseconds))


def _dumped(value: object) -> str:
    return json.dumps(value, default=_number, allow_nan=False, ensure_ascii=False)


def _number(value: object) -> object:
    if isinstance(value, Decimal) and value.is_finite():
        whole = int(value)
        return whole if value == whole else float(value)
    raise TypeError(f"a {type(value).__name__} is no part of json")


# A bool is an int and a datetime is a date, so their order matters.
_CASES: list[tuple[type, Callable[[Any], Case]]] = [
    (type(None), lambda _: ("null", None)),
    (bool, lambda value: ("boolean", value)),
    (int, _int),
    (float, lambda value: ("float", float(value))),
    (Decimal, _numeric),
    (str, lambda value: ("text", str(value))),
    ((bytes, bytearray, memoryview), lambda value: ("bytes", bytes(value))),  # type: ignore[list-item]
    (UUID, lambda value: ("uuid", str(value))),
    (datetime, _moment),
    (date, lambda value: ("date", (value.year, value.month, value.day, 0, 0, 0, 0))),
    (timedelta, _interval),
    (dict, lambda value: ("json", _dumped(value))),
    (Json, lambda value: ("json", _dumped(value.value))),
    (Interval, lambda value: ("interval", (value.months, value.days, value.micros))),
    (Beyond, lambda value: (value.kind, value.at)),
    (Other, lambda value: ("other", (value.type_name, value.text))),
]


def _read_moment(kind: str, at: Any) -> object:
    if isinstance(at, str) or not 1 <= at[0] <= 9999:
        return Beyond(kind, at)
    if kind == "date":
        return date(*at[:3])
    return datetime(*at, tzinfo=timezone.utc if kind == "timestamptz" else None)


def _read_interval(held: tuple[int, int, int]) -> object:
    months, days, micros = held
    return Interval(months, days, micros) if months else timedelta(days=days, microseconds=micros)


def _same(held: object) -> object:
    return held


_PYTHON: dict[str, Callable[[Any], object]] = {
    "null": lambda _: None,
    "boolean": _same,
    "int": _same,
    "float": _same,
    "numeric": Decimal,
    "text": _same,
    "bytes": bytes,
    "json": lambda text: json.loads(text, parse_float=Decimal),
    "uuid": UUID,
    "date": lambda at: _read_moment("date", at),
    "timestamp": lambda at: _read_moment("timestamp", at),
    "timestamptz": lambda at: _read_moment("timestamptz", at),
    "interval": _read_interval,
    "other": lambda held: Other(*held),
}
