"""Type a prompt, watch the picture come out of noise on the canvas, keep it."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest

from studio.library.pictures import read_picture
from studio.request.events import Cancelled, Finished, Made, Step
from studio.ui.window import MainWindow

pytestmark = pytest.mark.model


def heard(studio) -> list:
    """Every event from now on."""
    events = []
    studio.engine.happened.connect(lambda job, event: events.append(event))
    return events


def type_prompt(window: MainWindow, text: str) -> None:
    area = window.prompt.words.prompt
    area.setFocus()
    QTest.keyClicks(keys_of(area), text)


def keys_of(widget):
    """Keys go to the viewport's owner, whichever widget inside takes the text."""
    return widget.focusProxy() or widget


def canvas_pixels(window: MainWindow) -> np.ndarray:
    image = window.page.canvas.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : image.width() * 3].reshape(image.height(), image.width(), 3).copy()


def colourful(pixels: np.ndarray) -> float:
    """The part of the pixels that is not grey: everything of the interface is."""
    return float((np.ptp(pixels, axis=2) > 16).mean())


def test_a_picture_comes_out_of_noise_and_is_on_disk_before_it_is_shown(studio, until, until_heard):
    window, events = studio.window, heard(studio)
    on_disk = []
    studio.engine.happened.connect(
        lambda job, event: on_disk.append(event.path.exists()) if isinstance(event, Made) else None
    )
    studio.document.change(steps=6, seed=3, seed_locked=True)
    type_prompt(window, "a lake and mountains at sunset")
    QTest.keyClick(keys_of(window.prompt.words.prompt), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    until(events, lambda: any(isinstance(event, Step) and event.preview for event in events))
    in_the_making = canvas_pixels(window)
    assert colourful(in_the_making) > 0.1
    until_heard(events, Finished)
    made = next(event for event in events if isinstance(event, Made))
    assert on_disk == [True]
    assert studio.document.recipe.prompt == "a lake and mountains at sunset"
    assert read_picture(made.path) == made.picture.pixels
    assert (canvas_pixels(window) != in_the_making).any(2).mean() > 0.1
    assert not studio.document.has_picture  # a proposal: nothing is changed until the artist takes it

    window.page.proposal.apply()
    assert studio.document.picture().array.shape[:2] == (256, 256)
    assert np.array_equal(studio.document.picture().array[..., :3], made.picture.pixels.array[..., :3])
    window.table.run("edit.undo")
    assert not studio.document.has_picture


def test_escape_stops_at_once_and_the_next_picture_is_made(artist):
    artist.type("the sea at night")
    artist.document.change(steps=500)
    artist.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    artist.until_step()
    artist.key(Qt.Key.Key_Escape)
    artist.until_stopped()
    assert artist.all(Cancelled)
    artist.document.change(steps=2)
    artist.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    (made,) = artist.until_made()
    assert made.picture.request.steps == 2


def test_closing_in_the_middle_loses_nothing(open_studio, until_heard):
    first = open_studio()
    events = heard(first)
    first.document.change(prompt="hills in the morning", steps=400, seed=11, seed_locked=True)
    first.window.table.run("picture.generate")
    first.document.change(prompt="a second wish", steps=2)
    first.window.table.run("picture.generate")
    until_heard(events, Step)
    first.window.close()
    first.close()

    second = open_studio()
    left = second.engine.left_over
    assert [job.request.prompt.raw for job in left] == ["hills in the morning", "a second wish"]
    second.engine.discard(left[:1])
    events = heard(second)
    second.engine.resume()
    until_heard(events, Finished)


def test_the_same_request_makes_the_same_picture_warm_or_cold(open_studio, until_heard):
    pictures = []
    for _ in range(2):
        studio = open_studio()
        events = heard(studio)
        studio.document.change(prompt="a red house in a meadow", steps=3, seed=9, seed_locked=True, count=2)
        studio.window.table.run("picture.generate")
        until_heard(events, Finished)
        pictures.append([event.picture.pixels for event in events if isinstance(event, Made)])
        studio.close()
    assert pictures[0] == pictures[1]
    assert pictures[0][0] != pictures[0][1]
