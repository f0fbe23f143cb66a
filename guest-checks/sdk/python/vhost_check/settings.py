"""The plan's table `[checks.<name>]`."""

from __future__ import annotations

import dataclasses
import enum
import json
from datetime import date
from decimal import Decimal
from typing import Any, Literal, TypeVar, get_args, get_origin

from . import typed
from .errors import CouldNotLook
from .names import Ident, NotAName, Relation

T = TypeVar("T")

_PLAIN = {bool: "true or false", int: "an integer", str: "a string"}
_WORDS = {bool: "a boolean", int: "an integer", str: "a string", Decimal: "a number", list: "a list", dict: "a table",
          type(None): "nothing"}


class _Unfit(Exception):
    """What is wrong, and where."""


def read(cls: type[T], text: str) -> T:
    """Reads settings from JSON text into a dataclass. A key that is no field is an error: a misspelt one would assert
    nothing."""
    try:
        return _table(cls, json.loads(text, parse_float=Decimal), "")
    except _Unfit as error:
        raise CouldNotLook(f"settings: {error}") from error


def _table(cls: Any, given: object, place: str) -> Any:
    if not isinstance(given, dict):
        raise _unfit(given, "a table", place)
    hints, held = typed.hints(cls), {}
    known = {field.name.replace("_", "-"): field for field in dataclasses.fields(cls)}
    known |= {field.name: field for field in dataclasses.fields(cls)}
    for key, value in given.items():
        inner = f"{place}.{key}" if place else key
        if key not in known:
            raise _Unfit(f"nothing reads `{inner}`; remove or correct it in the plan")
        held[known[key].name] = _value(hints[known[key].name], value, inner)
    for field in dataclasses.fields(cls):
        default = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        if default and field.name not in held:
            raise _Unfit(f"`{f'{place}.' if place else ''}{field.name}` is missing; write it in the plan")
    return cls(**held)


def _value(hint: Any, given: Any, place: str) -> Any:
    alternatives = typed.optional(hint)
    if alternatives is not None:
        return _first(alternatives, given, place)
    origin = get_origin(hint)
    if hint is Any:
        return given
    if origin is Literal:
        if given in get_args(hint) and type(given) in map(type, get_args(hint)):
            return given
        raise _unfit(given, "one of " + ", ".join(map(repr, get_args(hint))), place)
    if origin in (list, tuple, set, frozenset):
        if not isinstance(given, list):
            raise _unfit(given, "a list", place)
        inner = get_args(hint)[0]
        return origin(_value(inner, item, f"{place}[{at}]") for at, item in enumerate(given))
    if origin is dict:
        if not isinstance(given, dict):
            raise _unfit(given, "a table", place)
        key, inner = get_args(hint)
        return {_value(key, k, f"{place}.{k}"): _value(inner, v, f"{place}.{k}") for k, v in given.items()}
    return _one(hint, given, place)


def _one(hint: Any, given: Any, place: str) -> Any:
    if hint in _PLAIN:
        if type(given) is hint:
            return given
        raise _unfit(given, _PLAIN[hint], place)
    if hint in (float, Decimal):
        if type(given) in (int, Decimal):
            return hint(given)
        raise _unfit(given, "a number", place)
    if hint is type(None):
        if given is None:
            return None
        raise _unfit(given, "nothing", place)
    if dataclasses.is_dataclass(hint) and hint not in (Ident, Relation):
        return _table(hint, given, place)
    if not isinstance(given, str):
        raise _unfit(given, "a string", place)
    try:
        if hint is Ident or isinstance(hint, type) and issubclass(hint, enum.Enum):
            return hint(given)
        if hint is Relation:
            return Relation.parse(given)
        if hint is date:
            return date.fromisoformat(given)
    except (NotAName, ValueError) as error:
        raise _Unfit(f"`{place}`: {error}") from error
    raise TypeError(f"a setting cannot be of the type {typed.shown(hint)}")


def _first(alternatives: list[Any], given: object, place: str) -> Any:
    """The first that fits; the error of the last that is not None."""
    failed: _Unfit | None = None
    for alternative in alternatives:
        try:
            return _value(alternative, given, place)
        except _Unfit as error:
            failed = error if alternative is not type(None) or failed is None else failed
    raise failed or _Unfit(f"`{place}` fits nothing")


def _unfit(given: object, wanted: str, place: str) -> _Unfit:
    # The value is not told: a plan may hold what a report should not.
    return _Unfit(f"`{place}` is {_WORDS.get(type(given), 'something else')}; write {wanted}")
