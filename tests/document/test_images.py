"""Pictures from bytes, in any thread."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QBuffer
from PySide6.QtGui import QImage

from studio.document.images import COLOUR, blank, converted, decoded, image_of, over, straight, view
from studio.request.geometry import Size
from studio.request.pixels import Pixels
from tests.document.making import noise

ROOT = Path(__file__).parents[2]
PATIENCE = 60  # seconds; it takes a few

# In a process of its own: if the two threads wait for each other, nothing but its end helps.
CONNECTING_WHILE_DECODING = """
import sys, threading
from PySide6.QtCore import QObject, Signal
from studio.document.images import COLOUR, blank, converted, decoded, image_of, over, straight, view
from studio.request.geometry import Size
from tests.document.making import noise

class Heard(QObject):
    told = Signal()

    def disconnectNotify(self, signal):
        pass

data = bytes.fromhex(sys.argv[1])
done = threading.Event()

def decode():
    while not done.is_set():
        decoded(data)

threads = [threading.Thread(target=decode) for _ in range(2)]
for thread in threads:
    thread.start()
heard = [Heard() for _ in range(131)]  # as many as Qt has locks for them
for _ in range(200):
    for each in heard:
        each.told.connect(print)
        each.told.disconnect(print)
done.set()
for thread in threads:
    thread.join()
"""


def saved(kind: str) -> bytes:
    image = QImage(16, 16, QImage.Format.Format_RGB32)
    image.fill(0x336699)
    buffer = QBuffer()
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    assert image.save(buffer, kind)
    return bytes(buffer.data().data())


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_decoding_never_waits_for_the_window(kind: str) -> None:
    command = [sys.executable, "-c", CONNECTING_WHILE_DECODING, saved(kind).hex()]
    assert subprocess.run(command, cwd=ROOT, timeout=PATIENCE, check=False).returncode == 0


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_picture_is_decoded(kind: str) -> None:
    assert decoded(saved(kind)).size().toTuple() == (16, 16)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_the_beginning_of_a_picture_is_none(kind: str) -> None:
    assert decoded(saved(kind)[:12]).isNull()


def test_what_is_no_picture_is_none() -> None:
    for data in (b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"GIF89a", b"\0" * 100):
        assert decoded(data).isNull()


@pytest.mark.parametrize("size", [(1, 1), (300, 7), (700, 500), (70_000, 3)])
def test_large_pictures_are_converted_in_strips_as_in_one_piece(size: tuple[int, int]) -> None:
    pixels = noise(size, 4)
    image = over(pixels.array, QImage.Format.Format_RGBA8888)
    whole = image.convertToFormat(COLOUR)
    assert converted(image, COLOUR) == whole
    assert (straight(whole) == view(whole.convertToFormat(QImage.Format.Format_RGBA8888))).all()
    assert converted(whole, QImage.Format.Format_RGB32) == whole.convertToFormat(QImage.Format.Format_RGB32)
    assert not view(blank(Size(*size))).any()
    assert image_of(pixels) == whole
    three = np.ascontiguousarray(pixels.array[..., :3])
    assert image_of(Pixels(three)) == over(three, QImage.Format.Format_RGB888).convertToFormat(COLOUR)
    assert (view(image_of(Pixels(np.ascontiguousarray(three[..., :1])))) == three[..., 0]).all()
