"""The panels for painting, and where all panels of the canvas workspace stand when it is opened the first time."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal

from studio.ui.canvas.habits import keep_habits, restore_habits
from studio.ui.canvas_page import CanvasPage
from studio.ui.panels.brush import BrushPanel
from studio.ui.panels.history import HistoryPanel
from studio.ui.panels.layers import LayersPanel
from studio.ui.panels.navigator import NavigatorPanel
from studio.ui.preferences import Preferences

RIGHT = Qt.DockWidgetArea.RightDockWidgetArea
LEFT_WIDTH, RIGHT_WIDTH = 320, 296  # logical pixels
ROOMY = 860  # logical pixels of height from which results have a place of their own below the layers


class CanvasPanels(QObject):
    """Tool, navigator and history in one place, the layers below. trouble(Trouble): one of them cannot do something."""

    trouble = Signal(object)

    def __init__(self, page: CanvasPage, presets: Path, own: Path | None, preferences: Preferences) -> None:
        """presets: brushes that come with the studio. own: where the artist's are kept; None: they are not."""
        super().__init__(page)
        self._page = page
        self._preferences = preferences
        self._places: tuple[str, ...] = ()  # panels that share the height, if this is a first layout
        self.tool = BrushPanel(page.canvas, presets, own)
        self.tool.setMinimumWidth(RIGHT_WIDTH - 6)
        self.navigator = NavigatorPanel(page.canvas)
        self.history = HistoryPanel(page.canvas.document)
        self.layers = LayersPanel(page.canvas.document)
        page.add("tool", "Tool", self.tool, RIGHT)
        page.add("navigator", "Navigator", self.navigator, RIGHT)
        page.add("history", "History", self.history, RIGHT)
        page.add("layers", "Layers", self.layers, RIGHT)
        self.tool.trouble.connect(self.trouble)
        self.layers.trouble.connect(self.trouble)

        restore_habits(preferences, page.canvas, page.frame)

    def remember(self) -> None:
        """The window closes: what the hand is used to is kept."""
        keep_habits(self._preferences, self._page.canvas, self._page.frame)

    def arrange(self, height: int) -> None:
        """The first layout. height: of the workspace, in logical pixels; a low one shares places among more panels."""
        page = self._page
        page.tab("tool", "navigator", "history")
        if height >= ROOMY:
            page.tab("results", "queue")
            self._places = ("tool", "layers", "results")
        else:
            page.tab("layers", "results", "queue")
            self._places = ("tool", "results")
        for name in ("tool", "layers", "results"):  # where room is short, results are what a first picture leads to
            page.dock(name).raise_()
        self.settle()

    def settle(self) -> None:
        """Gives the panels of a first layout their sizes; once more when the window has its own."""
        docks = [self._page.dock(name) for name in self._places]
        if docks:
            columns = [self._page.dock("prompt"), docks[0]]
            self._page.resizeDocks(columns, [LEFT_WIDTH, RIGHT_WIDTH], Qt.Orientation.Horizontal)
            self._page.resizeDocks(docks, [400, 400, 300][: len(docks)], Qt.Orientation.Vertical)
