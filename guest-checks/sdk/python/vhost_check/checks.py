"""A check: its settings, and one method that looks."""

from __future__ import annotations

import dataclasses
import traceback
from typing import Any, TypeVar

from . import settings, world
from .errors import CouldNotLook
from .findings import Findings

try:
    from typing import dataclass_transform
except ImportError:  # Python 3.10
    def dataclass_transform(**_: Any) -> Any:  # type: ignore[misc]
        return lambda decorator: decorator

C = TypeVar("C", bound=type)

_exported: Any = None


@dataclass_transform(kw_only_default=True, frozen_default=True)
def check(cls: C) -> C:
    """Makes a class the check that this component exports.

    Its annotated fields are its settings, read from the plan's table `[checks.<name>]`: `bool`, `int`, `float`,
    `Decimal`, `str`, `date`, `Ident`, `Relation`, an `Enum`, `Literal`, lists, tables (`dict[Ident, str]`, another
    dataclass) and `X | None` of these. A field with a default may be left out. `run(self, findings)` looks once.
    """
    global _exported
    if not callable(getattr(cls, "run", None)):
        raise TypeError(f"the check {cls.__name__} has no method run(self, findings)")
    made = dataclasses.dataclass(frozen=True, kw_only=True)(cls)
    _exported = made
    return made  # type: ignore[return-value]


def exported() -> Any:
    """The check of the module that was imported; what a component's entry runs."""
    if _exported is None:
        raise RuntimeError("no class is marked with @check")
    return _exported


def run(cls: Any) -> Findings:
    """Reads the settings and looks once. `CouldNotLook` is a check that could not, whatever it was that failed."""
    findings = Findings()
    try:
        settings.read(cls, world.current().settings()).run(findings)
    except CouldNotLook:
        raise
    except Exception as error:
        # A trap would say nothing; this says where to look, to those who may see values.
        place = traceback.extract_tb(error.__traceback__)[-1]
        raise CouldNotLook(f"{type(error).__name__}: {error} (line {place.lineno}, in {place.name})") from error
    return findings
