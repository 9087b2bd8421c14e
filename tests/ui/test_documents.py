"""Documents in files, as the artist meets them: new, open, save, close, and what a crash leaves."""

from __future__ import annotations

import threading
import zipfile
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QLockFile, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog, QMessageBox, QPushButton

from studio.document import layering
from studio.document.files.journal import left_over, recover
from studio.document.files.opening import save_document
from studio.document.layers import PaintLayer
from studio.request.geometry import Size
from studio.settings.settings import Settings
from studio.ui.documents.new_sheet import NewSheet
from studio.ui.dropping import drop
from tests.document.making import a_document, a_picture, noise
from tests.ui.fakes import SCENES_MODEL

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A document of two layers."""
    document = a_document()
    document.set_source(noise((90, 70)), "Below")
    layering.duplicate(document, document.active)
    document.change(prompt="a fox")
    path = tmp_path / "fox.ora"
    save_document(document, path)
    return path


def opened(qtbot, desk, path: Path) -> None:
    with qtbot.waitSignal(desk.window.files.filing.replaced):
        desk.window.files.filing.open(path)


def saved(qtbot, desk, path: Path | None = None) -> None:
    filing = desk.window.files.filing
    with qtbot.waitSignal(filing.written):
        if path is None:
            desk.window.table.run("file.save")
        else:
            filing.save_as()
            dialog = filing.questions.open
            assert isinstance(dialog, QFileDialog)
            dialog.fileSelected.emit(str(path))
            dialog.close()


def paint(desk) -> None:
    desk.document.set_source(noise((64, 64), seed=4), "More")


def answer(desk, words: str) -> None:
    box = desk.window.files.filing.questions.open
    assert isinstance(box, QMessageBox)
    next(button for button in box.findChildren(QPushButton) if button.text() == words).click()


def said(desk) -> str:
    return " ".join(notice.sentence for notice in desk.window.page.notices.shown)


def test_a_document_is_opened_with_all_its_layers_and_words(qtbot, desk, file):
    opened(qtbot, desk, file)
    assert [layer.name for layer in desk.document.layers][-2:] == ["Below", "Below copy"]
    assert desk.document.size == Size(90, 70)
    assert desk.panel.words.prompt.field.toPlainText() == "a fox"
    assert desk.window.page.canvas_shown
    assert desk.window.windowTitle() == "fox.ora[*] – Sfumato"
    assert not desk.window.isWindowModified()


def test_saving_writes_the_file_and_painting_on_makes_it_unsaved_again(qtbot, desk, file):
    opened(qtbot, desk, file)
    paint(desk)
    assert desk.window.isWindowModified()
    saved(qtbot, desk)
    assert not desk.window.isWindowModified()
    with zipfile.ZipFile(file) as archive:
        assert b'name="More"' in archive.read("stack.xml")
    desk.document.undo_stack.undo()
    assert desk.window.isWindowModified()


def test_painting_while_it_is_saved_is_not_taken_as_saved(qtbot, desk, file):
    opened(qtbot, desk, file)
    with qtbot.waitSignal(desk.window.files.filing.written):
        desk.window.files.filing.save()
        paint(desk)
    assert desk.window.isWindowModified()


def test_a_first_save_asks_for_a_name_and_adds_the_ending(qtbot, desk, tmp_path):
    paint(desk)
    saved(qtbot, desk, tmp_path / "mine")
    assert desk.document.path == tmp_path / "mine.ora"
    assert (tmp_path / "mine.ora").exists()


def test_a_picture_cannot_hold_layers_and_that_is_said(qtbot, desk, tmp_path):
    paint(desk)
    paint(desk)
    saved(qtbot, desk, tmp_path / "flat.png")
    assert "without its layers" in said(desk)
    assert desk.window.isWindowModified()
    assert QImage(str(tmp_path / "flat.png")).size().width() == 64


def test_one_plain_layer_is_kept_whole_by_a_picture(qtbot, desk, tmp_path):
    paint(desk)
    saved(qtbot, desk, tmp_path / "one.png")
    assert not desk.window.isWindowModified()


def test_a_picture_that_was_opened_is_saved_as_it_came(qtbot, desk, tmp_path):
    path = tmp_path / "one.png"
    save_document(_flat(), path)
    opened(qtbot, desk, path)
    layer = desk.document.active
    assert isinstance(layer, PaintLayer)
    layering.change(desk.document, layer, "Rename", name="x")
    saved(qtbot, desk)
    assert desk.document.path == path


def _flat():
    document = a_document()
    document.set_source(noise((64, 64)))
    return document


def test_exporting_leaves_the_document_as_it_is(qtbot, desk, file, tmp_path):
    opened(qtbot, desk, file)
    with qtbot.waitSignal(desk.window.files.filing.written):
        desk.window.files.filing.export_to(tmp_path / "out.jpg")
    assert QImage(str(tmp_path / "out.jpg")).width() == 90
    assert desk.document.path == file
    assert "out.jpg" in said(desk)


def test_an_export_carries_how_it_was_made(qtbot, desk, tmp_path):
    desk.document.change(prompt="a fox at dawn")
    desk.document.apply_picture(a_picture(desk.document))
    with qtbot.waitSignal(desk.window.files.filing.written):
        desk.window.files.filing.export_to(tmp_path / "out.png")
    with Image.open(tmp_path / "out.png") as image:
        assert image.info["parameters"].startswith("a fox at dawn")


def test_what_cannot_be_written_is_told_and_stays_unsaved(qtbot, desk, file, tmp_path):
    opened(qtbot, desk, file)
    paint(desk)
    desk.document.path = tmp_path / "gone" / "fox.ora"
    with qtbot.waitSignal(desk.window.files.filing.trouble):
        desk.window.files.filing.save()
    assert "could not be written" in said(desk)
    assert desk.window.isWindowModified()


def test_an_unknown_ending_is_refused(qtbot, desk, tmp_path):
    paint(desk)
    desk.window.files.filing.export_to(tmp_path / "a.docx")
    assert "a.docx" in said(desk)


def test_closing_asks_about_unsaved_work(qtbot, desk, tmp_path):
    paint(desk)
    desk.window.close()
    assert desk.window.isVisible()
    answer(desk, "Cancel")
    assert desk.window.isVisible()
    desk.window.close()
    answer(desk, "Do not save")
    assert not desk.window.isVisible()


def test_closing_can_save_first(qtbot, desk, file):
    opened(qtbot, desk, file)
    paint(desk)
    desk.window.close()
    answer(desk, "Save")
    qtbot.waitUntil(lambda: not desk.window.isVisible())
    with zipfile.ZipFile(file) as archive:
        assert b'name="More"' in archive.read("stack.xml")


def test_words_alone_are_nothing_to_ask_about(desk):
    desk.document.change(prompt="a fox")
    desk.window.close()
    assert not desk.window.isVisible()


def test_a_new_document_of_any_size_keeps_the_words(qtbot, desk):
    desk.document.change(prompt="a fox")
    desk.window.table.run("file.new")
    sheet = desk.window.findChild(NewSheet)
    qtbot.keyClicks(sheet.width_field, "1000")
    sheet.height_field.setFocus()
    sheet.height_field.selectAll()
    qtbot.keyClicks(sheet.height_field, "300")
    sheet.paper.setCurrentText("White")
    with qtbot.waitSignal(desk.window.files.filing.replaced):
        qtbot.keyClick(sheet.height_field, Qt.Key.Key_Return)
    assert desk.document.size == Size(1000, 300)
    assert desk.document.recipe.prompt == "a fox"
    assert desk.document.picture().array.min() == 255
    assert [layer.name for layer in desk.document.layers] == ["Paper", "Layer 1"]
    assert not desk.window.isWindowModified()


def test_a_dropped_document_is_opened_and_a_dropped_picture_becomes_a_layer(qtbot, desk, file, tmp_path):
    _flat().image().save(str(tmp_path / "p.png"))
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file))])
    with qtbot.waitSignal(desk.window.files.filing.replaced):
        desk.window.incoming.take(data)
    count = len(desk.document.layers)
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "p.png"))])
    desk.window.incoming.take(data)
    assert len(desk.document.layers) == count + 1


def test_a_document_dropped_on_a_picture_is_opened_without_a_question(qtbot, desk, file):
    paint(desk)
    desk.document.undo_stack.setClean()
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file))])
    with qtbot.waitSignal(desk.window.files.filing.replaced):
        assert drop(desk.window.incoming, desk.document, data, desk.window, QPoint())
    assert desk.document.path == file


def test_a_damaged_file_is_refused_and_the_canvas_stays(qtbot, desk, tmp_path):
    paint(desk)
    desk.document.undo_stack.setClean()
    bad = tmp_path / "bad.ora"
    bad.write_bytes(b"PK\3\4 this is no zip")
    with qtbot.waitSignal(desk.window.files.filing.trouble):
        desk.window.files.filing.open(bad)
    assert "bad.ora" in said(desk)
    assert desk.document.size == Size(64, 64)


def test_recent_documents_are_found_again_in_the_next_start(qtbot, desk_of, file):
    desk = desk_of()
    opened(qtbot, desk, file)
    again = desk_of(Settings(window=desk.preferences.now.window))
    assert again.window.files.filing.recent.files == (file,)
    again.window.table.run("file.open_recent")
    with qtbot.waitSignal(again.window.files.filing.replaced):
        qtbot.keyClick(again.window.focusWidget(), Qt.Key.Key_Return)
    assert again.document.path is None  # the first window has it: this is a copy
    assert "copy" in said(again)


def test_a_file_that_another_window_writes_is_not_written(qtbot, desk, file, tmp_path):
    lock = QLockFile(str(file.with_name(".fox.ora.lock")))
    lock.setStaleLockTime(0)
    assert lock.tryLock(0)
    opened(qtbot, desk, file)
    assert desk.window.windowTitle().startswith("fox (copy)")
    before = file.read_bytes()
    desk.window.files.filing._write(file, None)
    assert "another window" in said(desk)
    assert file.read_bytes() == before
    lock.unlock()


def test_what_a_crash_left_is_offered_and_opened(qtbot, desk_of, tmp_path):
    journals = tmp_path / "journals"
    crashed = desk_of(journals=journals)
    crashed.document.change(prompt="a fox")
    paint(crashed)
    crashed.window.files.rescue.journal.close(keep=True)
    shown = crashed.document.picture()
    desk = desk_of(journals=journals)
    (notice,) = [notice for notice in desk.window.page.notices.shown if "unsaved work" in notice.sentence]
    with qtbot.waitSignal(desk.window.files.filing.recovered):
        notice.buttons[0].click()
    assert desk.document.picture() == shown
    assert desk.document.recipe.prompt == "a fox"
    assert desk.window.isWindowModified()
    desk.window.files.rescue.journal.wait()
    assert left_over(journals) == []  # the old one is gone, ours is alive
    desk.window.files.rescue.journal.close(keep=True)  # a second crash, before anything else was done
    (again,) = left_over(journals)
    assert recover(again, SCENES_MODEL).picture() == shown


def test_a_clean_end_leaves_no_journal(qtbot, desk_of, tmp_path, file):
    journals = tmp_path / "journals"
    desk = desk_of(journals=journals)
    opened(qtbot, desk, file)
    paint(desk)
    saved(qtbot, desk)
    desk.window.close()
    assert list(journals.iterdir()) == []


@pytest.mark.parametrize("tool", ["brush", "transform"])
def test_what_the_journal_writes_in_the_middle_of_something_loses_nothing(qtbot, desk_of, tmp_path, tool):
    journals = tmp_path / "journals"
    desk = desk_of(journals=journals)
    paint(desk)
    canvas, journal = desk.window.page.canvas, desk.window.files.rescue.journal
    canvas.tools.choose(tool)
    start, end = (canvas.view.to_screen(QPointF(20 + 15 * step, 30)).toPoint() for step in range(2))
    before = desk.document.picture() if tool == "brush" else noise((64, 64), seed=4)
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(canvas, end)
    desk.document.change(prompt="meanwhile")
    journal.wait()
    assert recover(journal.path, SCENES_MODEL).picture() == before  # what is unfinished counts as not begun
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=end)
    qtbot.keyClick(canvas, Qt.Key.Key_Return)
    journal.wait()
    assert recover(journal.path, SCENES_MODEL).picture() == desk.document.picture() != before


@pytest.mark.logs
def test_closing_while_a_file_cannot_be_written_keeps_the_work(desk_of, tmp_path, monkeypatch):
    """The disk is full just when the window is closed: the next start offers what was thought saved."""
    desk = desk_of(journals=tmp_path / "journals")
    paint(desk)
    go = threading.Event()

    def full(*_: object) -> None:
        go.wait(10)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("studio.ui.documents.disk.write_snapshot", full)
    desk.document.path = tmp_path / "mine.ora"
    desk.window.table.run("file.save")
    assert not desk.window.files.filing.unsaved  # so far
    go.set()
    desk.window.close()
    (left,) = left_over(tmp_path / "journals")
    assert recover(left, SCENES_MODEL).has_picture
