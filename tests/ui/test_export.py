"""Exporting a picture with its settings, as an artist does it."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from studio.document.files.pictures import USUAL, Colours, Kind, PictureOptions
from studio.settings.settings import Settings
from studio.ui.documents.export_sheet import ExportSheet, amount, keep_choice, kept_choice
from studio.ui.preferences import Preferences
from tests.document.making import a_picture, noise

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


@pytest.fixture
def sheet(desk) -> ExportSheet:
    desk.document.change(prompt="a fox at dawn")
    desk.document.apply_picture(a_picture(desk.document, noise((160, 120))))
    desk.window.table.run("file.export")
    return desk.window.findChild(ExportSheet)


def choose(sheet: ExportSheet, kind: Kind) -> None:
    sheet.kind.setCurrentIndex(sheet.kind.findData(kind))


def said(qtbot, sheet: ExportSheet) -> str:
    qtbot.waitUntil(lambda: "px" in sheet.size_note.text())
    return sheet.size_note.text()


def written(qtbot, desk, sheet: ExportSheet, path: Path) -> Path:
    qtbot.keyClick(sheet.kind, Qt.Key.Key_Return)
    dialog = desk.window.files.filing.questions.open
    assert isinstance(dialog, QFileDialog)
    with qtbot.waitSignal(desk.window.files.filing.written):
        dialog.fileSelected.emit(str(path))
        dialog.close()
    return path


def test_the_size_that_is_said_is_the_size_that_is_written(qtbot, desk, sheet, tmp_path):
    choose(sheet, Kind.JPEG)
    sheet.quality.field.setValue(60)
    words = said(qtbot, sheet)
    path = written(qtbot, desk, sheet, tmp_path / "fox.jpg")
    assert words == f"{amount(path.stat().st_size)} · {desk.document.size} px"
    with Image.open(path) as image:
        assert image.info["icc_profile"]
        assert image.getexif()


def test_a_lower_quality_is_said_to_be_smaller(qtbot, desk, sheet):
    choose(sheet, Kind.WEBP)
    high = said(qtbot, sheet)
    sheet.quality.slider.setValue(10)
    qtbot.waitUntil(lambda: "px" in sheet.size_note.text() and sheet.size_note.text() != high)
    assert sheet.packing.isHidden() or not sheet.packing.isVisible()
    sheet.lossless.click()
    assert not sheet.quality.isVisible()
    sheet.discard()


def test_only_what_the_format_has_is_offered(sheet):
    sheet.colours.setCurrentIndex(sheet.colours.findData(Colours.FEW))
    choose(sheet, Kind.JPEG)
    assert sheet.chosen == (Kind.JPEG, PictureOptions(paper="#ffffff"))
    assert sheet.paper.view().isRowHidden(0)
    sheet.discard()


def test_what_made_it_can_be_left_out(qtbot, desk, sheet, tmp_path):
    sheet.notes.click()
    sheet.profile.click()
    path = written(qtbot, desk, sheet, tmp_path / "fox.png")
    with Image.open(path) as image:
        assert "parameters" not in image.info
        assert "icc_profile" not in image.info


def test_the_choice_is_there_the_next_time(qtbot, desk, sheet, tmp_path):
    choose(sheet, Kind.TIFF)
    sheet.packing.setCurrentIndex(sheet.packing.findData("lzw"))
    written(qtbot, desk, sheet, tmp_path / "fox.tif")
    desk.window.table.run("file.export")
    again = next(each for each in desk.window.findChildren(ExportSheet) if each.isVisible())
    assert again.chosen == (Kind.TIFF, PictureOptions(packing="lzw"))
    again.discard()


def test_escape_writes_nothing_and_gives_the_keyboard_back(qtbot, desk, sheet):
    sheet.discard()
    desk.window.page.canvas.setFocus()
    desk.window.table.run("file.export")
    again = next(each for each in desk.window.findChildren(ExportSheet) if each.isVisible())
    qtbot.keyClick(again.kind, Qt.Key.Key_Escape)
    assert desk.window.files.filing.questions.open is None
    assert desk.window.focusWidget() is desk.window.page.canvas


@pytest.mark.parametrize("kept", ["", "[]", '{"kind": "GIF"}', '{"quality": "x"}', '{"quality": 900}', '{"odd": 1}'])
def test_a_choice_that_makes_no_sense_is_the_usual_one(kept):
    assert kept_choice(Preferences(Settings(window={"export": kept}))) == (Kind.PNG, USUAL)


def test_a_choice_is_kept_whole():
    preferences = Preferences(Settings())
    options = PictureOptions(quality=33, lossless=True, colours=Colours.GREY, paper="#000000", notes=False)
    keep_choice(preferences, Kind.WEBP, options)
    assert kept_choice(preferences) == (Kind.WEBP, options)
