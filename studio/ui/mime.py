"""Data for the clipboard and for dragging that may outlive Python."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, QStringListModel


def empty_mime() -> QMimeData:
    """Data with nothing in it, made by Qt.

    A clipboard keeps what it is given to the very end of the program. An object made by Python would be asked there
    after Python has gone, which ends in a crash; one made by Qt needs nobody. A model makes such objects.
    """
    model = QStringListModel([""])
    data = model.mimeData([model.index(0, 0)])
    for name in data.formats():
        data.removeFormat(name)
    return data
