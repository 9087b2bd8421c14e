"""Panels that can be moved, floated and closed, and how they are remembered."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QByteArray, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QDockWidget, QHBoxLayout, QMainWindow, QTabWidget, QWidget

from studio.ui.theme import colours
from studio.ui.widgets.tool import label, tool_button

VERSION = 2  # of the saved layout
TITLE = 32  # height of a title bar
STRIP = 8  # of what is left of it below a tab


class _Title(QWidget):
    """A quiet title; its buttons show only under the pointer or the keyboard."""

    def __init__(self, dock: QDockWidget, tools: Sequence[QWidget]) -> None:
        super().__init__(dock)
        self.setFixedHeight(TITLE)
        self._label = label(dock.windowTitle(), "heading")
        self._float = tool_button("picture-in-picture-2", "Take out of the window, or put back", self._toggle, 14)
        self._close = tool_button("x", "Close this panel\nIt comes back from the menu View.", dock.close, 14)
        self._dock = dock
        self._bare = not tools
        self._strip = False
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 4, 8, 0)
        row.setSpacing(2)
        row.addWidget(self._label)
        row.addStretch(1)
        for button in (self._float, self._close):
            keep = button.sizePolicy()
            keep.setRetainSizeWhenHidden(True)
            button.setSizePolicy(keep)
            row.addWidget(button)
        for tool in tools:
            row.addWidget(tool)
        self._show_buttons(False)

    def show_title(self, on: bool) -> None:
        """Off: a tab says it already; then what is left is a strip to drag the panel by, or the row of its tools."""
        self._label.setVisible(on)
        self._strip = not on and self._bare
        self.setFixedHeight(STRIP if self._strip else TITLE)
        self._show_buttons(False)

    def sizeHint(self) -> QSize:
        return QSize(96, STRIP if self._strip else TITLE)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def enterEvent(self, event: object) -> None:
        self._show_buttons(True)

    def leaveEvent(self, event: object) -> None:
        self._show_buttons(False)

    def _show_buttons(self, on: bool) -> None:
        for button in (self._float, self._close):
            button.setVisible(on and not self._strip)

    def _toggle(self) -> None:
        self._dock.setFloating(not self._dock.isFloating())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(colours().panel))


class Docks(QMainWindow):
    """A page with a widget in the middle and panels around it."""

    def __init__(self) -> None:
        super().__init__()
        self.setWindowFlags(Qt.WindowType.Widget)
        self.setDockNestingEnabled(True)
        self.setAnimated(False)
        self.setDocumentMode(True)
        self.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        self.tabifiedDockWidgetActivated.connect(self._show_titles)
        for corner, side in (
            (Qt.Corner.TopLeftCorner, Qt.DockWidgetArea.LeftDockWidgetArea),
            (Qt.Corner.BottomLeftCorner, Qt.DockWidgetArea.LeftDockWidgetArea),
            (Qt.Corner.TopRightCorner, Qt.DockWidgetArea.RightDockWidgetArea),
            (Qt.Corner.BottomRightCorner, Qt.DockWidgetArea.RightDockWidgetArea),
        ):
            self.setCorner(corner, side)
        self._docks: dict[str, QDockWidget] = {}
        self._hidden: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._docks)

    def dock(self, name: str) -> QDockWidget:
        return self._docks[name]

    def add(
        self,
        name: str,
        title: str,
        widget: QWidget,
        area: Qt.DockWidgetArea,
        above: str = "",
        tools: Sequence[QWidget] = (),
    ) -> QDockWidget:
        """name: unique, for remembering where it was. above: the panel it goes over, else below all.

        tools: small buttons in its title.
        """
        dock = QDockWidget(title, self)
        dock.setObjectName(name)
        widget.setProperty("role", "panel")
        widget.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        dock.setWidget(widget)
        dock.setTitleBarWidget(_Title(dock, tools))
        self._docks[name] = dock
        if self.restoreDockWidget(dock):  # it was known when the layout was saved
            return dock
        self.addDockWidget(area, dock)
        if above in self._docks:
            self.splitDockWidget(dock, self._docks[above], Qt.Orientation.Vertical)
        dock.show()
        return dock

    def tab(self, first: str, *others: str) -> None:
        """Puts panels into the place of the first, with tabs to choose among them."""
        for name in others:
            self.tabifyDockWidget(self._docks[first], self._docks[name])
        self._show_titles()

    def _show_titles(self) -> None:
        """What has a tab needs no title besides."""
        for dock in self._docks.values():
            title = dock.titleBarWidget()
            if isinstance(title, _Title):
                title.show_title(not self.tabifiedDockWidgets(dock))

    def focusNextPrevChild(self, next: bool) -> bool:  # noqa: A002 - Qt calls it so
        """Passes over what lies behind a tab: it is not seen, though Qt takes it for visible."""
        first = QApplication.focusWidget()
        while super().focusNextPrevChild(next):
            now = QApplication.focusWidget()
            if now is None or now is first or not self._is_behind(now):
                return True
        return False

    def _is_behind(self, widget: QWidget) -> bool:
        return any(dock.isAncestorOf(widget) and dock.visibleRegion().isEmpty() for dock in self._docks.values())

    def set_shown(self, name: str, shown: bool) -> None:
        dock = self._docks[name]
        dock.setVisible(shown)
        if shown:
            dock.raise_()

    @property
    def all_hidden(self) -> bool:
        return bool(self._hidden)

    def toggle_all(self) -> None:
        """Hides every panel; the next time brings the same ones back."""
        if self._hidden:
            names, self._hidden = self._hidden, ()
            for name in names:
                self._docks[name].show()
            return
        self._hidden = tuple(name for name, dock in self._docks.items() if not dock.isHidden())
        for name in self._hidden:
            self._docks[name].hide()

    def save(self) -> QByteArray:
        """Where everything is; hidden by `toggle_all` counts as shown."""
        if self._hidden:
            self.toggle_all()
        return self.saveState(VERSION)

    def restore(self, state: QByteArray) -> bool:
        """False, and nothing changed, if it is not a layout of ours."""
        done = not state.isEmpty() and self.restoreState(state, VERSION)
        self._show_titles()
        return done
