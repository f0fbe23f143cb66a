"""Values held against annotations."""

from __future__ import annotations

import types
from typing import Any, Union, get_args, get_origin, get_type_hints


def hints(cls: type) -> dict[str, Any]:
    """The annotations of a dataclass' fields, as types."""
    return get_type_hints(cls)


def optional(hint: Any) -> list[Any] | None:
    """The alternatives of `X | Y`; None of another annotation."""
    return list(get_args(hint)) if get_origin(hint) in (Union, types.UnionType) else None


def fits(value: object, hint: Any) -> bool:
    """Whether a value of the database is what an annotation says; what a list holds is not looked at."""
    if hint is Any:
        return True
    alternatives = optional(hint)
    if alternatives is not None:
        return any(fits(value, alternative) for alternative in alternatives)
    kind = get_origin(hint) or hint
    if kind is int or kind is float:
        # A bool is an int to Python, and is none to the database.
        return isinstance(value, kind) and not isinstance(value, bool)
    if kind.__name__ == "date" and kind.__module__ == "datetime":
        return type(value) is kind
    return isinstance(value, kind)


def shown(hint: Any) -> str:
    """An annotation as a person writes it."""
    alternatives = optional(hint)
    if alternatives is not None:
        return " | ".join(shown(alternative) for alternative in alternatives)
    return "None" if hint is type(None) else str(getattr(hint, "__name__", hint))
