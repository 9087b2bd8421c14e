"""The document: layers, words and parameters, and the one stack on which all of it can be undone."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject
from PySide6.QtGui import QImage, QTransform

from studio.document.change import EVERYTHING, NOTHING, Change
from studio.document.compositing import compose
from studio.document.edits import Edit, FieldsEdit, MakingEdit, SelectionEdit, TilesEdit, TreeEdit, extent_of
from studio.document.guides import Guide
from studio.document.history import History
from studio.document.images import pixels_of
from studio.document.layers import (
    GeneratedLayer,
    Group,
    Layer,
    PaintLayer,
    Plane,
    has_content,
    parent_of,
    walk,
)
from studio.document.placing import Making, generated_layer, paint_layer
from studio.document.recipe import Recipe, fresh_seed
from studio.document.resolve import Resolved
from studio.document.telling import Telling
from studio.document.tiles import Tiles, Versions
from studio.document.vault import Vault
from studio.request.events import Picture
from studio.request.family import Ability, Model
from studio.request.geometry import Rect, Size
from studio.request.pixels import Pixels
from studio.request.request import GenerationRequest

LOOKS = Change.PIXELS | Change.LAYERS | Change.SIZE  # what changes the picture that is sent
SOURCE_STRENGTH = 0.6  # a picture that is put in to start from would be ignored at 1


class Document(Telling):
    """What the artist edits. Lives in the window's thread. What it tells is in `Telling`.

    Everything that changes goes through `push`; what has no edit of its own yet is a `FieldsEdit`.
    """

    def __init__(self, model: Model, size: Size | None = None, parent: QObject | None = None) -> None:
        """size: of the canvas; None follows the recipe until there is something on it."""
        super().__init__(parent)
        self.undo_stack = History(self.together, self)
        self.vault = Vault()
        self.path: Path | None = None
        self.foreign: Mapping[str, bytes] = {}  # entries of its file that are another program's
        self.guides: tuple[Guide, ...] = ()
        self.frame = QTransform()  # from the canvas as it was at first to where all of it lies now
        self.held: dict[Plane, Versions] = {}  # tiles as they were before an unfinished stroke or move took them
        self._model = model
        self._recipe = Recipe(seed=fresh_seed())
        self._size = size
        self._root = Group(name="", children=(PaintLayer(name="Layer 1"),))
        self._active: Layer = self._root.children[0]
        self._selection: Tiles | None = None
        self._told_size = self.size
        self._resolved = Resolved(self.picture)

    @property
    def recipe(self) -> Recipe:
        return self._recipe

    @property
    def model(self) -> Model:
        return self._model

    @property
    def size(self) -> Size:
        """Of the canvas, in pixels. An empty canvas has the size of the picture that would be made."""
        return self._size or self._recipe.size or self._model.defaults.size

    @property
    def root(self) -> Group:
        return self._root

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The uppermost level of layers, in painting order, the lowest first."""
        return self._root.children

    @property
    def active(self) -> Layer:
        """The layer that the hand works on."""
        return self._active

    def set_active(self, layer: Layer) -> None:
        if layer is not self._active:
            self._active = layer
            self.changed.emit(Change.LAYERS)

    @property
    def selection(self) -> Tiles | None:
        """What edits are confined to, as coverage on the canvas; None: everything."""
        return self._selection

    @property
    def has_picture(self) -> bool:
        """True when something can be seen on the canvas."""
        return has_content(self.layers)

    def image(self, area: Rect | None = None) -> QImage:
        """What the canvas shows, premultiplied, without masks. area: a part of it; None: all."""
        return compose(self.layers, area or Rect.of(self.size))

    def picture(self, area: Rect | None = None) -> Pixels:
        """The same as frozen sRGB pixels, with alpha if anything shows through."""
        return pixels_of(self.image(area))

    def push(self, edit: Edit) -> None:
        """Does an edit and puts it on the undo stack. With the first content the canvas gets a size of its own."""
        if self._size is not None or not isinstance(edit, TilesEdit | TreeEdit):
            self.undo_stack.push(edit)
        else:
            size = self.size
            with self.step(edit.text()):
                self.undo_stack.push(edit)
                if not extent_of(self.layers).empty:
                    self.undo_stack.push(self._fields("Canvas", Change.SIZE, _size=size))
        if isinstance(edit, TilesEdit | TreeEdit | SelectionEdit | MakingEdit):
            self.vault.add(edit)

    @contextmanager
    def step(self, text: str) -> Generator[None]:
        """Edits pushed inside are undone together, and told of once."""
        with self.together():
            self.undo_stack.beginMacro(text)
            try:
                yield
            finally:
                self.undo_stack.endMacro()

    def change(self, doing: str = "", **fields: Any) -> None:
        """Another wish: fields of `Recipe`. Successive edits of the same fields are one step of undo.

        doing: what the step is called; those that are called otherwise are steps of their own.
        Raises TypeError for a field that a recipe has not.
        """
        after = replace(self._recipe, **fields)
        if after == self._recipe:
            return
        before = {name: getattr(self._recipe, name) for name in fields}
        text = doing or "Change " + " and ".join(name.replace("_", " ") for name in fields)
        put = self._put_recipe
        self.push(FieldsEdit(self, text, Change.RECIPE, self, before=before, after=fields, put=put, merges=True))

    def set_model(self, model: Model) -> None:
        if model != self._model:
            self.push(self._fields("Change model", Change.MODEL, _model=model))

    def set_size(self, size: Size, text: str = "Canvas size") -> None:
        """Another size of the canvas; layers stay where they are."""
        if size != self._size:
            self.push(self._fields(text, Change.SIZE, merges=False, _size=size))

    def select(self, selection: Tiles | None, text: str = "Select") -> None:
        """Confines edits to what is covered; None or nothing covered lifts that."""
        tiles = selection if selection is not None and len(selection) else None
        if tiles is not self._selection:
            self.push(SelectionEdit(self, text, tiles, self._put_selection))

    def add_layer(self, layer: Layer, text: str = "") -> None:
        """Puts a layer above the active one and makes it the active one."""
        group = parent_of(self._root, self._active) or self._root
        children = list(group.children)
        at = children.index(self._active) + 1 if self._active in children else len(children)
        children.insert(at, layer)
        with self.step(text or f"Add {layer.name}"):
            self.push(TreeEdit(self, text, {group: children}))
            self.activate(layer)

    def activate(self, layer: Layer) -> None:
        """Makes a layer the active one as a part of a step, so that undo makes the former one active again."""
        if layer is not self._active:
            self.push(self._fields("Choose layer", Change.LAYERS, merges=False, _active=layer))

    def request(self) -> GenerationRequest:
        """The request that this document amounts to. Equal, and the same object, until something changes.

        Raises BadInput when a value cannot be used.
        """
        self.about_to_read.emit()
        return self._resolved.request(self._recipe, self._model, self.layers, self.size)

    def next_seed(self) -> int:
        """Draws a fresh seed for the generation to be submitted, unless the seed is locked. Not a step of undo."""
        if not self._recipe.seed_locked:
            self._recipe = replace(self._recipe, seed=fresh_seed())
            self.touched(Change.RECIPE)
        return self._recipe.seed

    def set_source(self, pixels: Pixels, name: str = "Picture") -> None:
        """A picture to start from: an empty canvas takes its size, else it becomes a layer. One step of undo."""
        with self.step(f"Place {name}"):
            if not self.has_picture:
                self.push(self._fields("Canvas", Change.SIZE, merges=False, _size=pixels.size))
            layer = paint_layer(pixels, self.size, name)
            if any(not isinstance(other, PaintLayer) or len(other.tiles) for other in self.layers):
                self.add_layer(layer)
            else:  # the empty layer of a new document gives way
                self.push(TreeEdit(self, "", {self._root: (layer,)}))
                self.activate(layer)
            if self._recipe.strength >= 1 and not self._model.family.can(Ability.INSTRUCT):
                self.change(strength=SOURCE_STRENGTH)

    def apply_picture(
        self, picture: Picture, area: Rect | None = None, making: Making | None = None, *, shown: bool = True
    ) -> GeneratedLayer:
        """Puts a made picture above all layers, as one that remembers its request. One step of undo.

        area: where it belongs; None: all of the canvas, which takes the picture's size if it is empty.
        """
        with self.step("Put on canvas"):
            if area is None and not self.has_picture:
                self.push(self._fields("Canvas", Change.SIZE, merges=False, _size=picture.pixels.size))
            layer = generated_layer(picture, area or Rect.of(self.size), making)
            layer.visible = shown
            self.push(TreeEdit(self, "Put on canvas", {self._root: (*self._root.children, layer)}))
            if shown:
                self.activate(layer)
        return layer

    def _fields(self, text: str, change: Change, *, merges: bool = True, **after: Any) -> FieldsEdit:
        now = {name: getattr(self, name) for name in after}
        return FieldsEdit(self, text, change, self, before=now, after=after, merges=merges)

    def _put_recipe(self, values: Any) -> None:
        self._recipe = replace(self._recipe, **values)

    def _put_selection(self, selection: Tiles | None) -> Tiles | None:
        before, self._selection = self._selection, selection
        return before

    def _noted(self, change: Change) -> None:
        self._resolved.forget(looks=bool(change & LOOKS))

    def _also(self) -> Change:
        if self.size == self._told_size:
            return NOTHING
        self._told_size = self.size
        self._resolved.forget(looks=True)
        return Change.SIZE

    def load(
        self, layers: tuple[Layer, ...], active: str = "", recipe: Recipe | None = None, selection: Tiles | None = None
    ) -> None:
        """Fills a fresh document, without undo. active: the id of the active layer; else the uppermost is."""
        self._root = Group(name="", children=layers or (PaintLayer(name="Layer 1"),))
        self._active = next((layer for layer in walk(self.layers) if layer.id == active), self.layers[-1])
        self._recipe = recipe or self._recipe
        self._selection = selection
        self.touched(EVERYTHING, Rect.of(self.size))

    def become(self, other: Document) -> None:
        """Takes over everything of another document, which is not to be used any more. Its undo steps are not kept."""
        self.undo_stack.clear()
        self.path, self.foreign, self.guides = other.path, other.foreign, other.guides
        self._model, self._size = other.model, other._size
        self.load(other.layers, other.active.id, other.recipe, other.selection)
