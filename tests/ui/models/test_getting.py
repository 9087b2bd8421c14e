"""Brought from elsewhere."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from studio.library.gallery.gallery import Gallery
from studio.library.index import Index
from studio.library.models import Models
from studio.ui.models.keeper import ModelsKeeper
from studio.ui.models.transfers import State
from studio.ui.models.wanted import Place
from tests.library.weights import SD15, SDXL, safetensors
from tests.ui.fakes import SCENES_MODEL


def test_an_offer_of_the_catalogue_comes_with_a_click(web):
    shop, server = web
    shop.page.show_offers()
    [card] = shop.page.get_more.cards
    assert card.button.text().startswith("Get (")
    assert server.asked == [], "nothing is asked before a click"
    with shop.qtbot.waitSignal(shop.work.looked):
        shop.qtbot.mouseClick(card.button, Qt.MouseButton.LeftButton)
    assert (shop.own / "x.safetensors").read_bytes() == server.files["/a/b/resolve/main/x.safetensors"].data
    assert shop.page.get_more.cards[0].button.text() == "Is here"
    [transfer] = shop.page.transfers.all
    assert transfer.state is State.DONE
    shop.place(Place.KIND, "lora")
    assert shop.names == ["x"]


def test_repositories_are_searched_and_their_files_offered(web):
    shop, _ = web
    page = shop.page.get_more
    shop.page.show_offers()
    page.words.setText("something")
    shop.qtbot.keyClick(page.words, Qt.Key.Key_Return)

    def button(text):
        return next((b for b in page.found.findChildren(QPushButton) if b.accessibleName() == text), None)

    shop.qtbot.waitUntil(lambda: button("Files a/b") is not None)
    shop.qtbot.mouseClick(button("Files a/b"), Qt.MouseButton.LeftButton)
    shop.qtbot.waitUntil(lambda: button("Get x.safetensors") is not None)
    with shop.qtbot.waitSignal(shop.page.transfers.arrived):
        shop.qtbot.mouseClick(button("Get x.safetensors"), Qt.MouseButton.LeftButton)


def test_a_download_is_paused_kept_and_gone_on_with_in_another_run(web, qtbot, tmp_path):
    shop, server = web
    file = server.files["/a/b/resolve/main/x.safetensors"]
    file.stalls = 1
    shop.page.get_more.words.setText(server.base + "/a/b/resolve/main/x.safetensors")
    shop.page.get_more.search()
    [transfer] = shop.page.transfers.all
    shop.qtbot.waitUntil(lambda: transfer.done > 0)
    shop.page.transfers.pause(transfer)
    server.go.set()
    shop.qtbot.waitUntil(lambda: transfer.state is State.PAUSED)
    shop.close()
    again = type(shop)(qtbot, tmp_path, server)
    [left] = again.page.transfers.all
    assert left.state is State.PAUSED
    assert again.page.downloads.isVisible()
    row = again.page.downloads.rows[0]
    with qtbot.waitSignal(again.page.transfers.arrived):
        qtbot.mouseClick(row.go_on, Qt.MouseButton.LeftButton)
    assert (again.own / "x.safetensors").read_bytes() == file.data
    again.close()


def test_a_download_that_fails_says_why_and_can_be_given_up(web):
    shop, server = web
    server.files["/a/b/resolve/main/x.safetensors"].errors = [403]
    shop.page.get_more.words.setText(server.base + "/a/b/resolve/main/x.safetensors")
    shop.page.get_more.search()
    [transfer] = shop.page.transfers.all
    shop.qtbot.waitUntil(lambda: transfer.state is State.FAILED)
    row = shop.page.downloads.rows[0]
    assert "token" in row.facts.text()
    shop.qtbot.mouseClick(row.give_up, Qt.MouseButton.LeftButton)
    assert shop.page.transfers.all == []
    assert not shop.page.downloads.isVisible()


def test_an_address_that_is_none_is_marked(web):
    shop, server = web
    shop.page.get_more.words.setText("ftp://somewhere/a.safetensors")
    shop.page.get_more.search()
    assert shop.page.get_more.words.property("wrong") is True
    shop.page.get_more.words.setText(server.base + "/page.html")
    shop.page.get_more.search()
    assert "no address of a" in shop.told[-1]
    assert server.asked == []


# in the window


def test_the_prompt_panel_follows_when_models_come_and_go(qtbot, desk_of, tmp_path):
    models = Models([tmp_path / "m"], Index(tmp_path / "models.db"))
    safetensors(tmp_path / "m" / "First.safetensors", SD15)
    desk = desk_of(models=models)
    keeper = ModelsKeeper(desk.window, models, Gallery(tmp_path / "gallery"), tmp_path / "m")
    choice = desk.panel.model.choice
    safetensors(tmp_path / "m" / "Second.safetensors", SDXL)
    with qtbot.waitSignal(keeper.work.changed):
        keeper.work.look()
    assert {choice.itemText(row) for row in range(choice.count())} == {SCENES_MODEL.title, "First", "Second"}
    (tmp_path / "m" / "First.safetensors").unlink()
    with qtbot.waitSignal(keeper.work.changed):
        keeper.work.look()
    assert {choice.itemText(row) for row in range(choice.count())} == {SCENES_MODEL.title, "Second"}
    keeper.shut()
