"""The models on this machine: what each is, what it does by itself, where it lies."""

from __future__ import annotations

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from studio.document.change import Change
from studio.document.document import Document
from studio.library.models import Models
from studio.library.recognition.recognise import Recognised
from studio.request.family import Model
from studio.ui.progress import joined
from studio.ui.widgets.scroll_column import ScrollColumn
from studio.ui.widgets.tool import SECTION, clear_layout, label, tool_button

WIDTH = 760


def defaults_of(model: Model) -> str:
    """What "automatic" means for this model."""
    defaults = model.defaults
    return joined(
        f"{defaults.size} px", f"{defaults.steps} steps", f"guidance {defaults.guidance:g}", defaults.sampler.name
    )


def words(text: str, role: str = "") -> QLabel:
    made = label(text, role)
    made.setWordWrap(True)
    made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return made


class ModelCard(QFrame):
    """used(Model): make pictures with it from now on."""

    used = Signal(object)

    def __init__(self, model: Model, in_use: bool) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.setAccessibleName(model.title)
        title = label(model.title, "heading")
        self.use = QPushButton("In use" if in_use else "Use this model")
        self.use.setEnabled(not in_use)
        self.use.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.use.setAccessibleName(f"{model.title}: {self.use.text()}")
        self.use.clicked.connect(lambda _checked=False: self.used.emit(model))
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(title)
        head.addWidget(label(model.family.title, "chip"), 0, Qt.AlignmentFlag.AlignVCenter)
        head.addStretch(1)
        head.addWidget(self.use)
        column = QVBoxLayout(self)
        column.setContentsMargins(SECTION, 12, SECTION, SECTION)
        column.setSpacing(8)
        column.addLayout(head)
        if model.about:
            column.addWidget(words(model.about))
        column.addWidget(words(f"By itself: {defaults_of(model)}", "secondary"))
        place = QHBoxLayout()
        place.setSpacing(4)
        place.addWidget(words(str(model.path), "small"), 1)
        folder = model.path if model.path.is_dir() else model.path.parent
        show = tool_button(
            "folder-open", "Show the folder", lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))), 16
        )
        place.addWidget(show)
        column.addLayout(place)


class OtherCard(QFrame):
    """A file that was found and cannot be used, with the reason."""

    def __init__(self, other: Recognised) -> None:
        super().__init__()
        self.setProperty("role", "card")
        column = QVBoxLayout(self)
        column.setContentsMargins(SECTION, 12, SECTION, 12)
        column.setSpacing(4)
        column.addWidget(words(other.path.name))
        column.addWidget(words(other.reason, "secondary"))
        column.addWidget(words(str(other.path), "small"))


class ModelsPage(QWidget):
    """used(Model): the person chose one. refreshed: the folders were looked through again."""

    used = Signal(object)
    refreshed = Signal()

    def __init__(self, document: Document, models: Models) -> None:
        super().__init__()
        self._document = document
        self._models = models
        self._stale = True
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.cards: tuple[ModelCard, ...] = ()
        title = label("Models", "title")
        again = tool_button("refresh-cw", "Look through the folders again", self.look_again, 16)
        head = QHBoxLayout()
        head.addWidget(title)
        head.addStretch(1)
        head.addWidget(again)
        self._list = QWidget()
        self._column = QVBoxLayout(self._list)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        middle = QWidget()
        middle.setMaximumWidth(WIDTH)
        inner = QVBoxLayout(middle)
        inner.setContentsMargins(0, 32, 0, 32)
        inner.setSpacing(SECTION)
        inner.addLayout(head)
        inner.addWidget(self._list)
        inner.addStretch(1)
        self._area = ScrollColumn(24, role="page")
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(middle, 100)
        row.addStretch(1)
        self._area.column.addLayout(row)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._area)
        document.changed.connect(self._changed)

    def refresh(self) -> None:
        """Shows the models; asked for when the page is opened."""
        self._stale = False
        clear_layout(self._list)
        self.cards = tuple(ModelCard(model, model == self._document.model) for model in self._models.all())
        for card in self.cards:
            card.used.connect(self.used)
            self._column.addWidget(card)
        others = self._models.others
        if others:
            self._column.addSpacing(SECTION)
            self._column.addWidget(label("Found, but not usable", "heading"))
            for other in others:
                self._column.addWidget(OtherCard(other))

    def look_again(self) -> None:
        self._models.refresh()
        self.refresh()
        self.refreshed.emit()

    def opened(self) -> None:
        """The page is shown."""
        if self._stale:
            self.refresh()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _changed(self, change: Change) -> None:
        if change & Change.MODEL:
            self._stale = True
            if self.isVisible():
                self.refresh()
