"""What belongs to controls in the main window, plugged in from outside: how their layers come about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QFileDialog, QMenu

from studio.document import layering
from studio.document.control_layers import control_layer_of
from studio.document.controlling import Steer
from studio.document.edits import TilesEdit
from studio.document.layers import CANVAS, OWN, ControlLayer, PaintLayer, shown
from studio.document.preprocessing import likely
from studio.document.tiles import Versions
from studio.request.control import BUILT_IN, REFERENCE
from studio.request.errors import BadInput, Trouble
from studio.request.pixels import Pixels
from studio.request.sentences import listed
from studio.ui.actions import Action
from studio.ui.controls.weights import ControlWeights, can, cannot
from studio.ui.incoming import ENDINGS

if TYPE_CHECKING:
    from studio.ui.window import MainWindow


LIKE_FILE = "layer.reference_file"


class ControlWiring:
    """Adds control layers, gives their options the weights on this machine, and asks for files."""

    def __init__(self, window: MainWindow) -> None:
        self._window, self._document = window, window.document
        self.weights = ControlWeights(window.models)
        self.options = window.panels.layers.control
        self.options.file_wanted.connect(self._ask_for_own)
        window.panels.layers.control_wanted.connect(self._show_menu)
        window.incoming.steered = self.add_picture
        window.table.add(*self._actions(), within=window.page)
        self.refresh()

    def refresh(self) -> None:
        """Weights came or went."""
        self.options.offer(self.weights)

    def add(self, source: str = OWN) -> ControlLayer:
        """A control that looks at the canvas, at a layer, or at what will be drawn on it. Raises BadInput."""
        steer = self._begun(wish="scribble" if source == OWN else "canny")
        layer = ControlLayer(name=layering.fresh_name(self._document, "Control"), source=source, steer=steer)
        self._document.add_layer(layer, "Add control")
        self._window.page.begin()
        return layer

    def add_picture(self, pixels: Pixels, name: str, refers: bool) -> ControlLayer:
        """A control with a picture of its own. Raises BadInput."""
        document, steer = self._document, self._begun(refers=refers)
        layer = control_layer_of(pixels, document.size, name, steer)
        layer.overlay = not refers
        document.add_layer(layer, f"Follow {name}")
        self._window.page.begin()
        return layer

    @property
    def words(self) -> str:
        """Of what the button would do: which controls count, and which do not; "" when there are none."""
        family = self._document.model.family
        layers = [each for each in shown(self._document.layers) if isinstance(each, ControlLayer)]
        counting = [each.name for each in layers if each.steer.goes_with(family)]
        others = [each.name for each in layers if not each.steer.goes_with(family)]
        said = [f"Follows {listed(counting)}."] if counting else []
        return " ".join([*said, *([f"Leaves out {listed(others)}: no weights that fit."] if others else [])])

    # inside

    def _begun(self, *, refers: bool = False, wish: str = "") -> Steer:
        family = self._document.model.family
        if not can(family, refers=refers):
            raise BadInput(cannot(family))
        plain = Steer(kind=REFERENCE) if refers else Steer()
        chosen = self.weights.first(family, refers=refers, wish=wish)
        if chosen is not None and chosen.kind == BUILT_IN:  # what it was taught is said by its name
            return replace(chosen.put_on(plain), preprocessor=likely(self._document.model.reference.name).id or wish)
        return plain if chosen is None else chosen.put_on(plain)

    def _show_menu(self) -> None:
        family = self._document.model.family
        if not family.controls:
            self._window.telling.trouble(BadInput(cannot(family)))
            return
        menu = QMenu(self._window)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for action in self._actions():
            if action.enabled_when() and can(family, refers=action.id == LIKE_FILE):
                menu.addAction(action.title, partial(self._window.table.run, action.id))
        menu.popup(QCursor.pos())

    def _ask(self, title: str, done: Callable[[str], object]) -> None:
        """Asks for a file, without stopping anything else."""
        window = self._window
        dialog = QFileDialog(window, title)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters([f"Pictures ({' '.join('*' + ending for ending in ENDINGS)})", "All files (*)"])
        dialog.setDirectory(window.preferences.recall("open_folder"))
        dialog.fileSelected.connect(done)
        dialog.open()

    def _from_file(self) -> None:
        self._ask("A picture to follow", lambda file: self._window.incoming.open(Path(file), "control"))

    def _like_file(self) -> None:
        self._ask("A picture to be like", lambda file: self._window.incoming.open(Path(file), "reference"))

    def _ask_for_own(self, layer: ControlLayer) -> None:
        self._ask("A picture to follow", lambda file: self.take(layer, Path(file)))

    def take(self, layer: ControlLayer, file: Path) -> None:
        """A picture becomes the layer's own, in place of what it had. One step of undo."""
        document = self._document
        try:
            pixels = self._window.incoming.read(file)
        except Trouble as trouble:
            self._window.telling.trouble(trouble)
            return
        tiles = control_layer_of(pixels, document.size, file.stem, layer.steer).tiles
        with document.step("Picture of the control"):
            steer = replace(layer.steer, origin=pixels.digest)
            layering.change(document, layer, "Picture of the control", source=OWN, steer=steer)
            versions: Versions = {key: tiles.get(key) for key in {*layer.tiles, *tiles}}
            document.push(TilesEdit(document, "Picture of the control", layer, versions))

    def _actions(self) -> list[Action]:
        document = self._document
        return [
            Action(
                id="layer.control_canvas",
                title="Control from the canvas",
                group="Layer",
                section="control",
                run=lambda: self.add(CANVAS),
                help="The next pictures follow what is on the canvas: its edges, depth or colours.",
                icon="spline",
            ),
            Action(
                id="layer.control_layer",
                title="Control from the layer",
                group="Layer",
                section="control",
                run=lambda: self.add(document.active.id),
                enabled_when=lambda: isinstance(document.active, PaintLayer),
                help="The next pictures follow what is on the active layer, such as a sketch.",
                icon="spline",
            ),
            Action(
                id="layer.control_draw",
                title="Control to draw on",
                group="Layer",
                section="control",
                run=self.add,
                help="An empty layer whose strokes the next pictures follow.",
                icon="spline",
            ),
            Action(
                id="layer.control_file",
                title="Control from a file …",
                group="Layer",
                section="control",
                run=self._from_file,
                help="The next pictures follow a picture from a file: lines, depth, a pose.",
                icon="spline",
            ),
            Action(
                id=LIKE_FILE,
                title="Reference from a file …",
                group="Layer",
                section="control",
                run=self._like_file,
                help="An adapter or the model itself looks at a picture from a file: the next ones are like it.",
                icon="image",
            ),
        ]
