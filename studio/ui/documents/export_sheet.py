"""How a picture of the canvas is written to a file: its kind, quality, colours and what goes with it."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import Any, cast

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QListView, QWidget

from studio.document.files.pictures import USUAL, Colours, Kind, PictureOptions, estimated
from studio.document.files.snapshot import Snapshot
from studio.request.errors import Trouble
from studio.ui.documents.filing import Filing
from studio.ui.documents.notes import notes_of
from studio.ui.latest import Latest
from studio.ui.preferences import Preferences
from studio.ui.widgets.choice import Choice
from studio.ui.widgets.numbers import NumberField, SliderField
from studio.ui.widgets.popover import Popover
from studio.ui.widgets.switch import Switch
from studio.ui.widgets.tool import Labelled, label

PLACE = "export"
WIDTH = 300
PAUSE = 150  # milliseconds without a change until the size is worked out
PACKINGS = {
    "usual": "Usual", "fast": "Fast", "smallest": "Smallest", "deflate": "Deflate", "lzw": "LZW", "none": "None",
}  # fmt: skip
COLOURS = {Colours.FULL: "All", Colours.GREY: "Grey", Colours.FEW: "256, as a palette"}
PAPERS = {"Keep transparency": "", "White paper": "#ffffff", "Black paper": "#000000"}
NAMES = {Kind.PNG: "PNG", Kind.JPEG: "JPEG", Kind.WEBP: "WebP", Kind.TIFF: "TIFF"}


class ExportSheet(Popover):
    """Says how large the file will be while one chooses. The choice is kept for the next time."""

    def __init__(self, over: QWidget, filing: Filing, preferences: Preferences) -> None:
        super().__init__(over, "Export", "Export …")
        self._filing = filing
        self._preferences = preferences
        kind, options = kept_choice(preferences)
        self.kind = _choice({name: each for each, name in NAMES.items()}, kind)
        self.quality = SliderField(NumberField(1, 100), (1, 100))
        self.quality.set_value(options.quality)
        self.quality.name("Quality", "Higher looks better and is larger")
        self.lossless = _switch("Without loss", options.lossless)
        self.packing = Choice()
        self.colours = _choice({name: each for each, name in COLOURS.items()}, options.colours)
        self.paper = _choice(PAPERS, options.paper)
        self.profile = _switch("Colour profile (sRGB)", options.profile)
        self.notes = _switch("The settings that made it", options.notes)
        self.size_note = label("", "secondary")
        self._parts = {
            "quality": Labelled("Quality", self.quality),
            "packing": Labelled("Compression, without loss", self.packing),
            "colours": Labelled("Colours", self.colours),
            "paper": Labelled("Where it is transparent", self.paper),
        }
        self.body.addWidget(Labelled("Format", self.kind))
        for part in (*self._parts.values(), self.lossless, self.profile, self.notes, self.size_note):
            self.body.addWidget(part)
        self.setFixedWidth(WIDTH)
        self._packing = options.packing
        self._latest = Latest(self)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE)
        self._connect()
        self._show_kind()
        self.open(self.kind)

    def _connect(self) -> None:
        self.kind.currentIndexChanged.connect(self._show_kind)
        for choice in (self.packing, self.colours, self.paper):
            choice.currentIndexChanged.connect(self._changed)
        for switch in (self.lossless, self.profile, self.notes):
            switch.toggled.connect(self._changed)
        self.lossless.toggled.connect(self._show_parts)
        self.quality.edited.connect(self._changed)
        self._pause.timeout.connect(self._judge)
        self._latest.done.connect(self._say)
        self._latest.failed.connect(self._refuse)
        self._filing.document.changed.connect(self._changed)
        self.applied.connect(self._export)
        for ended in (self.applied, self.discarded):
            ended.connect(self._latest.drop)

    @property
    def chosen(self) -> tuple[Kind, PictureOptions]:
        kind: Kind = self.kind.currentData()
        return kind, PictureOptions(
            quality=round(self.quality.value),
            lossless=self.lossless.isChecked(),
            packing=self.packing.currentData() or "",
            colours=self.colours.currentData(),
            paper=self.paper.currentData(),
            profile=self.profile.isChecked(),
            notes=self.notes.isChecked(),
        )

    def _show_kind(self) -> None:
        """The controls that this kind has."""
        kind: Kind = self.kind.currentData()
        self.packing.blockSignals(True)
        self.packing.clear()
        for packing in kind.packings:
            self.packing.addItem(PACKINGS[packing], packing)
        self.packing.setCurrentIndex(max(0, self.packing.findData(self._packing)))
        self.packing.blockSignals(False)
        self._offer(self.paper, "", kind is not Kind.JPEG)
        self._offer(self.colours, Colours.FEW, kind is Kind.PNG)
        self._show_parts()
        self._changed()

    @staticmethod
    def _offer(choice: Choice, value: object, there: bool) -> None:
        """Hides one of the entries that this kind does not have; who had chosen it gets the next best."""
        row = choice.findData(value)
        view = choice.view()
        if isinstance(view, QListView):
            view.setRowHidden(row, not there)
        if not there and choice.currentIndex() == row:
            choice.setCurrentIndex(1 if row == 0 else 0)

    def _show_parts(self) -> None:
        kind: Kind = self.kind.currentData()
        lossy = kind is Kind.JPEG or (kind is Kind.WEBP and not self.lossless.isChecked())
        self.lossless.setVisible(kind is Kind.WEBP)
        self._parts["quality"].setVisible(lossy)
        self._parts["packing"].setVisible(bool(kind.packings))
        self.fit_content()

    def _changed(self) -> None:
        self.size_note.setText("Working out the size …")
        self._pause.start()

    def _judge(self) -> None:
        document, (kind, options) = self._filing.document, self.chosen
        snapshot = Snapshot.of(document)
        notes = notes_of(document.layers)
        self._latest.ask(lambda: (snapshot.size, *estimated(snapshot.layers, snapshot.size, kind, notes, options)))

    def _say(self, found: tuple[object, int, bool]) -> None:
        size, count, exact = found
        self.size_note.setText(f"{'' if exact else 'About '}{amount(count)} · {size} px")

    def _refuse(self, trouble: Trouble) -> None:
        self.size_note.setText(trouble.message)

    def _export(self) -> None:
        kind, options = self.chosen
        keep_choice(self._preferences, kind, options)
        self._filing.export(kind, options)


def amount(count: int) -> str:
    """Bytes as people say them."""
    if count < 1000:
        return f"{count} bytes"
    return f"{count / 1000:.0f} KB" if count < 1_000_000 else f"{count / 1e6:.1f} MB"


def keep_choice(preferences: Preferences, kind: Kind, options: PictureOptions) -> None:
    values = {**asdict(options), "colours": options.colours.value, "kind": kind.value}
    preferences.remember(PLACE, json.dumps(values))


def kept_choice(preferences: Preferences) -> tuple[Kind, PictureOptions]:
    """What was chosen last; what makes no sense in it is as usual."""
    try:
        found: Any = json.loads(preferences.recall(PLACE, "{}"))
        values = cast("dict[str, Any]", found)
        kind = Kind(values.pop("kind", Kind.PNG.value))
        values["colours"] = Colours(values.get("colours", Colours.FULL.value))
        options = replace(USUAL, **values)
    except (ValueError, TypeError, AttributeError):
        return Kind.PNG, USUAL
    sound = all(type(value) is type(getattr(USUAL, name)) for name, value in vars(options).items())
    return (kind, options) if sound and 1 <= options.quality <= 100 else (Kind.PNG, USUAL)


def _choice(entries: dict[str, Any], chosen: object) -> Choice:
    made = Choice()
    for name, value in entries.items():
        made.addItem(name, value)
    values = list(entries.values())
    made.setCurrentIndex(values.index(chosen) if chosen in values else 0)
    return made


def _switch(text: str, on: bool) -> Switch:
    made = Switch(text)
    made.setChecked(on)
    return made
