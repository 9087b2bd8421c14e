"""What to export, where to, as what, and called how."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from studio.library.gallery.export import SAME, TEMPLATE, TOKENS, Export, name_for
from studio.library.gallery.index.store import Item
from studio.library.gallery.metadata import Metadata
from studio.ui.widgets.choice import Choice
from studio.ui.widgets.numbers import NumberField
from studio.ui.widgets.switch import Switch
from studio.ui.widgets.tool import GAP, SECTION, Labelled, label

FORMATS = (("As they are", SAME), ("PNG", "PNG"), ("JPEG", "JPEG"), ("WebP", "WebP"), ("AVIF", "AVIF"))
WIDTH = 460


class ExportDialog(QDialog):
    """first, metadata: the first picture to export, for the example of a name."""

    def __init__(self, count: int, first: Item, metadata: Metadata, folder: Path, parent: QWidget) -> None:
        super().__init__(parent)
        self._first, self._metadata = first, metadata
        self.setWindowTitle("Export" if count == 1 else f"Export {count:,} pictures")
        self.setMinimumWidth(WIDTH)
        self.folder = QLineEdit(str(folder))
        choose = QPushButton("Choose …")
        choose.clicked.connect(self._choose)
        self.format = Choice()
        for title, value in FORMATS:
            self.format.addItem(title, value)
        self.quality = NumberField(1, 100)
        self.quality.setValue(92)
        self.longest = NumberField(0, 65_535, "px", 256)
        self.longest.setSpecialValueText("As it is")
        self.template = QLineEdit(TEMPLATE)
        self.template.setToolTip("\n".join(f"[{name}]  {about}" for name, about in TOKENS.items()))
        self.example = label("", "small")
        self.keep = Switch("Keep the settings in the files")
        self.keep.setChecked(True)
        self.keep.setToolTip("Off: the files hold the pictures and nothing else")
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        go = self.buttons.addButton("Export", QDialogButtonBox.ButtonRole.AcceptRole)
        go.setProperty("role", "main")
        self._build(choose)
        self.format.currentIndexChanged.connect(self._changed)
        self.template.textChanged.connect(self._changed)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self._changed()

    @property
    def wanted(self) -> Export:
        """What has been chosen."""
        return Export(
            folder=Path(self.folder.text()).expanduser(),
            format=str(self.format.currentData()),
            quality=self.quality.value(),
            longest=self.longest.value(),
            template=self.template.text().strip() or TEMPLATE,
            strip=not self.keep.isChecked(),
        )

    def _build(self, choose: QPushButton) -> None:
        where = QWidget()
        row = QHBoxLayout(where)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP)
        row.addWidget(self.folder, 1)
        row.addWidget(choose)
        numbers = QHBoxLayout()
        numbers.setSpacing(GAP)
        self._quality = Labelled("Quality", self.quality)
        for part in (Labelled("Format", self.format), self._quality, Labelled("Longer side", self.longest)):
            numbers.addWidget(part, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(SECTION, SECTION, SECTION, SECTION)
        column.setSpacing(12)
        column.addWidget(Labelled("Folder", where))
        column.addLayout(numbers)
        column.addWidget(Labelled("Name", self.template))
        column.addWidget(self.example)
        column.addWidget(self.keep)
        column.addWidget(self.buttons)

    def _choose(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Export to", self.folder.text())
        if folder:
            self.folder.setText(folder)

    def _changed(self) -> None:
        self._quality.setEnabled(self.format.currentData() in ("JPEG", "WebP", "AVIF"))
        name = name_for(self._first, self._metadata, self.wanted.template, 1)
        suffix = {"PNG": ".png", "JPEG": ".jpg", "WebP": ".webp", "AVIF": ".avif"}
        ending = suffix.get(str(self.format.currentData()), self._first.path.suffix)
        self.example.setText(f"The first will be called {name}{ending}")


def reveal_text(told: list[str]) -> QLabel:
    """What a file would tell others, as a list."""
    text = "\n".join(f"•  {each}" for each in told) if told else "Nothing but the picture itself."
    made = label(text)
    made.setWordWrap(True)
    return made
