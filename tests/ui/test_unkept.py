"""Pictures that the gallery cannot take: nothing is lost that the person did not give up."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QFileDialog

from studio.library.gallery.gallery import Gallery
from studio.request.errors import Trouble
from studio.ui.unkept import Unkept

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
FULL = "The picture could not be written to 'gallery': No space left on device. Free some space on the disk."


class FullDisk(Gallery):
    full = True

    def keep(self, picture):
        if self.full:
            raise Trouble(*FULL.split(". ", 1))
        return super().keep(picture)


@pytest.fixture
def gallery(tmp_path):
    gallery = FullDisk(tmp_path / "gallery")
    yield gallery
    gallery.close()


@pytest.fixture
def unkept(desk, gallery):
    """Two pictures are made on a full disk."""
    unkept = Unkept(desk.window, gallery)
    desk.document.change(prompt="a fox", count=2)
    desk.window.deeds.generate()
    job = desk.job
    desk.engine.finish(job, *(desk.engine.make(job, index, problem=FULL) for index in range(2)))
    yield unkept
    unkept.shut()


def bar(desk):
    (notice,) = desk.window.page.notices.shown
    return notice


def press(desk, title):
    next(button for button in bar(desk).buttons if button.text() == title).click()


def test_it_is_said_once_and_tried_again_when_there_is_room(qtbot, desk, unkept, gallery):
    assert bar(desk).sentence == FULL
    press(desk, "Try again")
    qtbot.waitUntil(lambda: bool(desk.window.page.notices.shown))  # still full
    assert len(unkept.items) == 2
    gallery.full = False
    press(desk, "Try again")
    qtbot.waitUntil(lambda: unkept.items == ())
    assert len(list(gallery.folder.rglob("*-a-fox-*.png"))) == 2
    assert all(item.path is not None for item in desk.window.candidates.items)
    assert bar(desk).sentence.startswith("Everything is kept now")


def test_they_follow_by_themselves_when_a_later_one_could_be_kept(qtbot, desk, unkept, gallery, tmp_path):
    gallery.full = False
    desk.window.deeds.generate()
    job = desk.job
    desk.engine.finish(job, desk.engine.make(job, path=tmp_path / "later.png"))
    qtbot.waitUntil(lambda: unkept.items == ())
    assert len(list(gallery.folder.rglob("*.png"))) == 2


def test_they_can_be_kept_elsewhere(qtbot, desk, unkept, tmp_path):
    (tmp_path / "stick").mkdir()
    press(desk, "Keep elsewhere …")
    dialog = desk.window.findChild(QFileDialog)
    dialog.setDirectory(str(tmp_path / "stick"))
    dialog.accept()
    qtbot.waitUntil(lambda: unkept.items == ())
    assert len(list((tmp_path / "stick").glob("*.png"))) == 2


def test_who_thinks_better_of_it_is_offered_both_again(desk, unkept):
    press(desk, "Keep elsewhere …")
    desk.window.findChild(QFileDialog).reject()
    assert [button.text() for button in bar(desk).buttons] == ["Try again", "Keep elsewhere …"]


def test_the_window_does_not_close_over_them_unasked(desk, unkept):
    desk.document.undo_stack.setClean()
    assert not desk.window.close()
    assert bar(desk).sentence.startswith("2 pictures would be lost: they are only in memory.")
    press(desk, "Close without")
    assert not desk.window.isVisible()


def test_when_it_closes_they_are_kept_if_that_is_possible_by_now(desk, unkept, gallery):
    desk.document.undo_stack.setClean()
    gallery.full = False
    assert desk.window.close()
    assert len(list(gallery.folder.rglob("*.png"))) == 2


def test_what_was_discarded_holds_nothing_up(desk, unkept):
    desk.window.candidates.discard(list(desk.window.candidates.items))
    desk.document.undo_stack.setClean()
    assert desk.window.close()
