"""Names in SQL. Values never become SQL text: they are parameters."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Mapping

# Postgres cuts longer names silently (NAMEDATALEN - 1).
LONGEST_NAME = 63


class NotAName(ValueError):
    """A name that Postgres cannot have, or not the form ``schema.relation``."""

    def __init__(self, text: str, why: str) -> None:
        super().__init__(f"`{text}` is no name: {why}")


@dataclass(frozen=True, order=True)
class Ident:
    """One name as the catalogue has it. It displays quoted, ready to be put into SQL."""

    name: str

    def __post_init__(self) -> None:
        if not self.name:
            raise NotAName(self.name, "it is empty")
        if len(self.name.encode()) > LONGEST_NAME:
            raise NotAName(self.name, f"it is longer than {LONGEST_NAME} bytes")
        if "\0" in self.name:
            raise NotAName(self.name, "it holds a zero byte")

    def __str__(self) -> str:
        return '"' + self.name.replace('"', '""') + '"'


@dataclass(frozen=True, order=True)
class Relation:
    """A table, view or materialized view by schema and name. It displays quoted, ready to be put into SQL."""

    schema: Ident
    name: Ident

    @classmethod
    def parse(cls, text: str) -> Relation:
        """Reads ``schema.relation``, each part as the catalogue has it (no quotes).

        The first dot parts them, so a relation's name may hold dots and a schema's may not.
        """
        schema, dot, name = text.partition(".")
        if not dot:
            raise NotAName(text, "write `schema.relation`")
        return cls(Ident(schema), Ident(name))

    @property
    def plain(self) -> str:
        """``schema.relation``, as a finding's subject has it."""
        return f"{self.schema.name}.{self.name.name}"

    def __str__(self) -> str:
        return f"{self.schema}.{self.name}"

    def column(self, column: Ident) -> Subject:
        return Subject(f"{self.plain}.{column.name}")

    def at(self, key: Mapping[str, object]) -> Subject:
        """One of its rows; see :meth:`Subject.at`."""
        return Subject(self.plain).at(key)


@dataclass(frozen=True)
class Subject:
    """The object of the database that a finding is about; never a row value."""

    text: str

    def at(self, key: Mapping[str, object]) -> Subject:
        """Says which row of it by a digest of its key: columns and their values. The digest is the same as that of
        checks in other languages for strings, integers, booleans and None."""
        digest = hashlib.sha256()
        for column in sorted(key):
            for part in (column, _canonical(key[column])):
                data = part.encode()
                # The length in front keeps two parts from being read as one.
                digest.update(len(data).to_bytes(8, "little") + data)
        return Subject(f"{self.text} key:{digest.hexdigest()[:16]}")


def _canonical(value: object) -> str:
    """One text for each value, unlike for unlike values."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return f"bool:{str(value).lower()}"
    if isinstance(value, int):
        return f"int:{value}"
    return f"text:{value}"
