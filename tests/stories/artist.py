"""A person at the window: mouse, keys and eyes. Stories are told with these, and with nothing that is not in reach."""

from __future__ import annotations

import os
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

import numpy as np
from PySide6.QtCore import QCoreApplication, QPoint, QPointF, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QWidget

from studio.app import Studio
from studio.document.selecting import array_of
from studio.request.events import Cancelled, Event, Failed, Finished, Made, Step
from studio.request.geometry import Rect
from studio.ui.timeline.strip import EDGE

NOTHING = Qt.KeyboardModifier.NoModifier
CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
ALBUM = os.environ.get("SFUMATO_STORY_PICTURES", "")  # a folder: screenshots are written there, to be looked at
E = TypeVar("E", bound=Event)
Place = tuple[float, float]


class Artist:
    """Keys go to whatever has the keyboard, as they do for a person; clicks to what is under the pointer."""

    def __init__(self, qtbot, studio: Studio, patience: int) -> None:
        self._qtbot, self._patience = qtbot, patience
        self.studio, self.window, self.document = studio, studio.window, studio.document
        self.canvas = studio.window.page.canvas
        self.button = studio.window.prompt.button
        self.heard: list[Event] = []
        self.gone = False  # left by `leave`
        studio.engine.happened.connect(lambda job, event: self.heard.append(event))

    # hands

    def key(self, key: Qt.Key, modifier: Qt.KeyboardModifier = NOTHING) -> None:
        QTest.keyClick(QApplication.focusWidget() or self.window, key, modifier)

    def type(self, text: str) -> None:
        QTest.keyClicks(QApplication.focusWidget(), text)

    def say(self, prompt: str) -> None:
        """Writes another prompt: Alt+P, select all, type."""
        self.key(Qt.Key.Key_P, Qt.KeyboardModifier.AltModifier)
        self.key(Qt.Key.Key_A, CONTROL)
        self.type(prompt) if prompt else self.key(Qt.Key.Key_Delete)

    def click(self, widget: QWidget, at: QPoint | None = None) -> None:
        assert widget.isVisible(), "nobody can click what cannot be seen"
        assert widget.isEnabled(), "nobody can click what is grey"
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, NOTHING, at or widget.rect().center())

    def choose(self, title: str) -> None:
        """From the menu beside the main button, with the mouse."""
        menu = self.button.menu
        self.click(self.button.more)
        assert menu.isVisible()
        action = next((each for each in menu.actions() if each.text() == title), None)
        assert action is not None, f"“{title}” is not among {self.offered}"
        QTest.mouseClick(menu, Qt.MouseButton.LeftButton, NOTHING, menu.actionGeometry(action).center())
        assert not menu.isVisible()
        self.window.activateWindow()  # a screen does that by itself
        self._qtbot.waitUntil(self.window.isActiveWindow)

    def go_to_canvas(self) -> None:
        """Brings the keyboard to the canvas: F6, as often as it takes."""
        for _ in range(6):
            if self.canvas.hasFocus():
                return
            self.key(Qt.Key.Key_F6)
        raise AssertionError("the canvas cannot be reached by F6")

    def take(self, key: Qt.Key, modifier: Qt.KeyboardModifier = NOTHING) -> None:
        """Takes a tool in hand by its letter."""
        self.go_to_canvas()
        self.key(key, modifier)

    def at(self, place: Place) -> QPoint:
        """A place of the document on the canvas widget."""
        return self.canvas.to_widget(self.canvas.view.to_screen(QPointF(*place))).toPoint()

    def drag(self, *places: Place, modifier: Qt.KeyboardModifier = NOTHING) -> None:
        """Along these places of the document, the button held."""
        points = [self.at(place) for place in places]
        QTest.mousePress(self.canvas, Qt.MouseButton.LeftButton, modifier, points[0])
        for before, after in pairwise(points):
            for step in range(1, 5):
                QTest.mouseMove(self.canvas, before + (after - before) * step / 4)
        QTest.mouseRelease(self.canvas, Qt.MouseButton.LeftButton, modifier, points[-1])

    def select(self, area: Rect) -> np.ndarray:
        """Draws a rectangle with the tool for that. True where it selects something: height × width."""
        self.take(Qt.Key.Key_M)
        self.drag((area.x, area.y), (area.right, area.bottom))
        return self.selected

    def option(self, box: QComboBox, title: str) -> None:
        """Chooses from a list by the first word."""
        box.window().activateWindow()
        self._qtbot.waitUntil(box.window().isActiveWindow)
        box.setFocus(Qt.FocusReason.TabFocusReason)
        self.type(title.split()[0])
        assert box.currentText() == title

    def pull(self, share: float) -> None:
        """Pulls the playhead from the end of the film to a part of it."""
        strip = self.studio.timeline.bar.strip
        wide = strip.width() - 2 * EDGE
        places = [QPoint(EDGE + round(wide * each), strip.height() // 2) for each in (1.0, (1 + share) / 2, share)]
        QTest.mousePress(strip, Qt.MouseButton.LeftButton, NOTHING, places[0])
        for place in places[1:]:
            QTest.mouseMove(strip, place)
        QTest.mouseRelease(strip, Qt.MouseButton.LeftButton, NOTHING, places[-1])

    def leave(self) -> None:
        """Closes the window and ends the program."""
        self.window.close()
        self.studio.close()
        self.window.deleteLater()
        self.gone = True

    # eyes

    @property
    def says(self) -> str:
        """What the main button says."""
        return self.button.main.text()

    @property
    def offered(self) -> list[str]:
        """The modes in the menu beside it."""
        return [action.text() for action in self.button.menu.actions() if action.data() is not None]

    @property
    def told(self) -> list[str]:
        """Sentences in the quiet bars."""
        return [notice.sentence for notice in self.window.page.notices.shown]

    @property
    def selected(self) -> np.ndarray:
        """True where something is selected at all: height × width."""
        assert self.document.selection is not None
        return array_of(self.document.selection, Rect.of(self.document.size)) > 0

    def picture(self) -> np.ndarray:
        """The document, height × width × 3, without what only lies over it."""
        return self.document.picture().array[..., :3].copy()

    def screen(self, area: Rect | None = None) -> np.ndarray:
        """What is seen of the canvas, or of a part of the document on it: height × width × 3."""
        image = self.canvas.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
        rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
        pixels = rows[:, : image.width() * 3].reshape(image.height(), image.width(), 3).copy()
        if area is None:
            return pixels
        low, high = self.at((area.x, area.y)), self.at((area.right, area.bottom))
        return pixels[low.y() : high.y(), low.x() : high.x()]

    def shot(self, name: str) -> None:
        """A screenshot for the album, if one is kept."""
        if ALBUM:
            for _ in range(4):
                QCoreApplication.processEvents()
            self.window.grab().save(str(Path(ALBUM) / f"{name}.png"))

    # patience

    def until(self, true: Callable[[], object]) -> None:
        """Waits; a picture that cannot be made ends it at once, with the reason."""

        def failed() -> Failed | None:
            return next((event for event in self.heard if isinstance(event, Failed)), None)

        self._qtbot.waitUntil(lambda: bool(true() or failed()), timeout=self._patience)
        why = failed()
        assert why is None or true(), f"{why.message} {why.remedy}\n{why.details}"

    def all(self, kind: type[E]) -> list[E]:
        """Events of a kind, so far."""
        return [event for event in self.heard if isinstance(event, kind)]

    def until_made(self, jobs: int = 1) -> list[Made]:
        """Waits until so many more jobs are finished; gives the pictures they made."""
        wanted = len(self.all(Finished)) + jobs
        before = len(self.all(Made))
        self.until(lambda: len(self.all(Finished)) >= wanted)
        self.until(lambda: not self.studio.engine.jobs)
        return self.all(Made)[before:]

    def until_step(self, number: int = 1) -> None:
        """Waits until a picture in the making has come so far and is seen."""
        self.until(lambda: any(each.done >= number and each.preview for each in self.all(Step)))

    def until_stopped(self) -> None:
        self.until(lambda: self.all(Cancelled) and not self.studio.engine.jobs)


def same(one: np.ndarray, other: np.ndarray, where: np.ndarray | None = None) -> bool:
    """Bit for bit, of all or where a mask is true."""
    return np.array_equal(one, other) if where is None else np.array_equal(one[where], other[where])
