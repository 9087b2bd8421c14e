"""A scene as a value: what is in the picture, before it is painted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from studio.training.scenes.world import COUNTS

_OTHER_SIDE = {"left": "right", "right": "left"}


@dataclass(frozen=True)
class Thing:
    """Something in a scene. `count` 1 to 3, or 4 for many; many things and small ones are spread (position None)."""

    kind: str
    colour: str | None = None
    count: int = 1
    position: str | None = None
    distance: str = "near"
    shape: str | None = None

    @property
    def far(self) -> bool:
        """It stands in the distance and is small."""
        return self.distance == "far"

    @property
    def how_many(self) -> str:
        """The word of `world.COUNTS`."""
        return COUNTS[self.count - 1]


@dataclass(frozen=True)
class Scene:
    """Everything that words can say about a picture. How it is painted in detail follows from the renderer's seed."""

    place: str
    time: str
    style: str
    weather: str = "clear"
    hue: str | None = None
    things: tuple[Thing, ...] = ()
    palette: int = 0  # which of two palettes of the sky
    flipped: bool = False  # painted the other way round

    def thing(self, kind: str) -> Thing | None:
        """The scene's thing of that kind; there is at most one entry a kind."""
        return next((thing for thing in self.things if thing.kind == kind), None)

    def mirrored(self) -> Scene:
        """The same scene seen in a mirror: left is right."""
        things = tuple(replace(t, position=_OTHER_SIDE.get(t.position or "", t.position)) for t in self.things)
        return replace(self, things=things, flipped=not self.flipped)


def to_json(scene: Scene) -> dict[str, Any]:
    """Plain JSON, read back by `from_json`."""
    return asdict(scene)


def from_json(entry: Mapping[str, Any]) -> Scene:
    """Raises TypeError on entries that are not a scene's."""
    fields = dict(entry)
    fields["things"] = tuple(Thing(**thing) for thing in fields.get("things", ()))
    return Scene(**fields)
