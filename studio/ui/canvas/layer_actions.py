"""What one can do with layers."""

from __future__ import annotations

from collections.abc import Callable

from studio.document import layering
from studio.document.document import Document
from studio.document.floating import turn_layer
from studio.document.layers import Group, Layer, PaintLayer
from studio.document.transforming import Turn
from studio.ui.actions import Action
from studio.ui.canvas.canvas import Canvas
from studio.ui.canvas.tools.move import movable


def layer_actions(canvas: Canvas, document: Document) -> list[Action]:
    return [
        *_adding(document),
        *_copying(document),
        *_ordering(document),
        *_grouping(document),
        *_merging(document),
        *_changing(document),
        *_turning(document),
    ]


def _of_active(document: Document, act: Callable[[Document, Layer], object]) -> Callable[[], object]:
    return lambda: act(document, document.active)


def _adding(document: Document) -> list[Action]:
    return [
        Action(
            id="layer.add",
            title="Add layer",
            group="Layer",
            run=lambda: layering.add_paint(document),
            keys=("Insert",),
            icon="plus",
        ),
        Action(
            id="layer.add_mask",
            title="Add mask",
            group="Layer",
            run=lambda: layering.add_mask(document),
            help="A mask says what to make anew. What is selected is on it from the start.",
            icon="mask",
        ),
        Action(
            id="layer.add_region",
            title="Add region",
            group="Layer",
            run=lambda: layering.add_region(document),
            help="A region has a prompt of its own. What is selected is in it from the start.",
            icon="map-pin",
        ),
    ]


def _copying(document: Document) -> list[Action]:
    return [
        Action(
            id="layer.duplicate",
            title="Duplicate",
            group="Layer",
            run=_of_active(document, layering.duplicate),
            keys=("Ctrl+Shift+J",),
            icon="copy-plus",
        ),
        Action(
            id="layer.remove",
            title="Remove",
            group="Layer",
            run=_of_active(document, layering.remove),
            keys=("Shift+Delete",),
            icon="trash-2",
        ),
    ]


def _ordering(document: Document) -> list[Action]:
    return [
        Action(
            id="layer.up",
            title="Move up",
            group="Layer",
            section="order",
            run=lambda: layering.shift(document, document.active, 1),
            keys=("Ctrl+]",),
        ),
        Action(
            id="layer.down",
            title="Move down",
            group="Layer",
            section="order",
            run=lambda: layering.shift(document, document.active, -1),
            keys=("Ctrl+[",),
        ),
    ]


def _grouping(document: Document) -> list[Action]:
    def ungroup() -> None:
        if isinstance(document.active, Group):
            layering.ungroup(document, document.active)

    return [
        Action(
            id="layer.group",
            title="Group",
            group="Layer",
            section="order",
            run=_of_active(document, layering.group_up),
            keys=("Ctrl+G",),
            icon="group",
        ),
        Action(
            id="layer.ungroup",
            title="Ungroup",
            group="Layer",
            section="order",
            run=ungroup,
            keys=("Ctrl+Shift+G",),
            enabled_when=lambda: isinstance(document.active, Group),
            icon="ungroup",
        ),
    ]


def _merging(document: Document) -> list[Action]:
    return [
        Action(
            id="layer.merge_down",
            title="Merge down",
            group="Layer",
            section="merge",
            run=_of_active(document, layering.merge_down),
            keys=("Ctrl+E",),
            enabled_when=lambda: layering.can_merge_down(document, document.active),
            icon="arrow-down-to-line",
        ),
        Action(
            id="layer.flatten",
            title="Flatten",
            group="Layer",
            section="merge",
            run=lambda: layering.flatten(document),
            keys=("Ctrl+Shift+E",),
            help="Makes one layer of all that are shown; masks and regions stay.",
        ),
    ]


def _toggle(document: Document, field: str, on: str, off: str) -> Callable[[], None]:
    def run() -> None:
        layer = document.active
        value = not getattr(layer, field)
        layering.change(document, layer, on if value else off, **{field: value})

    return run


def _changing(document: Document) -> list[Action]:
    def paint() -> bool:
        return isinstance(document.active, PaintLayer)

    return [
        Action(
            id="layer.show",
            title="Show the layer",
            group="Layer",
            section="state",
            run=_toggle(document, "visible", "Show layer", "Hide layer"),
            checked_when=lambda: document.active.visible,
            icon="eye",
        ),
        Action(
            id="layer.lock",
            title="Lock the layer",
            group="Layer",
            section="state",
            run=_toggle(document, "locked", "Lock layer", "Unlock layer"),
            keys=("/",),
            checked_when=lambda: document.active.locked,
            icon="lock",
        ),
        Action(
            id="layer.lock_alpha",
            title="Lock transparency",
            group="Layer",
            section="state",
            run=_toggle(document, "alpha_locked", "Lock transparency", "Unlock transparency"),
            enabled_when=paint,
            checked_when=lambda: isinstance(document.active, PaintLayer) and document.active.alpha_locked,
            help="Painting changes colours, but not what is covered.",
        ),
    ]


def _turning(document: Document) -> list[Action]:
    return [
        Action(
            id=f"layer.{turn.name.lower()}",
            title=f"{turn.value} (layer)",
            group="Layer",
            section="turn",
            run=lambda turn=turn: turn_layer(document, movable(document.active), turn),
            help="Or what is selected of it.",
        )
        for turn in Turn
    ]
