"""A canvas with white paper and a red brush in hand."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication

from studio.document.document import Document
from studio.ui.canvas.canvas import Canvas
from tests.document.making import a_document, plain


@pytest.fixture
def document(qapp: QApplication) -> Document:
    document = a_document()
    document.set_source(plain((400, 300), 255, 255, 255))
    return document


@pytest.fixture
def canvas(document: Document, qtbot) -> Canvas:
    canvas = Canvas(document)
    canvas.resize(500, 400)
    qtbot.addWidget(canvas)
    with qtbot.waitExposed(canvas):
        canvas.show()
    canvas.actual_size()
    canvas.kit.change(size=20, hardness=1.0, smoothing=0.0, pressure_size=False)
    canvas.kit.set_foreground("#ff0000")
    return canvas
