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
ROOMY = 800  # logical pixels of height from which results have a place of their own below the layers


class CanvasPanels(QObject):
    """Tool, navigator and history in one place, the layers below. trouble(Trouble): one of them cannot do something."""

    trouble = Signal(object)

    def __init__(self, page: CanvasPage, presets: Path, own: Path | None, preferences: Preferences) -> None:
        """presets: brushes that come with the studio. own: where the artist's are kept; None: they are not."""
        super().__init__(page)
        self._page = page
        self._preferences = preferences
        self.tool = BrushPanel(page.canvas, presets, own)
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
        roomy = height >= ROOMY
        page.tab("tool", "navigator", "history")
        if roomy:
            page.tab("results", "queue")
        else:
            page.tab("layers", "results", "queue")
        for name in ("tool", "layers", "results"):  # where room is short, results are what a first picture leads to
            page.dock(name).raise_()
        prompt, tool, layers, results = (page.dock(name) for name in ("prompt", "tool", "layers", "results"))
        page.resizeDocks([prompt, layers], [320, 280], Qt.Orientation.Horizontal)
        places = [tool, layers, results] if roomy else [tool, layers]
        page.resizeDocks(places, [400, 400, 300][: len(places)], Qt.Orientation.Vertical)
