"""Hands that do anything at any moment, also in the middle of a stroke: nothing is lost, undo takes all of it back."""

from __future__ import annotations

import random
from contextlib import suppress

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from studio.document.document import Document
from studio.document.images import view
from studio.document.layers import Plane, walk
from studio.document.tiles import Tiles
from studio.request.errors import Trouble
from studio.request.geometry import Rect
from studio.ui.actions import Action
from studio.ui.canvas.actions import canvas_actions
from studio.ui.canvas.canvas import Canvas
from studio.ui.canvas.flat import Flat
from tests.document.making import noise
from tests.ui.canvas.hands import ALT, LEFT, NONE, SHIFT

STEPS = 150
KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Escape, Qt.Key.Key_Left, Qt.Key.Key_Up)


class Hands:
    def __init__(self, canvas: Canvas, seed: int) -> None:
        self.canvas, self.document = canvas, canvas.document
        self.chance = random.Random(seed)
        found = canvas_actions(canvas, canvas.document)
        self.tools = [action for action in found if action.id.startswith("tool.")]
        self.actions = [action for action in found if not action.title.endswith("…")]  # those open a sheet
        self.down = False

    def place(self) -> QPoint:
        return QPoint(self.chance.randrange(self.canvas.width()), self.chance.randrange(self.canvas.height()))

    def point(self) -> None:
        if not self.down:
            QTest.mousePress(self.canvas, LEFT, self.chance.choice((NONE, NONE, NONE, SHIFT, ALT)), self.place())
            self.down = True
        for _ in range(self.chance.randrange(4)):
            QTest.mouseMove(self.canvas, self.place())
        if self.chance.random() < 0.7:
            self.lift()

    def lift(self) -> None:
        if self.down:
            QTest.mouseRelease(self.canvas, LEFT, NONE, self.place())
            self.down = False

    def act(self) -> None:
        history, chance = self.document.undo_stack, self.chance
        what = chance.choices(("point", "tool", "action", "undo", "redo", "layer", "key"), (40, 12, 25, 4, 3, 6, 6))[0]
        match what:
            case "point":
                self.point()
            case "tool":
                self.run(chance.choice(self.tools))
            case "action":
                self.run(chance.choice(self.actions))
            case "undo":
                history.undo()
            case "redo":
                history.redo()
            case "layer":
                self.document.set_active(chance.choice(list(walk(self.document.layers))))
            case _:
                QTest.keyClick(self.canvas, chance.choice(KEYS))

    @staticmethod
    def run(action: Action) -> None:
        if action.enabled_when():
            with suppress(Trouble):  # what cannot be done is said
                action.run()


def shown(tiles: Tiles) -> dict[tuple[int, int], bytes]:
    return {key: view(tile).tobytes() for key, tile in tiles.items() if view(tile).any()}


def state(document: Document) -> object:
    """All that undo has to bring back, to the byte."""
    layers = [
        (layer.id, layer.name, layer.visible, layer.locked, layer.opacity, layer.blend)
        + ((layer.x, layer.y, shown(layer.tiles)) if isinstance(layer, Plane) else ())
        for layer in walk(document.layers)
    ]
    return layers, document.size, document.selection and shown(document.selection)


@pytest.mark.parametrize("seed", [3, 6, 16, 52, 53, 64])  # all but the first once found something
def test_nothing_is_lost_whatever_the_hands_do(canvas: Canvas, document: Document, seed: int) -> None:
    document.set_source(noise((300, 200)))
    document.undo_stack.clear()
    first = state(document)
    hands = Hands(canvas, seed)
    for _ in range(STEPS):
        hands.act()
        QApplication.processEvents()
    hands.lift()
    canvas.tools.choose("hand")  # whatever the last tool was doing ends
    assert not document.held
    whole = Rect.of(document.size)
    assert (view(canvas._flat.level(0, whole)[0]) == view(Flat(document).level(0, whole)[0])).all()
    last, index = state(document), document.undo_stack.index()
    document.undo_stack.setIndex(0)
    assert state(document) == first
    document.undo_stack.setIndex(index)
    assert state(document) == last
