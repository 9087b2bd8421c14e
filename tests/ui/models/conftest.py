"""The Models workspace on real files, with a server of our own."""

from __future__ import annotations

import hashlib
import json

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QMainWindow, QPushButton

from studio.library.downloads import tokens
from studio.library.downloads.catalogue import Offer
from studio.library.downloads.hub import Hub
from studio.library.index import Index
from studio.library.models import Models
from studio.library.notes import NoteBook
from studio.settings.settings import Settings
from studio.ui.models.page import ModelsPage, Surroundings
from studio.ui.models.work import LibraryWork
from studio.ui.preferences import Preferences
from tests.library.rings import Ring
from tests.library.server import Server
from tests.library.weights import SD15, SDXL, safetensors

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
        """Without the places where long names may break."""
        labels = self.page.details.findChildren(QLabel)
        return [each.text().replace("\u200b", "") for each in labels if each.isVisibleTo(self.page)]

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


@pytest.fixture(autouse=True)
def ring(monkeypatch):
    """In place of the system's keyring: what it keeps, by service and name."""
    kept = {}
    monkeypatch.delenv("HF_TOKEN", raising=False)
    monkeypatch.setattr(tokens, "_now", {})
    monkeypatch.setattr(tokens, "_keyring", lambda: Ring(kept))
    return kept


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
