"""What can be had, as cards and rows: an offer of the catalogue, a repository, a file in one."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from studio.library.downloads.catalogue import Offer
from studio.library.recognition.verdict import size_text
from studio.ui.models.wanted import family_title
from studio.ui.progress import joined
from studio.ui.widgets.tool import GAP, SECTION, label, tool_button


class OfferCard(QFrame):
    """One offer of the catalogue. wanted(Offer). button: says what can be done."""

    wanted = Signal(object)

    def __init__(self, offer: Offer, there: bool) -> None:
        super().__init__()
        self.offer = offer
        self.setProperty("role", "card")
        self.setAccessibleName(offer.title)
        head = QHBoxLayout()
        head.setSpacing(GAP)
        head.addWidget(label(offer.title, "heading"))
        if offer.family and family_title(offer.family) not in offer.title:
            head.addWidget(label(family_title(offer.family), "chip"), 0, Qt.AlignmentFlag.AlignVCenter)
        head.addStretch(1)
        head.addWidget(page_button(offer.page))
        size = f" ({size_text(offer.size)})" if offer.size else ""
        self.button = QPushButton("Is here" if there else f"Get{size}")
        self.button.setEnabled(not there)
        self.button.setAccessibleName(f"{offer.title}: {self.button.text()}")
        self.button.clicked.connect(lambda: self.wanted.emit(offer))
        head.addWidget(self.button)
        column = QVBoxLayout(self)
        column.setContentsMargins(SECTION, 10, 12, 12)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(wrapped(offer.about))
        memory = f"runs well with {size_text(offer.memory)} of graphics memory" if offer.memory else ""
        gated = "licence to be accepted first" if offer.gated else ""
        column.addWidget(wrapped(joined(f"Licence: {offer.licence}", memory, gated, offer.checked), "small"))


def page_button(page: str) -> QWidget:
    """Opens a page on the web."""
    return tool_button("external-link", "Its page on the web", lambda: QDesktopServices.openUrl(QUrl(page)), 16)


def found_row(title: str, facts: str, text: str, run: Callable[[], object], page: str = "") -> QFrame:
    """A repository or a file of one. text: of the button that does `run`. page: on the web, if it is of use."""
    frame = QFrame()
    frame.setProperty("role", "card")
    row = QHBoxLayout(frame)
    row.setContentsMargins(SECTION, 8, 12, 8)
    row.setSpacing(GAP)
    column = QVBoxLayout()
    column.setSpacing(2)
    column.addWidget(wrapped(title))
    column.addWidget(wrapped(facts, "small"))
    row.addLayout(column, 1)
    if page:
        row.addWidget(page_button(page))
    button = QPushButton(text)
    button.setAccessibleName(f"{text} {title}")
    button.clicked.connect(lambda _checked=False: run())
    row.addWidget(button)
    return frame


def wrapped(text: str, role: str = "") -> QLabel:
    """Words in as many lines as they need, which can be selected."""
    made = label(text, role)
    made.setWordWrap(True)
    made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return made
