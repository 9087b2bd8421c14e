"""Pictures dropped on the canvas: an empty one takes the first, else the person is asked what they are to be."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, Qt
from PySide6.QtWidgets import QMenu, QWidget

from studio.document.document import Document
from studio.ui.incoming import WAYS, Incoming, files_of, is_document

MOST = 20  # files that become layers at once


def drop(incoming: Incoming, document: Document, data: QMimeData, over: QWidget, place: QPoint) -> bool:
    """False when there was nothing to take. place: on the screen, where the menu opens."""
    files = files_of(data)
    if not files or not document.has_picture or is_document(files[0]):
        return incoming.take(data)
    menu = QMenu(over)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    for title, way in WAYS:
        menu.addAction(title).triggered.connect(partial(_open, incoming, files, way))
    menu.popup(place)
    return True


def _open(incoming: Incoming, files: list[Path], way: str, _checked: bool = False) -> None:
    """All of them as layers; only the first as anything else."""
    for file in files[:MOST] if way == "layer" else files[:1]:
        incoming.open(file, way)
