"""Puts live mode into the window: its panel, its actions, and its picture over the canvas."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt

from studio.request.geometry import Rect
from studio.ui.actions import Action
from studio.ui.live.live import LiveMode
from studio.ui.live.panel import LivePanel
from studio.ui.window import MainWindow
from studio.ui.window_pages import CANVAS

PANEL = "live"
WANTED = 200  # logical pixels of height for the picture


class Live(QObject):
    """The parts, for whoever wants to reach them."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.window_ = window
        self.mode = LiveMode(window.document, window.engine, self)
        self.panel = LivePanel(self.mode)
        self.over = False
        self._lies = False  # the live picture is over the canvas now
        self.dock = window.add_panel(PANEL, "Live", self.panel, above="")
        window.page.tab("results", PANEL)
        self.dock.hide()
        window.page.dock("results").raise_()
        self.dock.installEventFilter(self)
        window.table.add(*self._actions())
        window.rail.add("live.toggle")
        self.panel.switched.connect(lambda: window.table.run("live.toggle"))
        self.panel.over.connect(lambda: window.table.run("live.over"))
        self.panel.applied.connect(lambda: window.table.run("live.apply"))
        self.panel.thrown.connect(window.deeds.throw_seed)
        self.mode.shown.connect(self._show)
        self.mode.changed.connect(self._changed)
        window.document.damaged.connect(self._damaged)
        window.page.proposal.changed.connect(self._proposed)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Show, QEvent.Type.Hide):
            self._look()
        return False

    def toggle(self) -> None:
        """On, with its panel in sight; or off."""
        on = not self.mode.on
        if on:
            self.window_.go_to(CANVAS)
            self.window_.page.set_shown(PANEL, True)
            if self.panel.view.height() < WANTED and not self.dock.isFloating():
                self.window_.page.resizeDocks([self.dock], [WANTED + 100], Qt.Orientation.Vertical)
        self._look()
        self.mode.set_on(on)
        self._lift()

    def toggle_over(self) -> None:
        self.over = not self.over
        self.panel.over_canvas.setChecked(self.over)
        self._look()
        if self.over:
            self._show()
        else:
            self._lift()

    def apply(self) -> None:
        self._lift()
        self.mode.apply()

    def _look(self) -> None:
        self.mode.set_seen(self.over or not self.dock.isHidden())

    def _changed(self) -> None:
        self.window_.table.refresh()

    def _show(self) -> None:
        mode, page = self.mode, self.window_.page
        if self.over and mode.on and mode.pixels is not None and page.proposal.item is None:
            page.canvas.show_preview(mode.pixels, mode.area)
            self._lies = True

    def _damaged(self, area: Rect) -> None:
        """The hand sees what it paints; the next picture covers it again."""
        self._lift()

    def _lift(self) -> None:
        if self._lies:
            self._lies = False
            self.window_.page.canvas.clear_preview()

    def _proposed(self) -> None:
        self._lies = False

    def _actions(self) -> list[Action]:
        return [
            Action(
                id="live.toggle",
                title="Live",
                group="Picture",
                section="live",
                run=self.toggle,
                keys=("Ctrl+L",),
                checked_when=lambda: self.mode.on,
                icon="zap",
                help="The picture follows what you paint and type.",
            ),
            Action(
                id="live.over",
                title="Show the live picture over the canvas",
                group="Picture",
                section="live",
                run=self.toggle_over,
                checked_when=lambda: self.over,
            ),
            Action(
                id="live.apply",
                title="Put the live picture on the canvas",
                group="Picture",
                section="live",
                run=self.apply,
                keys=("Ctrl+Alt+Return", "Ctrl+Alt+Enter"),
                enabled_when=lambda: self.mode.ready,
                icon="check",
                help="It becomes a layer, and goes into the gallery.",
            ),
        ]
