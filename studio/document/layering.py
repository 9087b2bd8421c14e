"""What one can do with layers: each function is one step of undo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from PySide6.QtGui import QImage, QPainter

from studio.document.blend import Blend
from studio.document.change import Change
from studio.document.compositing import compose
from studio.document.content import clear
from studio.document.document import Document
from studio.document.edits import FieldsEdit, TreeEdit, extent_of
from studio.document.images import AREA, view, writable
from studio.document.layers import (
    REGION_COLOURS,
    AreaLayer,
    ControlLayer,
    Group,
    Layer,
    MaskLayer,
    PaintLayer,
    Plane,
    RegionLayer,
    new_id,
    origin_in,
    parent_of,
    walk,
)
from studio.document.tiles import TILE_SIZE, Tiles, is_blank, keys_in, place
from studio.request.errors import Trouble

INSIDE = QPainter.CompositionMode.CompositionMode_DestinationIn


def change(document: Document, layer: Layer, text: str, **fields: Any) -> None:
    """Other values for fields of a layer, such as opacity. A drag of a slider is one step."""
    if all(getattr(layer, name) == value for name, value in fields.items()):
        return
    before = {name: getattr(layer, name) for name in fields}
    looks = Change.MASK if isinstance(layer, AreaLayer) else Change.PIXELS
    kind = Change.LAYERS if isinstance(layer, ControlLayer) else Change.LAYERS | looks
    edit = FieldsEdit(document, text, kind, layer, before=before, after=fields, extent=lambda: extent_of([layer]))
    document.push(edit)


def add_paint(document: Document) -> PaintLayer:
    layer = PaintLayer(name=fresh_name(document, "Layer"))
    document.add_layer(layer, "Add layer")
    return layer


def add_mask(document: Document) -> MaskLayer:
    """A mask; what is selected is on it from the start."""
    layer = MaskLayer(name=fresh_name(document, "Mask"))
    if document.selection is not None:
        layer.tiles = document.selection.copy()
    document.add_layer(layer, "Add mask")
    return layer


def add_region(document: Document, prompt: str = "") -> RegionLayer:
    """A region with a colour of its own; what is selected is on it from the start."""
    count = sum(isinstance(layer, RegionLayer) for layer in walk(document.layers))
    colour = REGION_COLOURS[count % len(REGION_COLOURS)]
    layer = RegionLayer(name=fresh_name(document, "Region"), prompt=prompt, colour=colour)
    if document.selection is not None:
        layer.tiles = document.selection.copy()
    document.add_layer(layer, "Add region")
    return layer


def fresh_name(document: Document, kind: str) -> str:
    """ "Layer 3": the kind with a number that no layer has yet."""
    names = {layer.name for layer in walk(document.layers)}
    return next(name for number in range(1, len(names) + 2) if (name := f"{kind} {number}") not in names)


def remove(document: Document, layer: Layer) -> None:
    """Takes a layer out. The last one leaves an empty one behind."""
    document.about_to_change.emit()
    group = _parent(document, layer)
    children = [child for child in group.children if child is not layer]
    if group is document.root and not children:
        children = [PaintLayer(name="Layer 1")]
    at = max(0, group.children.index(layer) - 1)
    active = children[min(at, len(children) - 1)] if children else group
    _rearrange(document, f"Remove {layer.name}", {group: children}, active)


def duplicate(document: Document, layer: Layer) -> Layer:
    """A copy above the layer; they share their tiles until one is painted on."""
    document.about_to_change.emit()
    group = _parent(document, layer)
    copy = copied(layer)
    copy.name = f"{layer.name} copy"
    children = list(group.children)
    children.insert(children.index(layer) + 1, copy)
    _rearrange(document, f"Duplicate {layer.name}", {group: children}, copy)
    return copy


def copied(layer: Layer) -> Layer:
    if isinstance(layer, Group):
        return replace(layer, id=new_id(), children=tuple(copied(child) for child in layer.children))
    if isinstance(layer, Plane):
        return replace(layer, id=new_id(), tiles=layer.tiles.copy())
    return replace(layer, id=new_id())


def move(document: Document, layer: Layer, group: Group, index: int) -> None:
    """Puts a layer into a group, below the `index`-th of its children as they are now."""
    if layer is group or any(inner is group for inner in walk((layer,))):
        raise Trouble("A group cannot be put into itself.")
    source = _parent(document, layer)
    if source is group:
        at = group.children.index(layer)
        children = [child for child in group.children if child is not layer]
        children.insert(index - (at < index), layer)
        if tuple(children) != group.children:
            _rearrange(document, f"Move {layer.name}", {group: children}, layer)
        return
    here = [child for child in source.children if child is not layer]
    there = list(group.children)
    there.insert(index, layer)
    _rearrange(document, f"Move {layer.name}", {source: here, group: there}, layer)


def shift(document: Document, layer: Layer, by: int) -> None:
    """Moves a layer up (1) or down (-1) among its siblings."""
    group = _parent(document, layer)
    at = group.children.index(layer)
    if 0 <= at + by < len(group.children):
        move(document, layer, group, at + by + (by > 0))


def group_up(document: Document, layer: Layer) -> Group:
    """Puts a layer into a new group in its place."""
    parent = _parent(document, layer)
    group = Group(name=fresh_name(document, "Group"), children=(layer,))
    children = [group if child is layer else child for child in parent.children]
    _rearrange(document, f"Group {layer.name}", {parent: children}, group)
    return group


def ungroup(document: Document, group: Group) -> None:
    """Puts the layers of a group in its place."""
    parent = _parent(document, group)
    at = parent.children.index(group)
    children = [*parent.children[:at], *group.children, *parent.children[at + 1 :]]
    active = group.children[-1] if group.children else parent.children[max(0, at - 1)]
    _rearrange(document, f"Ungroup {group.name}", {parent: children}, active)


def below(document: Document, layer: Layer) -> Layer | None:
    """The sibling right below, or None."""
    group = parent_of(document.root, layer)
    if group is None:
        return None
    at = group.children.index(layer)
    return group.children[at - 1] if at else None


def can_merge_down(document: Document, layer: Layer) -> bool:
    other = below(document, layer)
    if isinstance(layer, AreaLayer):
        return isinstance(other, AreaLayer)
    return isinstance(layer, PaintLayer | Group) and isinstance(other, PaintLayer)


def merge_down(document: Document, layer: Layer) -> Layer:
    """Makes one layer of this and the one below, looking as the two did. Raises Trouble where it cannot."""
    document.about_to_change.emit()
    other = below(document, layer)
    if other is None or not can_merge_down(document, layer):
        raise Trouble("There is no layer below that this one could be merged with.")
    if isinstance(layer, AreaLayer) and isinstance(other, AreaLayer):
        merged: Layer = replace(other, id=new_id(), tiles=_most((other, layer)), x=0, y=0)
    else:
        merged = baked((other, layer), other.name)
        merged.visible = other.visible
        merged.blend = other.blend
    group = _parent(document, layer)
    children = [merged if child is other else child for child in group.children if child is not layer]
    _rearrange(document, "Merge down", {group: children}, merged)
    return merged


def flatten(document: Document) -> None:
    """Makes one layer of all pictures that are shown; masks, regions and controls stay above it."""
    document.about_to_change.emit()
    others = [layer for layer in walk(document.layers) if isinstance(layer, AreaLayer | ControlLayer)]
    picture = baked(document.layers, "Picture")
    _rearrange(document, "Flatten", {document.root: [picture, *others]}, picture)


def baked(layers: Sequence[Layer], name: str) -> PaintLayer:
    """One layer that looks as these do by themselves, made tile by tile. The lowest is taken as normal."""
    first, *rest = layers
    lowest = replace(first, blend=Blend.NORMAL, visible=True) if isinstance(first, PaintLayer) else first
    stack = (lowest, *rest)
    tiles = Tiles()
    for key in keys_in(extent_of(stack)):
        image = compose(stack, place(key))
        if not is_blank(image):
            tiles.put(key, image)
    return PaintLayer(name=name, tiles=tiles, origin=origin_in(stack, extent_of(stack)))


def layer_from_selection(document: Document, *, cut: bool = False) -> PaintLayer:
    """Lifts what is selected of the active layer onto a layer of its own. Raises Trouble if there is nothing."""
    document.about_to_change.emit()
    layer = document.active
    if document.selection is None or not isinstance(layer, PaintLayer):
        raise Trouble("Nothing of a picture is selected.", "Select a part of a layer first.")
    lifted = selected_part(layer, document.selection)
    if not len(lifted):
        raise Trouble(f"The selection holds nothing of “{layer.name}”.")
    new = PaintLayer(name=f"{layer.name} part", tiles=lifted)
    with document.step("Layer from selection"):
        if cut:
            clear(document, layer, "Cut")
        document.add_layer(new)
    return new


def selected_part(layer: PaintLayer, selection: Tiles) -> Tiles:
    """What a selection holds of a layer, as a plane on the canvas."""
    part = Tiles()
    area = layer.extent().intersection(selection.extent())
    for key in keys_in(area):
        image = layer.tiles.read(layer.inside(place(key)))
        _keep(image, selection.read(place(key)))
        if not is_blank(image):
            part.put(key, image)
    return part


def _keep(image: QImage, coverage: QImage) -> None:
    painter = QPainter(image)
    painter.setCompositionMode(INSIDE)
    painter.drawImage(0, 0, coverage)
    painter.end()


def _most(layers: Sequence[AreaLayer]) -> Tiles:
    tiles = Tiles(AREA)
    for key in keys_in(extent_of(layers)):
        image = QImage(*TILE_SIZE, AREA)
        image.fill(0)
        most = writable(image)
        for layer in layers:
            np.maximum(most, view(layer.tiles.read(layer.inside(place(key)))), out=most)
        if most.any():
            tiles.put(key, image)
    return tiles


def _parent(document: Document, layer: Layer) -> Group:
    group = parent_of(document.root, layer)
    if group is None:
        raise ValueError(f"{layer.name} is not in this document")
    return group


def _rearrange(document: Document, text: str, children: Mapping[Group, Sequence[Layer]], active: Layer) -> None:
    with document.step(text):
        document.push(TreeEdit(document, text, children))
        document.activate(active)
