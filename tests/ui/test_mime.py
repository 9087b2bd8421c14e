"""What was copied or is dragged when the program ends does not take it down."""

from __future__ import annotations

import subprocess
import sys

import pytest
from PySide6.QtCore import QUrl

from studio.ui.mime import empty_mime

PROGRAM = """
from PySide6.QtCore import QTimer, QUrl
from PySide6.QtGui import QDrag, QGuiApplication, QImage
from PySide6.QtWidgets import QApplication, QWidget
from studio.ui.mime import empty_mime

app, window = QApplication([]), QWidget()
window.show()
data = empty_mime()
data.setUrls([QUrl.fromLocalFile("/a.png")])
data.setImageData(QImage(8, 8, QImage.Format.Format_RGB32))
{deed}
QTimer.singleShot(0, app.quit)
app.exec()
print("to the end")
"""
COPY = "QGuiApplication.clipboard().setMimeData(data)"
DRAG = """
QGuiApplication.clipboard().setMimeData(data)
drag = QDrag(window)
drag.setMimeData(empty_mime())
QTimer.singleShot(50, QDrag.cancel)
drag.exec()
"""


@pytest.mark.parametrize("deed", [COPY, DRAG], ids=["copied", "dragged"])
def test_the_program_ends_well_with_its_own_data_on_the_clipboard(deed: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(deed=deed)], capture_output=True, text=True, timeout=120
    )
    assert (done.returncode, done.stdout) == (0, "to the end\n"), done.stderr


def test_it_begins_empty_and_holds_what_is_put_in() -> None:
    data = empty_mime()
    assert data.formats() == []
    data.setUrls([QUrl.fromLocalFile("/a b.png")])
    data.setData("application/x-own", b"12")
    assert data.urls() == [QUrl.fromLocalFile("/a b.png")]
    assert bytes(data.data("application/x-own").data()) == b"12"
