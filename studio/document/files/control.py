"""Control layers as JSON, for files and for the journal; their pixels lie beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from studio.document.controlling import Steer
from studio.document.layers import OWN, ControlLayer
from studio.document.tiles import Tiles

Json = dict[str, Any]


def control_entry(layer: ControlLayer) -> Json:
    """Everything but the content and its place."""
    return {
        "id": layer.id,
        "name": layer.name,
        "visible": layer.visible,
        "locked": layer.locked,
        "opacity": layer.opacity,
        "source": layer.source,
        "overlay": layer.overlay,
        "steer": steer_entry(layer.steer),
    }


def control_layer(entry: Mapping[str, Any], plane: Callable[[str, int, int], Tiles]) -> ControlLayer:
    """As `control_entry` wrote it, with x and y. Raises KeyError, TypeError or ValueError when it is damaged."""
    return ControlLayer(
        id=str(entry["id"]),
        name=str(entry["name"]),
        visible=bool(entry.get("visible", True)),
        locked=bool(entry.get("locked", False)),
        opacity=min(1.0, max(0.0, float(entry.get("opacity", 0.8)))),
        source=str(entry.get("source", OWN)),
        overlay=bool(entry.get("overlay", True)),
        steer=steer_of(entry["steer"]),
        tiles=plane(str(entry["id"]), int(entry["x"]), int(entry["y"])),
    )


def steer_entry(steer: Steer) -> Json:
    return {**vars(steer), "settings": dict(steer.settings)}


def steer_of(entry: Mapping[str, Any]) -> Steer:
    """Raises TypeError or ValueError when it is damaged; what a later version adds is passed over."""
    plain = Steer()
    known: Json = {}
    for name, value in entry.items():
        if name == "settings":
            settings = cast("Mapping[str, Any]", value)
            known[name] = tuple((str(each), float(number)) for each, number in settings.items())
        elif name in Steer.__dataclass_fields__:
            known[name] = type(getattr(plain, name))(value)
    return Steer(**known)
