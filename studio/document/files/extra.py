"""What OpenRaster has no words for, as JSON beside it: words and parameters, masks, regions, requests, selection."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

from studio.document.editing.plan import Choices, Fill
from studio.document.files.control import control_entry
from studio.document.files.snapshot import Snapshot
from studio.document.layers import (
    MASK_COLOUR,
    AreaLayer,
    ControlLayer,
    GeneratedLayer,
    Group,
    Layer,
    MaskLayer,
    PaintLayer,
    RegionLayer,
    walk,
)
from studio.document.recipe import Recipe
from studio.document.tiles import Tiles
from studio.prompts.styles import Style
from studio.request.errors import BadInput
from studio.request.family import Model
from studio.request.geometry import Rect, Size
from studio.request.pixels import Pixels
from studio.request.record import from_record, pixels_of, to_record
from studio.request.request import GenerationRequest
from studio.request.sampling import Sampler

EXTRA = "sfumato/document.json"
AREAS = "sfumato/areas/"
PIXELS = "sfumato/pixels/"
FORMAT = 1
Json = dict[str, Any]


# writing


def extra_of(snapshot: Snapshot, planes: dict[str, Tiles]) -> Json:
    """Our part of a file. planes: filled with what has to be written below `AREAS`, by name."""
    areas: list[Json] = []
    controls: list[Json] = []
    for parent, at, layer in _places("", snapshot.layers):
        if isinstance(layer, AreaLayer | ControlLayer):
            planes[layer.id] = layer.tiles
            bounds, place = layer.bounds(), {"parent": parent, "at": at}
            if isinstance(layer, ControlLayer):
                controls.append({**control_entry(layer), "x": bounds.x, "y": bounds.y, **place})
            else:
                areas.append({**_area(layer), "x": bounds.x, "y": bounds.y, **place})
    extra: Json = {
        "format": FORMAT,
        "model": vars(snapshot.model).copy(),
        "recipe": extra_recipe(snapshot.recipe),
        "active": snapshot.active,
        "areas": areas,
        "controls": controls,
        "guides": [list(guide) for guide in snapshot.guides],
        "layers": {layer.id: entry for layer in walk(snapshot.layers) if (entry := _layer(layer))},
    }
    if snapshot.selection is not None:
        planes["selection"] = snapshot.selection
        bounds = snapshot.selection.bounds()
        extra["selection"] = [bounds.x, bounds.y]
    return extra


def pixels_in(snapshot: Snapshot) -> dict[str, Pixels]:
    """Candidates, sources and masks of generated layers, by the name of their entry."""
    found: dict[str, Pixels] = {}
    for layer in walk(snapshot.layers):
        if isinstance(layer, GeneratedLayer):
            found.update({f"{PIXELS}{digest}.png": pixels for digest, pixels in held_by(layer).items()})
    return found


def held_by(layer: GeneratedLayer) -> dict[str, Pixels]:
    """All pixels that a generated layer remembers, by digest."""
    held = {} if layer.request is None else pixels_of(layer.request)
    others = layer.candidates if layer.selection is None else (*layer.candidates, layer.selection)
    return held | {pixels.digest: pixels for pixels in others}


def making_of(layer: GeneratedLayer) -> Json:
    """How a generated layer was made; its pixels by digest."""
    return {
        "request": None if layer.request is None else to_record(layer.request),
        "area": list(layer.area),
        "candidates": [pixels.digest for pixels in layer.candidates],
        "chosen": layer.chosen,
        "mode": layer.mode,
        "selection": None if layer.selection is None else layer.selection.digest,
        "origins": list(layer.origins),
        **({} if layer.choices is None else {"choices": vars(layer.choices).copy()}),
    }


def _places(parent: str, layers: tuple[Layer, ...]) -> Iterator[tuple[str, int, Layer]]:
    """Each layer with the id of its group ("" at the top) and its place among its siblings."""
    for at, layer in enumerate(layers):
        yield parent, at, layer
        if isinstance(layer, Group):
            yield from _places(layer.id, layer.children)


def _area(layer: AreaLayer) -> Json:
    entry: Json = {
        "id": layer.id,
        "name": layer.name,
        "visible": layer.visible,
        "locked": layer.locked,
        "opacity": layer.opacity,
        "colour": layer.colour,
    }
    if isinstance(layer, MaskLayer):
        entry |= {"kind": "mask", "noise": layer.noise, "limit": layer.limit}
    elif isinstance(layer, RegionLayer):
        entry |= {"kind": "region", "prompt": layer.prompt, "negative": layer.negative}
    return entry


def _layer(layer: Layer) -> Json:
    entry: Json = {}
    if isinstance(layer, PaintLayer) and layer.alpha_locked:
        entry["alpha_locked"] = True
    if isinstance(layer, PaintLayer) and layer.origin:
        entry["origin"] = layer.origin
    if isinstance(layer, GeneratedLayer):
        entry["generated"] = making_of(layer)
    return entry


def extra_recipe(recipe: Recipe) -> Json:
    return {
        **vars(recipe),
        "style": None if recipe.style is None else vars(recipe.style).copy(),
        "size": None if recipe.size is None else list(recipe.size),
        "sampler": None if recipe.sampler is None else recipe.sampler.name,
    }


# reading

Plane = Callable[[str, int, int], Tiles]  # the plane of an entry below AREAS, with its corner at x, y
Found = Callable[[str], Pixels | None]  # the pixels of a digest


def recipe_of(entry: Mapping[str, Any]) -> Recipe:
    """What is missing or makes no sense takes its default."""
    fields: Json = {}
    for name, kinds in _KINDS.items():
        value = entry.get(name)
        if isinstance(value, kinds) and (bool in kinds or not isinstance(value, bool)):
            fields[name] = value
    style, size, sampler = entry.get("style"), entry.get("size"), entry.get("sampler")
    if isinstance(style, dict):
        texts = {key: str(value) for key, value in cast("Json", style).items() if key in ("name", "prompt", "negative")}
        fields["style"] = Style(**texts) if {"name", "prompt"} <= texts.keys() else None
    if isinstance(size, list) and len(cast("list[Any]", size)) == 2:
        fields["size"] = Size(*(int(side) for side in cast("list[Any]", size)))
    if isinstance(sampler, str):
        try:
            fields["sampler"] = Sampler.named(sampler)
        except BadInput:
            fields["sampler"] = None
    return Recipe(**fields)


_KINDS: dict[str, tuple[type, ...]] = {
    "prompt": (str,),
    "negative": (str,),
    "steps": (int,),
    "guidance": (int, float),
    "seed": (int,),
    "seed_locked": (bool,),
    "count": (int,),
    "strength": (int, float),
    "codec": (str,),
    "fill": (str,),
    "context": (str,),
    "seamless": (bool,),
    "shortcuts": (bool,),
}


def model_named(entry: object, model: Model, models: Sequence[Model]) -> Model:
    """The model that a file was made with, if this machine has it; else `model`."""
    wanted = cast("Json", entry) if isinstance(entry, dict) else {}
    same = (known for known in models if known.reference.name == wanted.get("name"))
    return next((known for known in same if known.reference.family == wanted.get("family")), model)


def area_layer(entry: Mapping[str, Any], plane: Plane) -> AreaLayer:
    """A mask or region. Raises KeyError, TypeError or ValueError when the entry is damaged."""
    common: Json = {
        "id": str(entry["id"]),
        "name": str(entry["name"]),
        "visible": bool(entry.get("visible", True)),
        "locked": bool(entry.get("locked", False)),
        "opacity": float(entry.get("opacity", 0.5)),
        "colour": str(entry.get("colour", MASK_COLOUR)),
        "tiles": plane(str(entry["id"]), int(entry["x"]), int(entry["y"])),
    }
    if entry["kind"] == "region":
        return RegionLayer(**common, prompt=str(entry.get("prompt", "")), negative=str(entry.get("negative", "")))
    return MaskLayer(**common, noise=float(entry.get("noise", 0)), limit=float(entry.get("limit", 1)))


def with_extra(layer: PaintLayer, entry: Mapping[str, Any], found: Found) -> PaintLayer:
    """A picture layer with what we know about it. Raises KeyError, TypeError or ValueError for a damaged entry."""
    layer = replace(layer, alpha_locked=bool(entry.get("alpha_locked", False)), origin=str(entry.get("origin", "")))
    made = entry.get("generated")
    if not isinstance(made, dict):
        return layer
    shown = {name: getattr(layer, name) for name in layer.__dataclass_fields__}
    return GeneratedLayer(**shown, **making_in(cast("Json", made), found))


def making_in(entry: Json, found: Found) -> Json:
    """The fields of a generated layer as `making_of` wrote them. Raises KeyError, TypeError, ValueError or BadInput."""
    candidates = tuple(pixels for digest in entry["candidates"] if (pixels := found(str(digest))) is not None)
    selection = entry.get("selection")
    return {
        "request": _request(entry.get("request"), found),
        "area": Rect(*(int(part) for part in entry["area"])),
        "candidates": candidates,
        "chosen": min(int(entry.get("chosen", 0)), max(0, len(candidates) - 1)),
        "mode": str(entry.get("mode", "")),
        "selection": None if selection is None else found(str(selection)),
        "origins": tuple(str(digest) for digest in entry.get("origins", ())),
        "choices": None if (choices := entry.get("choices")) is None else _choices(choices),
    }


def _choices(entry: Json) -> Choices:
    return Choices(Fill(entry["fill"]).value, str(entry["context"]), bool(entry["seamless"]))


def _request(record: Any, found: Found) -> GenerationRequest | None:
    return None if record is None else from_record(cast("Json", record), found)
