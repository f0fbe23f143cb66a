"""What the host recorded of this drill: facts, never secrets, never row content.

The functions are those of wit/evidence.wit, with `_` for `-`, and so are the fields of what they give:
`evidence.relations()`, `evidence.get_dump().server_version`. A check that asks has `evidence` among the `interfaces` of
its check.toml.
"""

from __future__ import annotations

from typing import Any, Iterator

from . import world

# Asked for at a time: what one call gives at most.
PORTION = 1_000


def __getattr__(name: str) -> Any:
    if name.startswith("_"):
        raise AttributeError(name)
    return getattr(world.current().evidence(), name)


def objects(of: str = "dump") -> Iterator[Any] | None:
    """Every object of the manifest of the `dump`, or of its `reference`, in the order of the dump; None where there is
    no such manifest."""
    asked = world.current().evidence()
    side = getattr(asked.Side, of.upper())
    first = asked.objects(side, 0, PORTION)
    return None if first is None else _portions(asked, side, first)


def _portions(asked: Any, side: Any, portion: list[Any]) -> Iterator[Any]:
    read = 0
    while portion:
        yield from portion
        read += len(portion)
        portion = asked.objects(side, read, PORTION) or []
