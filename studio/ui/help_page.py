"""The help: the pages of `resources/help` beside the window, to read while working."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import (
    QColor,
    QDesktopServices,
    QFont,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextTable,
)
from PySide6.QtWidgets import QDialog, QHBoxLayout, QListWidget, QListWidgetItem, QTextBrowser, QWidget

from studio.library.resources import resource
from studio.ui.theme import TEXT, colours, font

ORDER = ("first-five-minutes", "prompt-panel", "canvas")  # these first, then the others by title
LIST_WIDTH = 208
MARGIN = 20
LINE = 120  # percent of the usual height
HEADINGS = {1: 20, 2: 15}  # pixels, by level
PATH = Qt.ItemDataRole.UserRole


class HelpPage(QDialog):
    """Pages at the left, the one that is read at the right."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setWindowTitle("Help")
        self.resize(860, 620)
        self.pages = QListWidget()
        self.pages.setObjectName("pages")
        self.pages.setFixedWidth(LIST_WIDTH)
        self.pages.setAccessibleName("Pages")
        self.text = QTextBrowser()
        self.text.setAccessibleName("Page")
        self.text.setOpenLinks(False)
        self.text.setFont(font())
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 8, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.pages)
        row.addWidget(self.text, 1)
        for title, file in pages():
            item = QListWidgetItem(title)
            item.setData(PATH, str(file))
            self.pages.addItem(item)
        self.pages.currentItemChanged.connect(self._show)
        self.text.anchorClicked.connect(self._follow)
        self.pages.setCurrentRow(0)

    def open_page(self, name: str) -> bool:
        """Shows the page of a file ("canvas.md"). False when there is none."""
        for row in range(self.pages.count()):
            if Path(str(self.pages.item(row).data(PATH))).name == name:
                self.pages.setCurrentRow(row)
                return True
        return False

    def _show(self, item: QListWidgetItem) -> None:
        file = Path(str(item.data(PATH)))
        document = self.text.document()
        document.setBaseUrl(QUrl.fromLocalFile(f"{file.parent}/"))
        document.setMarkdown(file.read_text(encoding="utf-8"))
        _set(document)
        self.text.moveCursor(QTextCursor.MoveOperation.Start)

    def _follow(self, url: QUrl) -> None:
        if not self.open_page(url.fileName()):
            QDesktopServices.openUrl(url)


def pages() -> list[tuple[str, Path]]:
    """Title and file of every page, in the order in which they are read."""
    files = sorted(resource("help").glob("*.md"), key=lambda file: (_place(file), _title(file)))
    return [(_title(file), file) for file in files]


def _set(document: QTextDocument) -> None:
    """Sets the type of a page as that of the window."""
    document.setDocumentMargin(MARGIN)
    block = document.begin()
    while block.isValid():
        level = block.blockFormat().headingLevel()
        cursor = QTextCursor(block)
        form = QTextBlockFormat()
        form.setLineHeight(LINE, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        form.setTopMargin(0 if level == 1 else 20 if level else 0)
        form.setBottomMargin(0 if cursor.currentTable() else 8 if level else 10)
        cursor.mergeBlockFormat(form)
        if level:
            letters = QTextCharFormat()
            letters.setFont(font(HEADINGS.get(level, TEXT), QFont.Weight.DemiBold))
            cursor.select(QTextCursor.SelectionType.BlockUnderCursor)
            cursor.mergeCharFormat(letters)
        block = block.next()
    for frame in document.rootFrame().childFrames():
        if isinstance(frame, QTextTable):
            _set_table(frame)


def _set_table(table: QTextTable) -> None:
    """Without lines; its head in the quiet colour."""
    form = table.format().toTableFormat()
    form.setBorder(0)
    form.setCellPadding(0)
    form.setCellSpacing(0)
    form.setBottomMargin(12)
    table.setFormat(form)
    quiet = QTextCharFormat()
    quiet.setForeground(QColor(colours().secondary))
    quiet.setFont(font())
    for row in range(table.rows()):
        for column in range(table.columns()):
            cell = table.cellAt(row, column)
            inside = cell.format().toTableCellFormat()
            inside.setRightPadding(20)
            inside.setBottomPadding(6)
            cell.setFormat(inside)
            if row == 0:
                cursor = cell.firstCursorPosition()
                cursor.setPosition(cell.lastCursorPosition().position(), QTextCursor.MoveMode.KeepAnchor)
                cursor.mergeCharFormat(quiet)


def _place(file: Path) -> int:
    return ORDER.index(file.stem) if file.stem in ORDER else len(ORDER)


def _title(file: Path) -> str:
    with file.open(encoding="utf-8") as lines:
        return lines.readline().lstrip("# ").strip()
