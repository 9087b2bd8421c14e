"""What a control layer is set to: its weights, what it looks at, how that is prepared, how much it counts and when."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Protocol

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from studio.document import layering
from studio.document.change import Change
from studio.document.controlling import Steer
from studio.document.document import Document
from studio.document.layers import CANVAS, OWN, ControlLayer, PaintLayer, walk
from studio.document.preprocessing import PREPROCESSORS, Setting, preprocessor
from studio.request.family import Family
from studio.ui.controls.weights import Weights
from studio.ui.widgets.choice import Choice
from studio.ui.widgets.numbers import NumberField, SliderField
from studio.ui.widgets.switch import Switch
from studio.ui.widgets.tool import GAP, PADDING, label, tool_button

NAME = 60  # width of names before their controls
FILE = "file"


class Shelf(Protocol):
    """What weights there are: `controls.weights.ControlWeights` is one."""

    def fitting(self, family: Family) -> list[Weights]: ...

    def lacking(self, steer: Steer, family: Family) -> str: ...


class ControlOptions(QWidget):
    """Seen while a control layer is the active one. A drag of a slider is one step of undo.

    file_wanted(ControlLayer): a picture from a file is to become its own.
    """

    file_wanted = Signal(object)

    def __init__(self, document: Document) -> None:
        super().__init__()
        self._document = document
        self._shelf: Shelf | None = None
        self._settings: dict[str, SliderField | Switch] = {}
        self._shown: object = None  # preprocessor whose settings are laid out
        self.weights = self._choice("Control weights", "What looks at the picture, and what it was taught to follow")
        self.source = self._choice("What it looks at", "Its own picture, the canvas, another layer, or a file")
        self.prepare = self._choice("Preparation", "What is made of the picture before it is followed")
        self.weight = SliderField(NumberField(0, 200, "%"), (0, 200))
        self.weight.name("Weight of the control", "How much it counts; 100 % is what it was made for")
        self.start = NumberField(0, 99, "%")
        self.end = NumberField(1, 100, "%")
        self.overlay = tool_button("eye", "Show over the canvas\nWhat is followed, as it is prepared.", size=16)
        self.overlay.setCheckable(True)
        self.note = label("", "small")
        self.note.setWordWrap(True)
        for each in PREPROCESSORS:
            self.prepare.addItem(each.title, each.id)
        self._lay_out()
        self._connect()
        document.changed.connect(self._on_changed)
        self.show_layer()

    def offer(self, shelf: Shelf) -> None:
        """Weights are chosen from there; called again when others may have come."""
        self._shelf = shelf
        self.show_layer()

    @property
    def layer(self) -> ControlLayer | None:
        active = self._document.active
        return active if isinstance(active, ControlLayer) else None

    def show_layer(self) -> None:
        """Reflects the active layer, after undo too."""
        layer = self.layer
        self.setVisible(layer is not None)
        if layer is None:
            return
        steer = layer.steer
        self._show_weights(steer)
        self._show_sources(layer)
        self.prepare.setCurrentIndex(max(0, self.prepare.findData(steer.preprocessor)))
        self.prepare.setToolTip(preprocessor(steer.preprocessor).about)
        self._prepare_row.setVisible(not steer.refers)
        for row in self._amounts:
            row.setVisible(not steer.itself)
        self._show_settings(steer)
        self.weight.set_value(round(100 * steer.weight))
        for field, value in ((self.start, steer.start), (self.end, steer.end)):
            with QSignalBlocker(field):
                field.setValue(round(100 * value))
        self.overlay.setChecked(layer.overlay)
        lacking = self._shelf.lacking(steer, self._document.model.family) if self._shelf is not None else ""
        self.note.setText(lacking)
        self.note.setVisible(bool(lacking))

    # what is shown

    def _show_weights(self, steer: Steer) -> None:
        fitting = self._shelf.fitting(self._document.model.family) if self._shelf is not None else []
        self.weights.clear()
        chosen = -1
        for at, each in enumerate(fitting):
            self.weights.addItem(each.title, each)
            if (each.kind, each.name) == (steer.kind, steer.name):
                chosen = at
        if chosen < 0:
            self.weights.insertItem(0, steer.name or ("Choose weights" if fitting else "None here"), None)
            chosen = 0
        self.weights.setCurrentIndex(chosen)
        self.weights.setEnabled(bool(fitting))

    def _show_sources(self, layer: ControlLayer) -> None:
        self.source.clear()
        self.source.addItem("Its own picture", OWN)
        self.source.addItem("The canvas", CANVAS)
        for each in walk(self._document.layers):
            if isinstance(each, PaintLayer):
                self.source.addItem(each.name or "Unnamed", each.id)
        self.source.addItem("From a file …", FILE)
        at = self.source.findData(layer.source)
        if at < 0:
            self.source.insertItem(0, "A layer that is gone", layer.source)
        self.source.setCurrentIndex(max(0, at))

    def _show_settings(self, steer: Steer) -> None:
        wanted = () if steer.refers else preprocessor(steer.preprocessor).settings
        if self._shown != wanted:
            self._shown = wanted
            self._build_settings(wanted)
        values = preprocessor(steer.preprocessor).filled(dict(steer.settings))
        for name, field in self._settings.items():
            if isinstance(field, Switch):
                with QSignalBlocker(field):
                    field.setChecked(bool(values[name]))
            else:
                field.set_value(values[name])

    def _build_settings(self, settings: tuple[Setting, ...]) -> None:
        while (item := self._settings_column.takeAt(0)) is not None:
            row = item.widget()
            if row is not None:
                row.setParent(None)
                row.deleteLater()
        self._settings = {}
        for each in settings:
            if (each.low, each.high) == (0, 1):
                switch = self._settings[each.name] = Switch(each.title)
                switch.toggled.connect(partial(self._set, each.name))
                self._settings_column.addWidget(switch)
                continue
            field = SliderField(NumberField(round(each.low), round(each.high), each.unit), (each.low, each.high))
            field.name(each.title, each.title)
            field.edited.connect(partial(self._set, each.name))
            self._settings[each.name] = field
            self._settings_column.addWidget(_row(each.title, field, wide=True))
        self._settings_box.setVisible(bool(settings))

    # what is changed

    def _steer(self, text: str, **fields: object) -> None:
        if (layer := self.layer) is not None:
            layering.change(self._document, layer, text, steer=replace(layer.steer, **fields))

    def _set(self, name: str, value: float) -> None:
        if (layer := self.layer) is not None:
            layering.change(self._document, layer, "Prepare the control", steer=layer.steer.setting(name, float(value)))

    def _weights_chosen(self) -> None:
        layer, chosen = self.layer, self.weights.currentData()
        if layer is not None and isinstance(chosen, Weights):
            layering.change(self._document, layer, "Weights of the control", steer=chosen.put_on(layer.steer))

    def _source_chosen(self) -> None:
        layer, chosen = self.layer, self.source.currentData()
        if layer is None:
            return
        if chosen == FILE:
            self._show_sources(layer)
            self.file_wanted.emit(layer)
        else:
            layering.change(self._document, layer, "What the control looks at", source=chosen)

    def _range_changed(self) -> None:
        start, end = self.start.value(), self.end.value()
        if start >= end:  # the field in hand pushes the other one
            start, end = (start, start + 1) if self.start.hasFocus() else (end - 1, end)
        self._steer("Range of the control", start=start / 100, end=end / 100)

    def _overlay_toggled(self, on: bool) -> None:
        if (layer := self.layer) is not None:
            layering.change(self._document, layer, "Show control" if on else "Hide control", overlay=on)

    def _on_changed(self, change: Change) -> None:
        if change & (Change.LAYERS | Change.MODEL):
            self.show_layer()

    # laid out once

    @staticmethod
    def _choice(title: str, help_text: str) -> Choice:
        made = Choice()
        made.setAccessibleName(title)
        made.setToolTip(help_text)
        return made

    def _connect(self) -> None:
        self.weights.activated.connect(self._weights_chosen)
        self.source.activated.connect(self._source_chosen)
        self.prepare.activated.connect(
            lambda: self._steer("Preparation", preprocessor=self.prepare.currentData(), settings=())
        )
        self.weight.edited.connect(lambda percent: self._steer("Weight of the control", weight=percent / 100))  # pyright: ignore[reportUnknownArgumentType, reportUnknownLambdaType]
        self.start.valueChanged.connect(self._range_changed)
        self.end.valueChanged.connect(self._range_changed)
        self.overlay.clicked.connect(self._overlay_toggled)

    def _lay_out(self) -> None:
        self.start.setAccessibleName("From which part of the steps on it is followed")
        self.end.setAccessibleName("Up to which part of the steps it is followed")
        for field in (self.start, self.end):
            field.setToolTip("For which part of the steps it is followed: early ones decide the composition")
        steps = QWidget()
        row = QHBoxLayout(steps)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP)
        row.addWidget(self.start, 1)
        row.addWidget(label("to", "secondary"))
        row.addWidget(self.end, 1)
        self._settings_box = QWidget()
        self._settings_column = QVBoxLayout(self._settings_box)
        self._settings_column.setContentsMargins(0, 0, 0, 0)
        self._settings_column.setSpacing(4)
        self._prepare_row = _row("Prepare", self.prepare)
        self._amounts = (_row("Weight", self.weight), _row("Steps", steps))
        column = QVBoxLayout(self)
        column.setContentsMargins(PADDING, 0, PADDING, 0)
        column.setSpacing(4)
        column.addWidget(_row("Follow by", self.weights, self.overlay))
        column.addWidget(_row("Picture", self.source))
        column.addWidget(self._prepare_row)
        column.addWidget(self._settings_box)
        for row in self._amounts:
            column.addWidget(row)
        column.addWidget(self.note)


def _row(name: str, *controls: QWidget, wide: bool = False) -> QWidget:
    """A name before its controls. wide: room for a longer name."""
    made = QWidget()
    row = QHBoxLayout(made)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(GAP)
    words = label(name, "secondary")
    words.setFixedWidth(2 * NAME - GAP if wide else NAME)
    row.addWidget(words)
    for at, control in enumerate(controls):
        row.addWidget(control, 0 if at else 1)
    return made
