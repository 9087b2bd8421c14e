"""All of a document but its tiles as JSON: for the journal, which keeps tiles one by one beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from studio.document.blend import Blend
from studio.document.files.control import steer_entry, steer_of
from studio.document.files.extra import extra_recipe, making_in, making_of, recipe_of
from studio.document.files.snapshot import Snapshot
from studio.document.layers import (
    AreaLayer,
    ControlLayer,
    GeneratedLayer,
    Group,
    Layer,
    MaskLayer,
    PaintLayer,
    Plane,
    RegionLayer,
)
from studio.document.recipe import Recipe
from studio.document.tiles import Tiles
from studio.request.geometry import Size
from studio.request.pixels import Pixels

Json = dict[str, Any]
KINDS: dict[str, type[Layer]] = {
    "group": Group,
    "paint": PaintLayer,
    "generated": GeneratedLayer,
    "mask": MaskLayer,
    "region": RegionLayer,
    "control": ControlLayer,
}
_FIELDS: tuple[tuple[type[Layer], tuple[str, ...]], ...] = (
    (Layer, ("id", "name", "visible", "locked", "opacity")),
    (Group, ("isolate",)),
    (Plane, ("x", "y")),
    (PaintLayer, ("alpha_locked", "origin")),
    (AreaLayer, ("colour",)),
    (MaskLayer, ("noise", "limit")),
    (RegionLayer, ("prompt", "negative")),
    (ControlLayer, ("source", "overlay")),
)


def state_of(snapshot: Snapshot) -> Json:
    return {
        "size": list(snapshot.size),
        "layers": [_layer(layer) for layer in snapshot.layers],
        "active": snapshot.active,
        "guides": [list(guide) for guide in snapshot.guides],
        "selected": snapshot.selection is not None,
        "recipe": extra_recipe(snapshot.recipe),
        "model": vars(snapshot.model).copy(),
    }


def _layer(layer: Layer) -> Json:
    entry: Json = {"kind": next(name for name, kind in KINDS.items() if type(layer) is kind)}
    for kind, names in _FIELDS:
        if isinstance(layer, kind):
            entry |= {name: getattr(layer, name) for name in names}
    entry |= {"blend": layer.blend.value, "foreign": dict(layer.foreign)}
    if isinstance(layer, Group):
        entry["children"] = [_layer(child) for child in layer.children]
    if isinstance(layer, GeneratedLayer):
        entry |= making_of(layer)
    if isinstance(layer, ControlLayer):
        entry["steer"] = steer_entry(layer.steer)
    return entry


def layer_of(entry: Json, tiles: Callable[[str], Tiles], pixels: Callable[[str], Pixels | None]) -> Layer:
    """A layer as `state_of` wrote it. tiles: the plane of a layer's id. Raises KeyError or BadInput if damaged."""
    kind = KINDS[entry["kind"]]
    fields: Json = {
        name: entry[name] for of, names in _FIELDS if issubclass(kind, of) for name in names if name in entry
    }
    fields |= {"blend": Blend(entry["blend"]), "foreign": entry["foreign"]}
    if issubclass(kind, Group):
        children = cast("list[Json]", entry["children"])
        fields["children"] = tuple(layer_of(child, tiles, pixels) for child in children)
    if issubclass(kind, Plane):
        fields["tiles"] = tiles(entry["id"])
    if issubclass(kind, GeneratedLayer):
        fields |= making_in(entry, pixels)
    if issubclass(kind, ControlLayer):
        fields["steer"] = steer_of(entry["steer"])
    return kind(**fields)


def is_area(entry: Json) -> bool:
    return issubclass(KINDS[entry["kind"]], AreaLayer)


def size_of(state: Json) -> Size:
    return Size(*state["size"])


def recipe_in(state: Json) -> Recipe:
    return recipe_of(cast("Mapping[str, Any]", state["recipe"]))


def planes_in(layers: list[Json]) -> dict[str, Json]:
    """The entries of all layers with content, by id."""
    found: dict[str, Json] = {}
    for entry in layers:
        if entry["kind"] == "group":
            found |= planes_in(entry["children"])
        else:
            found[entry["id"]] = entry
    return found
