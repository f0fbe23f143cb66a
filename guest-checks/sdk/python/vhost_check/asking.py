"""Questions to the restored database."""

from __future__ import annotations

import dataclasses
from collections import namedtuple
from dataclasses import dataclass
from typing import Any, Iterator, TypeVar, overload

from . import typed, world
from .errors import QueryError, WrongType

# Large enough that crossing the boundary costs little, small enough that a page of wide rows stays small.
PAGE_ROWS = 512

R = TypeVar("R")


@dataclass(frozen=True)
class Budget:
    """What is left of the grant."""

    rows: int
    bytes: int
    statements: int
    millis: int


def scalar(sql: str, *params: object) -> Any:
    """The first column of the first row; None where there is no row."""
    return world.current().scalar(sql, params)


@overload
def query(sql: str, *params: object) -> Iterator[Any]: ...
@overload
def query(sql: str, *params: object, row: type[R]) -> Iterator[R]: ...
def query(sql: str, *params: object, row: Any = None) -> Iterator[Any]:
    """All rows as named tuples, or as `row`, a dataclass whose fields are columns; fetched as they are asked for.

        for entry in query("SELECT id, amount FROM books.entry WHERE period = $1", "2026-05", row=Entry): ...

    A field without a column, and a value that is not of its field's type, are errors that name the column.
    """
    columns, pages = world.current().open(sql, params, PAGE_ROWS)
    return _rows(_made(columns, row), pages)


def query_one(sql: str, *params: object, row: Any = None) -> Any:
    """The one row of a question, for example of sums; no row and more than one are errors."""
    rows = list(query(sql, *params, row=row))
    if len(rows) != 1:
        raise QueryError(f"the database answered with {len(rows)} rows instead of one")
    return rows[0]


def remaining() -> Budget:
    """What is left of the grant: a check can stop before a limit stops it."""
    return Budget(*world.current().remaining())


def _rows(made: Any, pages: Iterator[list[Any]]) -> Iterator[Any]:
    for page in pages:
        for values in page:
            yield made(values)


def _made(columns: list[str], row: Any) -> Any:
    """What makes a row of its values."""
    if row is None:
        return namedtuple("Row", columns, rename=True)._make
    if not dataclasses.is_dataclass(row):
        raise TypeError(f"{row!r} is no dataclass, whose fields could be columns")
    hints = typed.hints(row)
    places = []
    for field in dataclasses.fields(row):
        if field.name not in columns:
            # Also where it has a default: what is not asked for must not read as that.
            raise WrongType(f"the answer has no column `{field.name}` for {row.__name__}.{field.name}")
        places.append((field.name, columns.index(field.name), hints[field.name]))

    def make(values: list[Any]) -> Any:
        held = {}
        for name, place, hint in places:
            value = values[place]
            if not typed.fits(value, hint):
                found = "null" if value is None else typed.shown(type(value))
                raise WrongType(f"column `{name}`: the database answered with {found} instead of {typed.shown(hint)}")
            held[name] = value
        return row(**held)

    return make
