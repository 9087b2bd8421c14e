"""Screens with more pixels than the desktop counts: in a child process, since the scale is set at its start."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from studio.document.images import view
from studio.ui.canvas.canvas import Canvas
from tests.document.making import a_document, noise
from tests.ui.canvas.test_canvas import dab


def looks(image: QImage) -> np.ndarray:
    return view(image.convertToFormat(QImage.Format.Format_RGB32))[..., 2::-1].astype(int)


def child() -> None:
    """Shows noise at 100 %, then paints a few dabs at another zoom."""
    app = QApplication([])
    document = a_document()
    pixels = noise((300, 200))
    document.set_source(pixels)
    canvas = Canvas(document)
    canvas.resize(500, 400)
    canvas.show()
    canvas.actual_size()
    app.processEvents()
    x, y = canvas.view.x, canvas.view.y
    assert (looks(canvas.grab().toImage())[y : y + 200, x : x + 300] == pixels.array).all()
    canvas.set_zoom(0.83)
    app.processEvents()
    for number in range(6):
        dab(document, 37 * number, 29 * number, 30, number)
        app.processEvents()
    afresh = looks(canvas.grab().toImage())
    height, width = afresh.shape[:2]
    shot = looks(canvas.screen().grabWindow(canvas.winId(), 0, 0, width, height).toImage())
    assert shot.shape[0] >= 400
    height, width = min(height, shot.shape[0]), min(width, shot.shape[1])
    assert abs(shot[:height, :width] - afresh[:height, :width]).max() <= 1


@pytest.mark.parametrize("scale", ["1.25", "1.5", "2"])
def test_a_document_pixel_is_a_pixel_of_the_screen_and_parts_are_painted_as_the_whole(scale: str) -> None:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "QT_SCALE_FACTOR": scale}
    code = "from tests.ui.canvas.test_scaled import child; child()"
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr[-2000:]
