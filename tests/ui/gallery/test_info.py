"""The panel at the right, the menu, and the dialogs."""

from __future__ import annotations

import json
import os
import shutil
import threading

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QGuiApplication, QMouseEvent
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QLabel, QPushButton, QToolButton

from studio.library.gallery.export import Export
from studio.library.gallery.formats.read import read_contents
from studio.library.gallery.lineage import Lineage
from studio.request.events import Picture
from studio.request.geometry import Size
from studio.ui.gallery.export_dialog import ExportDialog
from studio.ui.gallery.lineage_strip import LineageStrip
from studio.ui.gallery.menu import build_menu
from studio.ui.gallery.offers import offers_for
from tests.library.gallery.requests import picture, request
from tests.ui.fakes import colour
from tests.ui.gallery.conftest import SPECIMENS, ids, select

SIZE = Size(64, 64)


def words(view):
    view.panel.show_now()
    QApplication.processEvents()
    return [label.text() for label in view.info.findChildren(QLabel) if label.isVisible()]


def row_of(view, name):
    return next(row for row in range(view.model.rowCount()) if view.model.item(row).name == name)


def titles(view, trash=False):
    entries = offers_for(view, view.selected, view._gallery.collections.all(), None, trash)
    return [entry.title for entry in entries if entry.title]


def test_every_setting_of_one_of_ours_is_told(view):
    select(view, 0)
    told = words(view)
    for expected in (
        "64 × 64 px",
        "an old town in the rain",
        "blur",
        "dream",
        "4",
        "20",
        "DPM++ 2M Karras",
        "7",
        "1.5 s",
    ):
        assert expected in told, expected
    assert "Sfumato" in told
    assert any(text.endswith("Today") or "PNG" in text for text in told)


def test_nothing_selected_several_selected(view):
    select(view)
    assert words(view)[0] == "5 pictures"
    select(view, 0, 1, 2)
    assert words(view)[0] == "3 pictures"
    assert view.info.stars.isVisible()


def test_each_setting_has_a_button_that_takes_it_over(qtbot, view):
    select(view, 0)
    view.panel.show_now()
    asked = []
    view.recall_requested.connect(lambda _metadata, names: asked.append(set(names)))
    for button in view.info.findChildren(QToolButton):
        if button.toolTip().startswith("Use this "):
            button.click()
    assert asked == [{name} for name in ("prompt", "negative", "model", "size", "seed", "steps", "sampler", "guidance")]


def test_prompt_and_settings_are_copied(view):
    select(view, 0)
    view.panel.show_now()
    next(button for button in view.info.findChildren(QToolButton) if button.toolTip() == "Copy the prompt").click()
    assert QGuiApplication.clipboard().text() == "an old town in the rain"
    next(button for button in view.info.findChildren(QPushButton) if button.text() == "Copy all").click()
    text = QGuiApplication.clipboard().text()
    assert text.startswith("an old town in the rain\nNegative prompt: blur\nSteps: 20, Sampler: DPM++ 2M")


@pytest.mark.parametrize("name", ["a1111.avif", "a1111.webp", "plain.jpg"])
def test_a_picture_of_any_format_is_copied_as_picture_and_as_file(foreign, name):
    select(foreign, row_of(foreign, name))
    foreign.copy_picture()
    data = QApplication.clipboard().mimeData()
    assert not data.imageData().isNull()
    assert data.urls()[0].fileName() == name


def test_a_long_prompt_is_folded_and_all_of_it_shown_on_request(gallery, view, qtbot):
    words = "a harbour " * 100
    gallery.keep(picture(words, seed=50))
    qtbot.waitUntil(lambda: view.model.rowCount() == 6)
    select(view, 0)
    view.panel.show_now()
    [button] = [each for each in view.info.findChildren(QPushButton) if each.text() == "Show all"]
    before = [each.text() for each in view.info.findChildren(QLabel) if each.text().startswith("a harbour")]
    assert len(before[0]) < 450
    assert before[0].endswith("…")
    button.click()
    assert any(each.text() == words for each in view.info.findChildren(QLabel))
    button.click()
    assert any(each.text() == before[0] for each in view.info.findChildren(QLabel))
    next(each for each in view.info.findChildren(QToolButton) if each.toolTip() == "Copy the prompt").click()
    assert QGuiApplication.clipboard().text() == words


def test_every_word_of_the_panel_can_be_selected(view):
    select(view, 0)
    view.panel.show_now()
    label = next(each for each in view.info.findChildren(QLabel) if each.text() == "DPM++ 2M Karras")
    assert label.textInteractionFlags() & Qt.TextInteractionFlag.TextSelectableByMouse
    assert label.textFormat() == Qt.TextFormat.PlainText


@pytest.fixture
def foreign(qtbot, view_of, gallery, tmp_path):
    shutil.copytree(SPECIMENS, tmp_path / "old pictures")
    gallery.add_folder(tmp_path / "old pictures")
    view = view_of(gallery)
    qtbot.waitUntil(lambda: view.model.rowCount() == len(ids(gallery)) > 20)
    return view


@pytest.mark.parametrize(
    "name", ["invokeai.png", "comfyui.png", "fooocus.jpg", "novelai.png", "swarmui.png", "forge.png"]
)
def test_what_other_programs_wrote_is_told(foreign, name):
    expected = json.loads((SPECIMENS / "expected.json").read_text())[name]
    select(foreign, row_of(foreign, name))
    told = words(foreign)
    assert expected["prompt"] in told
    assert str(expected["seed"]) in told


def test_a_plain_file_says_nothing_and_offers_nothing_it_has_not(foreign):
    select(foreign, row_of(foreign, "plain.png"))
    assert "The file does not say how it was made." in words(foreign)
    assert "Remix" not in titles(foreign)
    assert "Make again" not in titles(foreign)
    assert "Vary" in titles(foreign)


def test_an_unreadable_file_is_listed_with_the_reason(qtbot, view_of, gallery, tmp_path):
    folder = tmp_path / "bad"
    folder.mkdir()
    (folder / "<i>cut.png").write_bytes((SPECIMENS / "forge-stealth.png").read_bytes()[:300])
    gallery.add_folder(folder)
    view = view_of(gallery)

    def entry():
        return next((each for each in view.side._all() if each.text(0) == "Unreadable"), None)

    qtbot.waitUntil(lambda: entry() is not None)
    view.side.setCurrentItem(entry())
    assert view.model.rowCount() == 1
    select(view, 0)
    assert any("too early" in text for text in words(view))


def test_metadata_of_megabytes_do_not_stop_the_window(qtbot, view_of, gallery, tmp_path):
    folder = tmp_path / "large"
    folder.mkdir()
    info = PngInfo()
    info.add_text("parameters", "word " * 700_000 + "\nSteps: 20, Sampler: Euler, Seed: 5, Size: 8x8")
    Image.new("RGB", (8, 8)).save(folder / "large.png", pnginfo=info)
    gallery.add_folder(folder)
    view = view_of(gallery)
    qtbot.waitUntil(lambda: view.model.rowCount() == 1)
    select(view, 0)
    assert "5" in words(view)
    assert max(len(text) for text in words(view)) <= 4000


# the menu


def test_the_menu_depends_on_how_many_and_where(view, filled):
    select(view, 0)
    one = titles(view)
    assert {
        "Look at it",
        "Find similar",
        "Send to the canvas",
        "Use its settings",
        "Remix",
        "Vary",
        "Make again",
    } <= set(one)
    assert {"Rename …", "What the file reveals …", "Move to a folder …", "Export …"} <= set(one)
    select(view, 0, 1)
    two = titles(view)
    assert {"Compare side by side", "Before and after", "Difference", "Contact sheet …"} <= set(two)
    assert not {"Rename …", "Remix", "Send to the canvas"} & set(two)
    assert titles(view, trash=True) == ["Put back", "To the system's trash"]
    select(view)
    assert titles(view) == []


def test_nothing_is_offered_that_cannot_be_done(view):
    select(view, 0, 1, 2)
    menu = build_menu(offers_for(view, view.selected, (), None, False), view, view.keys_of)
    off = [action.text() for action in menu.actions() if action.text() and not action.isEnabled()]
    assert off == ["Before and after", "Difference"], "these take two"


# lineage


def family(gallery):
    """A picture, what was made from it, and what was made from that."""
    first = Picture(pixels=colour(SIZE, 10), request=request("first"))
    second = Picture(pixels=colour(SIZE, 90), request=request("second", source=first.pixels, strength=0.5))
    third = Picture(pixels=colour(SIZE, 170), request=request("third", source=second.pixels, strength=0.5))
    for each in (first, second, third):
        gallery.keep(each)


def click(widget, place):
    kind = QMouseEvent.Type.MouseButtonPress
    point = QPointF(place)
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(widget, QMouseEvent(kind, point, widget.mapToGlobal(point), left, left, none))


def test_lineage_is_a_graph_to_click_through(qtbot, view_of, gallery):
    family(gallery)
    view = view_of(gallery)
    select(view, 1)
    view.panel.show_now()
    [strip] = view.info.findChildren(LineageStrip)
    assert [item.prompt for _, item in strip._places] == ["first", "second", "third"]
    first = next(rect for rect, item in strip._places if item.prompt == "first")
    click(strip, first.center())
    assert view.current.prompt == "first"
    view.search.look_for("second")
    select(view, 0)
    words(view)
    [strip] = [each for each in view.info.findChildren(LineageStrip) if each.isVisible()]
    click(strip, next(rect for rect, item in strip._places if item.prompt == "third").center())
    assert view.current.prompt == "third", "wherever it is"
    assert view.search.text() == ""


def test_a_long_lineage_fits(qtbot, view, filled):
    items = filled.recent(5)
    strip = LineageStrip(Lineage(tuple(items), tuple(items)), items[0], lambda _item: None, 276)
    qtbot.addWidget(strip)
    frame = QRect(QPoint(0, 0), strip.size())
    assert all(frame.contains(rect) for rect, _ in strip._places)


# dialogs


def test_the_export_dialog_shows_the_first_name_and_asks_for_what_is_chosen(qtbot, view, tmp_path):
    dialog = ExportDialog(2, view.model.item(0), view._gallery.metadata(view.model.item(0)), tmp_path, view)
    qtbot.addWidget(dialog)
    dialog.template.setText("[seed]-[prompt_words]")
    assert dialog.example.text() == "The first will be called 4-an-old-town-in-the-rain.png"
    assert not dialog.quality.isEnabled()
    dialog.format.setCurrentIndex(dialog.format.findData("WebP"))
    assert dialog.quality.isEnabled()
    dialog.longest.setValue(32)
    dialog.keep.setChecked(False)
    wanted = Export(
        folder=tmp_path, format="WebP", quality=92, longest=32, template="[seed]-[prompt_words]", strip=True
    )
    assert dialog.wanted == wanted


def test_an_export_writes_and_says_how_many(qtbot, view, tmp_path):
    select(view, 0, 1)
    view.acts.export(view.selected, Export(folder=tmp_path / "out", format="JPEG", template="[number]", strip=True))
    qtbot.waitUntil(lambda: any(notice.sentence == "2 exported to out." for notice in view.notices.shown))
    files = sorted((tmp_path / "out").iterdir())
    assert [file.name for file in files] == ["1.jpg", "2.jpg"]
    assert not read_contents(files[0]).own


def test_a_long_export_says_how_far_it_is_and_can_be_stopped(qtbot, view, tmp_path, monkeypatch):
    goes_on = threading.Event()
    monkeypatch.setattr("studio.ui.gallery.exporting.PATIENCE", 0)
    monkeypatch.setattr("studio.library.gallery.export._one", _slow(goes_on))
    select(view, *range(5))
    view.acts.export(view.selected, Export(folder=tmp_path / "out"))
    qtbot.waitUntil(lambda: any("Exporting to out: 1 of 5" in notice.sentence for notice in view.notices.shown))
    [bar] = [notice for notice in view.notices.shown if "Exporting" in notice.sentence]
    [stop] = [button for button in bar.buttons if button.text() == "Stop"]
    stop.click()
    goes_on.set()
    ended = "2 of 5 exported to out, then it was stopped."
    qtbot.waitUntil(lambda: [notice.sentence for notice in view.notices.shown] == [ended])


def _slow(goes_on):
    """Writes the first file at once, and the others when it may."""

    def one(item, wanted, number):
        if number > 1:
            assert goes_on.wait(10)
        return wanted.folder / item.name

    return one


def test_a_template_that_makes_no_sense_is_said(qtbot, view, tmp_path):
    select(view, 0)
    view.acts.export(view.selected, Export(folder=tmp_path, template="[nonsense]"))
    qtbot.waitUntil(lambda: bool(view.notices.shown))
    assert "unknown token [nonsense]" in view.notices.shown[0].sentence


@pytest.mark.parametrize("ending", ["pdf", "png"])
def test_a_contact_sheet_is_written(qtbot, view, tmp_path, monkeypatch, ending):
    target = tmp_path / f"sheet.{ending}"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args: (str(target), ""))
    select(view, 0, 1, 2)
    view.asking.contact_sheet(view.selected)
    qtbot.waitUntil(target.exists)
    start = target.read_bytes()[:4]
    assert start == {"pdf": b"%PDF", "png": b"\x89PNG"}[ending]


def test_a_contact_sheet_says_how_far_it_is_and_can_be_stopped(qtbot, view, tmp_path, monkeypatch):
    target = tmp_path / "sheet.pdf"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args: (str(target), ""))
    monkeypatch.setattr("studio.ui.gallery.exporting.PATIENCE", 0)
    monkeypatch.setattr("studio.ui.gallery.exporting.OFTEN", 0)
    heard = []

    def hear(words: str, stop) -> None:
        heard.append(words)
        if stop is not None:
            stop()

    view.acts.exporting.busy.connect(hear, Qt.ConnectionType.DirectConnection)
    select(view, 0, 1, 2)
    view.asking.contact_sheet(view.selected)
    qtbot.waitUntil(lambda: any("stopped" in notice.sentence for notice in view.notices.shown))
    assert heard[0] == "Laying out sheet.pdf: 0 of 3"
    assert heard[-1] == ""
    assert not target.exists()


def test_what_a_file_reveals_is_told_and_a_copy_without_it_made(qtbot, view, tmp_path, monkeypatch):
    target = tmp_path / "clean.png"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args: (str(target), ""))
    said = []

    def look(dialog):
        said.extend(label.text() for label in dialog.findChildren(QLabel))
        next(b for b in dialog.findChildren(QPushButton) if b.text().startswith("Save a copy")).click()
        return 0

    monkeypatch.setattr(QDialog, "exec", look)
    select(view, 0)
    view.asking.reveal(view.current)
    assert said[0] == "Whoever gets this file can read:"
    assert "Its prompt: an old town in the rain" in said[1]
    contents = read_contents(target)
    assert not contents.own
    assert not contents.texts


def test_a_copy_that_cannot_be_written_is_said(view, tmp_path):
    view.acts.strip_copy(view.model.item(0), tmp_path / "no such folder" / "a.png")
    assert "No such file" in view.notices.shown[0].sentence or os.name == "nt"


def test_in_a_narrow_window_the_panel_gives_way_until_it_is_asked_for(qtbot, view_of, filled):
    view = view_of(filled, (800, 600))
    assert not view.info.isVisible()
    view.about.click()
    assert view.info.isVisible()
    view.parentWidget().resize(1280, 720)
    qtbot.waitUntil(lambda: view.width() == 1280)
    assert view.info.isVisible()
    assert view.size_slider.isVisible()
