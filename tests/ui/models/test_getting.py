"""Brought from elsewhere."""

from __future__ import annotations

from dataclasses import replace

import torch
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton

from studio.library.downloads import tokens
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
    assert "no address of a file of weights" in shop.told[-1]
    assert server.asked == []


def button(shop, text):
    found = shop.page.get_more.found.findChildren(QPushButton)
    return next((each for each in found if each.accessibleName() == text and each.isVisibleTo(shop.page)), None)


def ask_for(shop, text):
    shop.page.show_offers()
    shop.page.get_more.words.setText(text)
    shop.qtbot.keyClick(shop.page.get_more.words, Qt.Key.Key_Return)


def labels(shop):
    return [each.text() for each in shop.page.get_more.found.findChildren(QLabel)]


def test_a_gated_repository_opens_with_a_token_that_is_kept_and_can_be_forgotten(web, ring):
    shop, server = web
    server.files["/a/b/resolve/main/x.safetensors"].token = "secret"
    server.answers["/api/models"] = [{"id": "a/b", "tags": ["license:other"], "gated": "auto", "downloads": 3}]
    page = shop.page.get_more
    shop.page.show_offers()
    shop.qtbot.waitUntil(lambda: "ask for one" in page.token.placeholderText())
    assert not page.forget.isVisible()
    ask_for(shop, "words")
    shop.qtbot.waitUntil(lambda: button(shop, "Files a/b") is not None)
    assert any("asks for its licence first" in text for text in labels(shop))
    ask_for(shop, "a/b")
    shop.qtbot.waitUntil(lambda: button(shop, "Get x.safetensors") is not None)
    assert any("checked by Hugging Face's own checksum" in text for text in labels(shop))
    shop.qtbot.mouseClick(button(shop, "Get x.safetensors"), Qt.MouseButton.LeftButton)
    shop.qtbot.waitUntil(lambda: any(each.state is State.FAILED for each in shop.page.transfers.all))
    row = shop.page.downloads.rows[0]
    assert "give your access token" in row.facts.text()
    page.token.setFocus()
    shop.qtbot.keyClicks(page.token, "secret")
    shop.qtbot.keyClick(page.token, Qt.Key.Key_Return)
    shop.qtbot.waitUntil(lambda: "kept in the keyring" in "".join(shop.told))
    assert list(ring.values()) == ["secret"]
    with shop.qtbot.waitSignal(shop.page.transfers.arrived):
        shop.qtbot.mouseClick(row.go_on, Qt.MouseButton.LeftButton)
    assert (shop.own / "x.safetensors").exists()
    shop.qtbot.mouseClick(page.forget, Qt.MouseButton.LeftButton)
    shop.qtbot.waitUntil(lambda: ring == {})
    shop.qtbot.waitUntil(lambda: not page.forget.isVisible())


def test_a_token_that_no_keyring_keeps_says_so(shop, monkeypatch):
    monkeypatch.setattr(tokens, "_keyring", lambda: None)
    shop.page.show_offers()
    shop.qtbot.keyClicks(shop.page.get_more.token, "abc")
    shop.qtbot.keyClick(shop.page.get_more.token, Qt.Key.Key_Return)
    shop.qtbot.waitUntil(lambda: "until you close Sfumato" in "".join(shop.told))
    assert "not written to a plain file" in shop.told[-1]


def test_the_token_is_told_to_nobody_else(web, ring):
    shop, server = web
    ring["sfumato", "huggingface.co"] = "secret"
    data = safetensors(shop.folder / "z.safetensors", SD15).read_bytes()
    server.serve("/z.safetensors", data)
    with shop.qtbot.waitSignal(shop.page.transfers.arrived):
        ask_for(shop, server.base.replace("127.0.0.1", "localhost") + "/z.safetensors")
    assert [asked[2] for asked in server.asked if asked[0] == "/z.safetensors"] == [""]


def test_wrong_bytes_are_refused_by_the_hubs_own_checksum(web):
    shop, server = web
    file = server.files["/a/b/resolve/main/x.safetensors"]
    file.wrong = 9
    ask_for(shop, "a/b")
    shop.qtbot.waitUntil(lambda: button(shop, "Get x.safetensors") is not None)
    shop.qtbot.mouseClick(button(shop, "Get x.safetensors"), Qt.MouseButton.LeftButton)
    shop.qtbot.waitUntil(lambda: any(each.state is State.FAILED for each in shop.page.transfers.all))
    assert "checksum differs" in shop.page.downloads.rows[0].facts.text()
    assert not (shop.own / "x.safetensors").exists()


def test_an_upscaler_in_the_old_form_is_converted_after_a_question(web, tmp_path):
    shop, server = web
    body = {"conv_first.weight": torch.zeros(4, 3, 3, 3), "body.0.rdb1.conv1.weight": torch.ones(4, 4, 3, 3)}
    torch.save({"params_ema": body}, tmp_path / "up.pth")
    server.serve("/up.pth", (tmp_path / "up.pth").read_bytes())
    with shop.qtbot.waitSignal(shop.page.transfers.arrived):
        ask_for(shop, server.base + "/up.pth")
    assert "can run code" in shop.told[-1]
    assert not (shop.own / "up.safetensors").exists(), "not before it is agreed to"
    with shop.qtbot.waitSignal(shop.work.looked):
        shop.qtbot.mouseClick(shop.remedy(), Qt.MouseButton.LeftButton)
    shop.qtbot.waitUntil(lambda: shop.place(Place.KIND, "upscaler") is not None)
    assert shop.names == ["up"]
    with shop.qtbot.waitSignal(shop.work.looked):
        shop.qtbot.mouseClick(shop.remedy(), Qt.MouseButton.LeftButton)  # put the old file away
    assert [path.name for path in shop.own.glob("up.*")] == ["up.safetensors"]


def test_what_an_offer_needs_is_brought_too_unless_it_is_here(web):
    shop, _ = web
    page = shop.page.get_more
    shop.page.show_offers()
    first = page.cards[0].offer
    there = replace(first, id="there", files=("Here.safetensors",))
    whole = replace(first, id="whole", needs=("there", "x"), files=("x.safetensors",), repository="a/b")
    page._offers = (whole, there)
    safetensors(shop.folder / "Here.safetensors", SD15)
    shop.look()
    wished = []
    page.wished.connect(lambda title, wishes: wished.extend(wishes))
    with shop.qtbot.waitSignal(shop.page.transfers.arrived):
        page.get(whole)
    assert [wish.target.name for wish in wished] == ["x.safetensors"]


def test_two_downloads_run_at_once_and_a_third_waits(web):
    shop, server = web
    data = bytes(2_000_000)
    for name in ("one", "two", "three"):
        server.serve(f"/{name}.ckpt", data, stalls=1)
        ask_for(shop, f"{server.base}/{name}.ckpt")
    shop.qtbot.waitUntil(lambda: sum(each.done > 0 for each in shop.page.transfers.all) == 2)
    assert [each.state for each in shop.page.transfers.all] == [State.RUNNING, State.RUNNING, State.WAITING]
    server.go.set()
    shop.qtbot.waitUntil(lambda: all(each.state is State.DONE for each in shop.page.transfers.all), timeout=20_000)


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
