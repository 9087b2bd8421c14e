"""The Models workspace on real files: found, explained, noted, moved, put away, brought from elsewhere."""

from __future__ import annotations

import hashlib
import json

import pytest
import torch
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QMainWindow, QPushButton

from studio.library.downloads.catalogue import Offer
from studio.library.downloads.hub import Hub
from studio.library.gallery.gallery import Gallery
from studio.library.index import Index
from studio.library.models import Models
from studio.library.notes import NoteBook
from studio.settings.settings import Settings
from studio.ui.models.keeper import ModelsKeeper
from studio.ui.models.page import ModelsPage, Surroundings
from studio.ui.models.transfers import State
from studio.ui.models.wanted import Place
from studio.ui.models.work import LibraryWork
from studio.ui.preferences import Preferences
from tests.library.server import Server
from tests.library.weights import SD15, SDXL, safetensors
from tests.ui.fakes import SCENES_MODEL

LORA = {"lora_unet_down_blocks_1_attentions_0_transformer_blocks_0_attn2_to_k.lora_down.weight": [8, 2048]}
LORA |= {name.replace("down.weight", "up.weight"): [640, 8] for name in LORA}


class Shop:
    """A page over folders of its own."""

    def __init__(self, qtbot, tmp_path, server=None):
        self.own, self.folder = tmp_path / "home" / "models", tmp_path / "mine"
        self.own.mkdir(parents=True, exist_ok=True)
        self.folder.mkdir(exist_ok=True)
        self.preferences = Preferences(Settings(model_folders=(str(self.folder),)))
        self.models = Models(
            lambda: [self.own, *(self.folder.__class__(each) for each in self.preferences.now.model_folders)],
            Index(tmp_path / "models.db"),
            NoteBook(tmp_path / "notes.json"),
        )
        self.work = LibraryWork(self.models)
        self.in_use = self.own / "none"
        data = server.files["/a/b/resolve/main/x.safetensors"].data if server else b""
        offer = Offer("x", "The X", "lora", "sdxl", "A thing.", "a/b", ("x.safetensors",), len(data), 0, "MIT")
        around = Surroundings(
            preferences=self.preferences,
            picture_of=lambda entry: None,
            own=self.own,
            in_use=lambda: self.in_use,
            offers=(offer,),
            hub=(lambda token: Hub(token, server.base)) if server else Hub,
        )
        self.page = ModelsPage(self.models, self.work, around)
        self.qtbot = qtbot
        self.window = QMainWindow()
        self.window.setMinimumSize(900, 560)
        self.window.setCentralWidget(self.page)
        self.window.resize(1280, 720)
        qtbot.addWidget(self.window)
        self.window.show()

    def look(self):
        with self.qtbot.waitSignal(self.work.looked):
            self.work.look()

    @property
    def names(self):
        return [entry.name for entry in self.page.model.entries]

    def place(self, place, value=""):
        tree = self.page.side
        for row in range(tree.topLevelItemCount()):
            data = tree.topLevelItem(row).data(0, Qt.ItemDataRole.UserRole)
            if getattr(data, "place", None) is place and data.value == value:
                tree.setCurrentItem(tree.topLevelItem(row))
                return data
        return None

    def choose(self, name):
        self.page.grid.setCurrentIndex(self.page.model.index(self.names.index(name)))
        QApplication.processEvents()  # the panel lays itself out

    @property
    def words(self):
        return [each.text() for each in self.page.details.findChildren(QLabel) if each.isVisibleTo(self.page)]

    def field(self, name):
        return next(each for each in self.page.details.findChildren(QLineEdit, name) if each.isVisibleTo(self.page))

    def say(self, name, text):
        field = self.field(name)
        field.setText(text)
        field.editingFinished.emit()
        QApplication.processEvents()

    def press(self, text):
        button = next(
            each
            for each in self.page.details.findChildren(QPushButton)
            if each.text().startswith(text) and each.isVisibleTo(self.page)
        )
        self.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    @property
    def told(self):
        return [notice.sentence for notice in self.page.notices.shown]

    def remedy(self):
        return self.page.notices.shown[-1].buttons[0]

    def close(self):
        self.page.shut()
        self.work.close()


@pytest.fixture(autouse=True)
def _no_embedded_models(tmp_path, monkeypatch):
    monkeypatch.setattr("studio.library.models.resource", lambda *parts: tmp_path.joinpath("embedded", *parts))


@pytest.fixture
def shop(qtbot, tmp_path, themed):
    made = Shop(qtbot, tmp_path)
    yield made
    made.close()


@pytest.fixture
def full(shop):
    safetensors(shop.folder / "Dream.safetensors", SD15)
    safetensors(shop.folder / "Big.safetensors", SDXL)
    safetensors(
        shop.folder / "ink style.safetensors",
        LORA,
        metadata={"ss_tag_frequency": json.dumps({"a": {"inkwash": 9}}), "modelspec.license": "MIT"},
    )
    safetensors(shop.folder / "speech.safetensors", {"encoder.something": [1]})
    shop.look()
    return shop


def test_an_empty_library_says_what_to_do(shop):
    assert shop.names == []
    assert "Add a folder" in shop.page.grid.empty[1]


def test_weights_are_shown_by_kind_and_family_and_found_by_words(full):
    assert full.names == ["Big", "Dream"]
    assert full.place(Place.KIND, "lora").count == 1
    assert full.names == ["ink style"]
    assert full.place(Place.FAMILY, "sdxl").count == 2
    assert full.names == ["Big", "ink style"]
    full.place(Place.ALL)
    full.page.search.setText("inkwash")
    full.qtbot.waitUntil(lambda: full.names == ["ink style"])
    full.page.search.setText("nothing such")
    full.qtbot.waitUntil(lambda: full.names == [])
    assert full.page.grid.empty[0] == "Nothing of that name"


def test_a_model_is_used_with_a_click(full):
    full.choose("Dream")
    with full.qtbot.waitSignal(full.page.used) as used:
        full.press("Use this model")
    assert used.args[0].path == full.folder / "Dream.safetensors"
    full.in_use = used.args[0].path
    full.page.hide()
    full.page.show()
    QApplication.processEvents()
    assert any(each.text() == "In use" and not each.isEnabled() for each in full.page.details.findChildren(QPushButton))


def test_what_is_not_usable_says_why_in_plain_words(full):
    assert full.place(Place.UNUSABLE).count == 1
    full.choose("speech")
    assert any("not known here" in text for text in full.words)
    assert any(text.startswith("Looked for:") for text in full.words)


def test_notes_tags_and_defaults_are_kept_and_trigger_words_copied(full):
    full.choose("Dream")
    full.say("tags", "portrait, ink")
    full.say("steps", "14")
    full.say("size", "640 x 512")
    full.say("guidance", "many")
    assert full.field("guidance").property("wrong") is True
    [model] = [each for each in full.models.all() if each.title == "Dream"]
    assert (model.defaults.steps, str(model.defaults.size)) == (14, "640 × 512")
    full.place(Place.TAG, "ink")
    assert full.names == ["Dream"]
    full.place(Place.KIND, "lora")
    full.choose("ink style")
    copy = next(
        button
        for button in full.page.details.findChildren(type(full.page.again))
        if button.accessibleName().startswith("Copy the") and button.isVisibleTo(full.page)
    )
    full.qtbot.mouseClick(copy, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == "inkwash"


def test_what_is_typed_is_not_lost_when_something_else_is_chosen(full):
    full.choose("Dream")
    notes = full.page.details._notes._field
    notes.setPlainText("good with ink")
    full.choose("Big")
    [entry] = [each for each in full.models.entries() if each.name == "Dream"]
    assert entry.notes.text == "good with ink"


def test_what_headers_cannot_tell_can_be_said(full):
    full.choose("Big")
    box = next(each for each in full.page.details.findChildren(type(full.page.sort), "prediction"))
    box.setCurrentIndex(box.findData("v"))
    box.activated.emit(box.currentIndex())
    [model] = [each for each in full.models.all() if each.title == "Big"]
    assert "v-prediction" in model.traits


def test_a_file_that_is_gone_is_shown_until_it_is_taken_off(full):
    (full.folder / "Dream.safetensors").unlink()
    full.look()
    assert full.names == ["Big"]
    full.place(Place.MISSING)
    full.choose("Dream")
    full.press("Take it off the list")
    assert full.place(Place.MISSING) is None
    assert "Dream" not in [entry.name for entry in full.models.entries()]


def test_duplicates_are_shown_together(full):
    safetensors(full.folder / "again" / "Dream copy.safetensors", SD15)
    full.look()
    assert full.place(Place.DUPLICATES).count == 2
    assert sorted(full.names) == ["Dream", "Dream copy"]


def test_weights_are_moved_and_moved_back(full, tmp_path):
    full.choose("Dream")
    with full.qtbot.waitSignal(full.work.looked):
        full.page.acts.move(full.page.grid.current, full.folder / "good")
    assert (full.folder / "good" / "Dream.safetensors").exists()
    assert full.names == ["Big", "Dream"]
    with full.qtbot.waitSignal(full.work.looked):
        full.qtbot.mouseClick(full.remedy(), Qt.MouseButton.LeftButton)
    assert (full.folder / "Dream.safetensors").exists()


def test_what_is_put_away_can_be_put_back(full, monkeypatch, tmp_path):
    def trash(path):
        there = tmp_path / "trash" / path.name
        there.parent.mkdir(exist_ok=True)
        path.rename(there)
        return True, there

    monkeypatch.setattr("studio.ui.models.acts._to_trash", trash)
    full.choose("Dream")
    with full.qtbot.waitSignal(full.work.looked):
        full.qtbot.keyClick(full.page, Qt.Key.Key_Delete)
    assert full.names == ["Big"]
    with full.qtbot.waitSignal(full.work.looked):
        full.qtbot.mouseClick(full.remedy(), Qt.MouseButton.LeftButton)
    assert full.names == ["Big", "Dream"]


def test_a_folder_of_another_program_is_added_and_left_again(full, tmp_path):
    comfy = tmp_path / "ComfyUI"
    safetensors(comfy / "models" / "checkpoints" / "third.safetensors", SD15)
    (comfy / "folder_paths.py").write_text("")
    with full.qtbot.waitSignal(full.work.looked):
        full.page.acts.add_folder(comfy)
    assert full.names == ["Big", "Dream", "third"]
    with full.qtbot.waitSignal(full.work.looked):
        full.page.acts.remove_folder(comfy)
    assert full.names == ["Big", "Dream"]
    with full.qtbot.waitSignal(full.work.looked):
        full.qtbot.mouseClick(full.remedy(), Qt.MouseButton.LeftButton)
    assert "third" in full.names


def test_a_new_file_in_a_folder_is_seen_by_itself(full):
    safetensors(full.folder / "Another.safetensors", SD15)
    full.qtbot.waitUntil(lambda: "Another" in full.names, timeout=8000)


def test_files_are_copied_and_pickles_converted_after_a_question(full, tmp_path):
    path = safetensors(tmp_path / "else" / "New.safetensors", SD15)
    with full.qtbot.waitSignal(full.work.looked):
        full.page.acts.add_files([path])
    assert (full.own / "New.safetensors").exists()
    torch.save({"emb_params": torch.zeros(2, 768)}, tmp_path / "else" / "word.pt")
    full.page.acts.add_files([tmp_path / "else" / "word.pt"])
    assert "can run code" in full.told[-1]
    assert not (full.own / "word.safetensors").exists(), "not before it is agreed to"
    with full.qtbot.waitSignal(full.work.looked):
        full.qtbot.mouseClick(full.remedy(), Qt.MouseButton.LeftButton)
    full.place(Place.KIND, "embedding")
    assert full.names == ["word"]


def test_hashes_are_computed_behind_the_window(full):
    with full.qtbot.waitSignal(full.work.changed):
        full.work.hash_all()
    full.choose("Dream")
    digest = hashlib.sha256((full.folder / "Dream.safetensors").read_bytes()).hexdigest()
    assert digest[:10] in full.words


# from elsewhere


@pytest.fixture
def web(qtbot, tmp_path, themed):
    with Server().running() as server:
        data = safetensors(tmp_path / "served.safetensors", LORA).read_bytes()
        server.serve("/a/b/resolve/main/x.safetensors", data)
        digest = hashlib.sha256(data).hexdigest()
        server.answers["/api/models/a/b/tree/main"] = [
            {"type": "file", "path": "x.safetensors", "size": len(data), "lfs": {"oid": digest, "size": len(data)}}
        ]
        server.answers["/api/models"] = [{"id": "a/b", "tags": ["license:mit"], "downloads": 3}]
        made = Shop(qtbot, tmp_path, server)
        yield made, server
        made.close()


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
    again = Shop(qtbot, tmp_path, server)
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
