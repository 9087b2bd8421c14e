"""The Models workspace with mouse and keys alone, as a person has it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QContextMenuEvent, QDropEvent, QImage
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu, QPushButton, QToolButton

from studio.library.gallery.gallery import Gallery
from studio.library.index import Index
from studio.library.models import Models
from studio.request.family import ModelReference
from studio.request.request import Attachment
from studio.ui.models.keeper import ModelsKeeper
from studio.ui.models.wanted import Place
from tests.library.gallery.requests import picture
from tests.library.weights import SD15, safetensors
from tests.ui.models.conftest import LORA

LEFT = Qt.MouseButton.LeftButton


def tool(shop, title):
    found = shop.page.details.findChildren(QToolButton)
    return next(each for each in found if each.accessibleName() == title and each.isVisibleTo(shop.page))


def click_card(shop, name):
    grid = shop.page.grid
    place = grid.visualRect(shop.page.model.index(shop.names.index(name)))
    shop.qtbot.mouseClick(grid.viewport(), LEFT, pos=place.center())
    QApplication.processEvents()


def type_into(shop, name, text):
    field = shop.field(name)
    field.setFocus()
    field.selectAll()
    shop.qtbot.keyClicks(field, text)
    shop.qtbot.keyClick(field, Qt.Key.Key_Return)
    QApplication.processEvents()


def test_what_is_typed_about_a_model_is_there_in_another_run(full, qtbot, tmp_path):
    click_card(full, "Dream")
    type_into(full, "tags", "portrait, ink")
    type_into(full, "licence", "MIT")
    type_into(full, "steps", "12")
    type_into(full, "sampler", "Euler a")
    full.close()
    again = type(full)(qtbot, tmp_path)
    again.look()
    click_card(again, "Dream")
    assert [again.field(name).text() for name in ("tags", "licence", "steps", "sampler")] == [
        "portrait, ink",
        "MIT",
        "12",
        "Euler a",
    ]
    with qtbot.waitSignal(again.page.used) as used:
        qtbot.keyClick(again.page.grid, Qt.Key.Key_Return)
    assert used.args[0].defaults.steps == 12
    again.close()


def test_words_are_found_while_they_are_typed_and_the_order_is_chosen(full):
    full.place(Place.ALL)
    full.page.search.setFocus()
    full.qtbot.keyClicks(full.page.search, "stable diffusion xl")
    full.qtbot.waitUntil(lambda: full.names == ["Big", "ink style"])
    full.page.search.clear()
    full.qtbot.waitUntil(lambda: len(full.names) == 4)
    full.page.sort.setFocus()
    full.qtbot.keyClick(full.page.sort, Qt.Key.Key_End)  # largest first
    sizes = [entry.found.size for entry in full.page.model.entries]
    assert sizes == sorted(sizes, reverse=True)


def test_a_model_is_moved_by_its_button_with_what_lies_beside_it(full, monkeypatch, tmp_path):
    (full.folder / "Dream.preview.png").write_bytes(b"p")
    target = full.folder / "kept"
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(target))
    click_card(full, "Dream")
    with full.qtbot.waitSignal(full.work.looked):
        full.qtbot.mouseClick(tool(full, "Move it to another folder"), LEFT)
    assert sorted(file.name for file in target.iterdir()) == ["Dream.preview.png", "Dream.safetensors"]
    assert full.names == ["Big", "Dream"]
    assert full.place(Place.MISSING) is None, "the old place is not mourned"


def test_a_move_onto_something_says_so_and_moves_nothing(full, monkeypatch):
    safetensors(full.folder / "kept" / "Dream.safetensors", SD15, dtype="F32")
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(full.folder / "kept"))
    click_card(full, "Dream")
    full.qtbot.mouseClick(tool(full, "Move it to another folder"), LEFT)
    full.qtbot.waitUntil(lambda: any("already" in told for told in full.told))
    assert (full.folder / "Dream.safetensors").exists()


def test_the_model_that_comes_along_cannot_be_thrown_away(shop, tmp_path):
    safetensors(tmp_path / "embedded" / "models" / "Own.safetensors", SD15)
    shop.look()
    click_card(shop, "Own")
    shop.qtbot.keyClick(shop.page.grid, Qt.Key.Key_Delete)
    names = [each.accessibleName() for each in shop.page.details.findChildren(QToolButton)]
    assert "Put it into the trash" not in names
    assert (tmp_path / "embedded" / "models" / "Own.safetensors").exists()


def test_files_and_folders_that_are_dropped_are_taken_in(full, tmp_path):
    path = safetensors(tmp_path / "else" / "Dropped.safetensors", SD15, dtype="F32")
    safetensors(tmp_path / "tree" / "deep" / "In place.safetensors", SD15, dtype="F32")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)), QUrl.fromLocalFile(str(tmp_path / "tree"))])
    event = QDropEvent(QPointF(50, 50), Qt.DropAction.CopyAction, data, LEFT, Qt.KeyboardModifier.NoModifier)
    full.page.dropEvent(event)
    full.qtbot.waitUntil(lambda: {"Dropped", "In place"} <= set(full.names), timeout=8000)
    assert (full.own / "Dropped.safetensors").exists()
    assert path.exists(), "what was dropped stays where it was"


def test_a_picture_that_is_chosen_is_shown_on_the_card(full, monkeypatch, tmp_path, qtbot):
    chosen = tmp_path / "cover.png"
    image = QImage(64, 48, QImage.Format.Format_RGB32)
    image.fill(0xFF2040C0)
    image.save(str(chosen))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(chosen), ""))
    keeper = ModelsKeeper(full.window, full.models, Gallery(tmp_path / "gallery"), full.own)
    full.page.pictures._picture_of = keeper.picture_of
    click_card(full, "Dream")
    full.qtbot.mouseClick(tool(full, "Choose a picture for it"), LEFT)
    card = full.page.grid.visualRect(full.page.model.index(full.names.index("Dream")))
    middle = card.center() - card.topLeft().__class__(0, 40)

    def shown():
        return full.page.grid.viewport().grab().toImage().pixelColor(middle).name() == "#2040c0"

    full.qtbot.waitUntil(shown)
    keeper.shut()


def test_the_menu_adds_a_folder_and_the_side_bar_leaves_it(full, monkeypatch, tmp_path):
    safetensors(tmp_path / "more" / "Third.safetensors", SD15, dtype="F32")
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path / "more"))
    add = next(each for each in full.page.findChildren(QPushButton) if each.text() == "Add …")
    with full.qtbot.waitSignal(full.work.looked):
        next(each for each in add.menu().actions() if each.text().startswith("A folder")).trigger()
    assert "Third" in full.names

    class Menu(QMenu):
        def exec(self, *_):
            self.actions()[0].trigger()

    monkeypatch.setattr("studio.ui.models.side.QMenu", Menu)
    tree = full.page.side
    item = next(each for row in range(tree.topLevelItemCount()) if (each := tree.topLevelItem(row)).text(0) == "more")
    place = tree.visualItemRect(item).center()
    asked = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, tree.viewport().mapToGlobal(place))
    with full.qtbot.waitSignal(full.work.looked):
        QApplication.sendEvent(tree.viewport(), asked)
    assert "Third" not in full.names
    assert (tmp_path / "more" / "Third.safetensors").exists()


@pytest.mark.parametrize("kind", ["model", "lora"])
def test_the_newest_picture_made_with_weights_is_their_picture(desk_of, tmp_path, kind):
    models = Models([tmp_path / "m"], Index(tmp_path / "models.db"))
    safetensors(tmp_path / "m" / "Dream.safetensors", SD15)
    safetensors(tmp_path / "m" / "ink style.safetensors", LORA)
    gallery = Gallery(tmp_path / "gallery")
    keeper = ModelsKeeper(desk_of(models=models).window, models, gallery, tmp_path / "m")
    name = "Dream" if kind == "model" else "ink style"
    [entry] = [each for each in models.entries() if each.name == name]
    assert keeper.picture_of(entry) is None
    other = ModelReference(family="sd15", name="other")
    wanted = {"model": ModelReference(family="sd15", name="Dream")} if kind == "model" else {"model": other}
    if kind == "lora":
        wanted["attachments"] = (Attachment(kind="lora", name="ink style"),)
    gallery.keep(picture("with it", seed=1, **wanted))
    gallery.keep(picture("without it", seed=2, model=other))
    [with_it] = [item for item in gallery.recent(2) if item.prompt == "with it"]
    assert keeper.picture_of(entry) == gallery.thumbnail(with_it)
    keeper.shut()
    gallery.close()
