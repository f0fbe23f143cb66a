"""What a check asks: the host, or in tests a scripted world."""

from __future__ import annotations

from typing import Any

_current: Any = None


def enter(world: Any) -> Any:
    """Makes a world the one that is asked; gives the one before."""
    global _current
    before, _current = _current, world
    return before


def current() -> Any:
    if _current is None:
        raise RuntimeError("no world to ask: run the check in a drill, or in a test with vhost_check.testing")
    return _current
