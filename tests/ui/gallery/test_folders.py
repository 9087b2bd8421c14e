"""Folders of old pictures: added, watched, pulled out, put back, forgotten; files dropped; thousands at once."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QListWidget

from studio.ui.gallery import work
from studio.ui.gallery.scan_report import trouble_list
from studio.ui.gallery.side_bar import Chosen
from tests.ui.gallery.conftest import SPECIMENS, ids, select, shown

MANY = 10_000


@pytest.fixture
def old(tmp_path):
    """A folder of another program's pictures, one of them in a folder within."""
    folder = tmp_path / "old pictures"
    (folder / "2023").mkdir(parents=True)
    shutil.copy(SPECIMENS / "a1111.png", folder)
    shutil.copy(SPECIMENS / "plain.jpg", folder / "2023")
    return folder


@pytest.fixture
def swift(monkeypatch):
    monkeypatch.setattr(work, "SETTLE", 20)


def add(qtbot, view, folder, monkeypatch):
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(folder))
    with qtbot.waitSignal(view.work.scanned, timeout=20_000):
        view.side.folder_added.emit()


def folders(view):
    """Names in the bar at the left, of folders."""
    entries = [(item.text(0), item.data(0, Qt.ItemDataRole.UserRole)) for item in view.side._all()]
    return [name for name, chosen in entries if isinstance(chosen, Chosen) and chosen.folder is not None]


def folder_entry(view):
    """What finds the entry of the one folder in the bar at the left, which may be built anew."""

    def find():
        entries = [(item, item.data(0, Qt.ItemDataRole.UserRole)) for item in view.side._all()]
        return next(item for item, chosen in entries if isinstance(chosen, Chosen) and chosen.folder is not None)

    return find


def drop(view, *paths):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    middle, copy, left = view.rect().center(), Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    enter = QDragEnterEvent(middle, copy, data, left, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(view, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(view, QDropEvent(QPointF(middle), copy, data, left, Qt.KeyboardModifier.NoModifier))


def test_a_folder_is_added_watched_and_forgotten(qtbot, swift, view, old, monkeypatch):
    add(qtbot, view, old, monkeypatch)
    assert folders(view) == ["old pictures"]
    qtbot.waitUntil(lambda: view.model.rowCount() == 7)
    view.side.choose(Chosen(folder=old))
    view.places.look()
    assert view.model.rowCount() == 2
    before = {path: path.stat() for path in old.rglob("*.*")}
    shutil.copy(SPECIMENS / "invokeai.png", old / "2023" / "new.png")  # another program made it meanwhile
    qtbot.waitUntil(lambda: view.model.rowCount() == 3, timeout=10_000)
    (old / "a1111.png").unlink()
    qtbot.waitUntil(lambda: view.model.rowCount() == 2, timeout=10_000)
    view.side.folder_removed.emit(old)
    qtbot.waitUntil(lambda: folders(view) == [])
    qtbot.waitUntil(lambda: view.model.rowCount() == 5)
    assert (old / "2023" / "new.png").exists()
    assert all(path.stat().st_mtime_ns == known.st_mtime_ns for path, known in before.items() if path.exists())
    view.notices.shown[0].buttons[0].click()  # Undo
    qtbot.waitUntil(lambda: view.model.rowCount() == 7, timeout=10_000)
    assert folders(view) == ["old pictures"]


def test_a_stick_that_is_pulled_keeps_its_pictures_in_mind(qtbot, swift, view, old, monkeypatch):
    add(qtbot, view, old, monkeypatch)
    view._gallery.mark(ids(view._gallery, "source:a1111"), rating=5)
    view.work.look_for_disks()
    qtbot.waitUntil(lambda: not view.work._looking)
    old.rename(old.with_name("elsewhere"))
    with qtbot.waitSignal(view.work.scanned, timeout=10_000):
        view.work.look_for_disks()
    qtbot.waitUntil(lambda: sum(view.model.item(row).away for row in range(view.model.rowCount())) == 2)
    assert "could not be read" in view.progress.text()
    entry = folder_entry(view)
    qtbot.waitUntil(lambda: "not there now" in entry().toolTip(0))
    faint = entry().foreground(0)
    row = next(row for row in range(7) if view.model.item(row).rating == 5)
    select(view, row)
    view.looking.open()
    screen = view.viewer.views[0]
    qtbot.waitUntil(lambda: "a1111.png" in screen.words)
    assert screen.image.isNull()
    view.looking.close()
    old.with_name("elsewhere").rename(old)
    qtbot.waitUntil(lambda: not view.work._looking)
    with qtbot.waitSignal(view.work.scanned, timeout=10_000):
        view.work.look_for_disks()
    qtbot.waitUntil(lambda: not any(view.model.item(row).away for row in range(view.model.rowCount())))
    assert len(ids(view._gallery, "rating:5")) == 1
    qtbot.waitUntil(lambda: entry().toolTip(0) == str(old))
    assert entry().foreground(0) != faint
    view.looking.open()
    qtbot.waitUntil(lambda: not screen.image.isNull() and not screen.words)


def test_dropped_files_are_copied_and_dropped_folders_watched(qtbot, swift, view, old, tmp_path):
    loose = tmp_path / "loose"
    loose.mkdir()
    shutil.copy(SPECIMENS / "fooocus.png", loose)
    (loose / "letter.png").write_text("Dear Sir")
    with qtbot.waitSignal(view.work.scanned, timeout=10_000):
        drop(view, loose / "fooocus.png", loose / "letter.png", old)
    qtbot.waitUntil(lambda: view.model.rowCount() == 8)
    assert (view._gallery.folder / "imported" / "fooocus.png").read_bytes() == (SPECIMENS / "fooocus.png").read_bytes()
    assert folders(view) == ["old pictures"]
    qtbot.waitUntil(lambda: any("letter.png" in notice.sentence for notice in view.notices.shown))


def test_what_could_not_be_read_is_listed_with_the_reason(qtbot, view, old, monkeypatch):
    (old / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nnot really")
    (old / "empty.jpg").touch()
    add(qtbot, view, old, monkeypatch)
    qtbot.waitUntil(lambda: view.progress.isEnabled() and "could not be read" in view.progress.text())
    assert view.progress.text() == "2 could not be read"
    dialog = trouble_list(view.report.troubles(), view)
    qtbot.addWidget(dialog)
    [entries] = dialog.findChildren(QListWidget)
    told = [entries.item(row).text() for row in range(entries.count())]
    assert len(told) == 2
    assert any("broken.png" in line and line.endswith(".") and len(line) > len(str(old)) + 20 for line in told)
    assert any("empty.jpg" in line for line in told)


def test_ten_thousand_files_at_once_leave_the_window_to_the_person(qtbot, swift, view, tmp_path, monkeypatch):
    many = tmp_path / "many"
    many.mkdir()
    for number in range(MANY):
        os.link(SPECIMENS / "a1111.png", many / f"{number}.png")
    select(view, 0)
    item = view.selected[0]
    acted: list[bool] = []

    def act(scanned):
        if not acted and scanned.added:
            qtbot.keyClick(view.grid, Qt.Key.Key_3)
            acted.append(view.work._scanning)

    view.work.progressed.connect(act)
    monkeypatch.setattr("studio.ui.gallery.scan_report.missing_thumbnails", lambda *_: iter(()))  # hours of idle time
    with qtbot.waitSignal(view.work.scanned, timeout=60_000):
        view.places.add_folder(many)
    assert acted == [True], "a key did its work while the folder was read"
    assert view._gallery.store.item(item.id).rating == 3
    qtbot.waitUntil(lambda: view.model.rowCount() == MANY + 5, timeout=10_000)
    assert view.current is not None
    assert view.current.id == item.id, "and what was selected stays so"
    assert shown(view).count("") == 0


@pytest.mark.skipif(os.name == "nt", reason="names have no such signs there")
def test_a_name_with_a_line_in_it_or_of_255_bytes_can_be_worked_with(qtbot, swift, view, old, monkeypatch):
    odd = "two\nlines.png"
    long = "ü" * 125 + "x.png"
    assert len(long.encode()) == 255
    for name in (odd, long):
        shutil.copy(SPECIMENS / "a1111.png", old / name)
    add(qtbot, view, old, monkeypatch)
    qtbot.waitUntil(lambda: view.model.rowCount() == 9)
    for name in (odd, long):
        row = next(row for row in range(view.model.rowCount()) if view.model.item(row).path.name == name)
        select(view, row)
        view.panel.show_now()
        assert "\n" not in view.info.file.text().splitlines()[0]
        view.looking.open()
        assert "\n" not in view.viewer.title.text()
        view.looking.close()
        renamed = view._gallery.rename(view.current, "plain " + str(len(name)))
        assert renamed.exists()
        assert not (old / name).exists()
    assert isinstance(renamed, Path)
