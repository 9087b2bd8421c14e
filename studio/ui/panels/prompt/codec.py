"""Which picture codec (VAE) turns latents into pixels."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.document.document import Document
from studio.library.attached import fits
from studio.library.entry import Entry
from studio.ui.widgets.choice import Choice
from studio.ui.widgets.tool import Labelled

HELP = "What turns the model's work into pixels (VAE). Another one may have better colours or finer detail."
AUTOMATIC = "Automatic (the model's own)"


class CodecPart(QWidget):
    """The model's own and those that fit it."""

    def __init__(self, document: Document) -> None:
        super().__init__()
        self._document = document
        self._weights: tuple[Entry, ...] = ()
        self._names: tuple[str, ...] = ()
        self._stray = ""  # of them, what does not fit
        self.choice = Choice()
        self.choice.setAccessibleName("Picture codec")
        self.choice.setAccessibleDescription(HELP)
        self.choice.setToolTip(HELP)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(Labelled("Picture codec (VAE)", self.choice))
        self.choice.activated.connect(self._chosen)
        self._fill(("",), "")

    def show_weights(self, weights: Sequence[Entry]) -> None:
        """What is on this machine; other kinds than picture codecs are passed over."""
        self._weights = tuple(each for each in weights if each.kind == "vae")
        self.show_document()

    def show_document(self) -> None:
        """Reflects the document. One that is chosen and does not fit is shown as such, so that it can be changed."""
        family, chosen = self._document.model.family, self._document.recipe.codec
        fitting = tuple(each.name for each in self._weights if fits(each, family))
        names = ("", *dict.fromkeys(fitting))
        stray = "" if chosen in names else chosen
        self._fill((*names, stray) if stray else names, stray)
        with QSignalBlocker(self.choice):
            self.choice.setCurrentIndex(self._names.index(chosen))
        self.choice.update()

    @property
    def offered(self) -> bool:
        """There is something to choose."""
        return len(self._names) > 1

    def _fill(self, names: tuple[str, ...], stray: str) -> None:
        if (names, stray) == (self._names, self._stray):
            return
        self._names, self._stray = names, stray
        with QSignalBlocker(self.choice):
            self.choice.clear()
            for name in names:
                self.choice.addItem(f"{name} (does not fit)" if stray and name == stray else name or AUTOMATIC)

    def _chosen(self, index: int) -> None:
        self._document.change(codec=self._names[index])
