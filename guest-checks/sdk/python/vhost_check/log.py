"""Notes for the person who reads the report.

They are bounded by the grant, and their text reaches the report under the grant `report = "values"` alone. A check that
writes some has `log` among the `interfaces` of its check.toml.
"""

from __future__ import annotations

from . import world


def debug(message: str) -> None:
    world.current().log("debug", message)


def info(message: str) -> None:
    world.current().log("info", message)


def warn(message: str) -> None:
    world.current().log("warn", message)


def error(message: str) -> None:
    world.current().log("error", message)
