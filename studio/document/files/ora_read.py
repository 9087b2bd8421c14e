"""Reading OpenRaster files, ours and those of others, and refusing hostile ones in bounded memory and time."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, cast
from xml.etree import ElementTree

from studio.document.blend import Blend
from studio.document.document import Document
from studio.document.files.control import control_layer
from studio.document.files.decoding import Budget, colour_plane, coverage_plane, pixels_of_png
from studio.document.files.extra import AREAS, EXTRA, PIXELS, area_layer, model_named, recipe_of, with_extra
from studio.document.files.ora_write import ID, MIME, WORKERS
from studio.document.guides import guides_of
from studio.document.layers import Group, Layer, PaintLayer, new_id
from studio.document.recipe import Recipe
from studio.document.tiles import Tiles
from studio.request.errors import BadInput
from studio.request.family import Model
from studio.request.geometry import Size
from studio.request.pixels import Pixels

LayerT = TypeVar("LayerT", bound=Layer)
LARGEST_CANVAS = 32768  # pixels of a side
LARGEST_TEXT = 16 << 20  # bytes of stack.xml, and of our own part
LARGEST_ENTRY = 1 << 30
LARGEST_FILE = 8 << 30  # bytes of all entries unpacked
MOST_ENTRIES = 50_000
MOST_LAYERS = 10_000
DEEPEST = 64  # groups in groups
MOST_FOREIGN = 64 << 20  # bytes of other programs' entries that are kept
FARTHEST = 1 << 20  # pixels from the canvas that a layer may lie
_KNOWN = {"name", "src", "x", "y", "opacity", "visibility", "composite-op", "edit-locked", "selected", "isolation", ID}
_OURS = ("mimetype", "stack.xml", "mergedimage.png", "sfumato/", "data/", "Thumbnails/")
_BLENDS = {blend.value: blend for blend in Blend} | {"svg:add": Blend.ADD}


def read_ora(path: Path, model: Model, models: Sequence[Model] = ()) -> Document:
    """Opens a file. model: to go on with, unless the one it names is among `models`.

    Raises BadInput, in one sentence, when it is no OpenRaster file, damaged or hostile.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return _Reader(path, archive).read(model, models)
    except FileNotFoundError:
        raise BadInput(f"There is no file {path}.") from None
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
        raise BadInput(f"“{path.name}” is damaged, or not an OpenRaster file.", "", repr(error)) from error
    except OSError as error:
        raise BadInput(f"“{path.name}” cannot be read: {error.strerror}.", "", repr(error)) from error


@dataclass(frozen=True)
class _Pending:
    """A picture layer whose pixels are still to be decoded."""

    layer: PaintLayer
    src: str
    x: int
    y: int


class _Reader:
    def __init__(self, path: Path, archive: zipfile.ZipFile) -> None:
        self._path = path
        self._archive = archive
        self._pending: list[_Pending] = []
        self._active = ""
        self._count = 0
        self._budget = Budget()
        entries = archive.infolist()
        total = sum(entry.file_size for entry in entries)
        if len(entries) > MOST_ENTRIES or total > LARGEST_FILE:
            raise self._refusal(f"it would unpack to {total / 2**30:.1f} GB in {len(entries)} parts")
        self._entries = {entry.filename: entry for entry in entries}

    def read(self, model: Model, models: Sequence[Model]) -> Document:
        self._check_kind()
        image = self._xml()
        size = Size(self._number(image, "w", 1), self._number(image, "h", 1))
        if not all(1 <= side <= LARGEST_CANVAS for side in size):
            raise self._refusal(f"its canvas would have {size} pixels")
        stack = image.find("stack")
        layers = self._stack(stack, 1) if stack is not None else ()
        self._decode()
        extra = self._extra()
        layers = self._with_own(layers, extra)
        document = Document(model_named(extra.get("model"), model, models), size)
        recipe = recipe_of(cast("Mapping[str, Any]", extra.get("recipe"))) if _is_map(extra.get("recipe")) else Recipe()
        document.load(layers, str(extra.get("active", self._active)), recipe, self._selection(extra))
        document.guides = guides_of(extra.get("guides"))
        document.path = self._path
        document.foreign = self._foreign({pending.src for pending in self._pending})
        return document

    # the file as such

    def _refusal(self, why: str) -> BadInput:
        return BadInput(f"“{self._path.name}” is not opened: {why}.")

    def _check_kind(self) -> None:
        if self._bytes("mimetype", 1000).strip() != MIME.encode():
            raise self._refusal("it is not an OpenRaster file")

    def _bytes(self, name: str, most: int = LARGEST_ENTRY) -> bytes:
        entry = self._entries.get(name)
        if entry is None:
            raise self._refusal(f"“{name[:80]}” is missing in it")
        if entry.file_size > most:
            raise self._refusal(f"“{name[:80]}” in it would have {entry.file_size:,} bytes")
        with self._archive.open(entry) as file:
            data = file.read(most + 1)  # what the header says may be a lie
        if len(data) > most:
            raise self._refusal(f"“{name[:80]}” in it is larger than it says")
        return data

    def _xml(self) -> ElementTree.Element:
        data = self._bytes("stack.xml", LARGEST_TEXT)
        if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
            raise self._refusal("its description uses entities, which no such file needs")
        try:
            return ElementTree.fromstring(data)
        except ElementTree.ParseError as error:
            raise self._refusal("its description of the layers is damaged") from error

    # layers

    def _stack(self, element: ElementTree.Element, depth: int) -> tuple[Layer, ...]:
        if depth > DEEPEST:
            raise self._refusal("its groups are nested too deeply")
        layers: list[Layer] = []
        for child in element:
            self._count += 1
            if self._count > MOST_LAYERS:
                raise self._refusal("it has too many layers")
            if child.tag == "stack":
                group = Group(name=child.get("name", ""), children=self._stack(child, depth + 1))
                group.isolate = child.get("isolation") == "isolate"
                layers.append(self._dressed(group, child))
            elif child.tag == "layer":
                layers.append(self._layer(child))
        return tuple(reversed(layers))

    def _layer(self, element: ElementTree.Element) -> Layer:
        layer = self._dressed(PaintLayer(name=element.get("name", "")), element)
        src = element.get("src", "")
        if ".." in Path(src).parts or src.startswith(("/", "\\")):
            raise self._refusal("it points outside itself")
        x, y = self._number(element, "x", 0), self._number(element, "y", 0)
        if max(abs(x), abs(y)) > FARTHEST:
            raise self._refusal("one of its layers lies too far away")
        self._pending.append(_Pending(layer, src, x, y))
        return layer

    def _dressed(self, layer: LayerT, element: ElementTree.Element) -> LayerT:
        layer.id = element.get(ID) or new_id()
        layer.visible = element.get("visibility", "visible") != "hidden"
        layer.locked = element.get("edit-locked") == "true"
        layer.opacity = min(1.0, max(0.0, _float(element.get("opacity"), 1.0)))
        layer.blend = _BLENDS.get(element.get("composite-op", ""), Blend.NORMAL)
        layer.foreign = {name: value for name, value in element.attrib.items() if name not in _KNOWN}
        if element.get("selected") == "true":
            self._active = layer.id
        return layer

    def _decode(self) -> None:
        """All pictures, in a pool: Qt lets go of the interpreter's lock."""
        with ThreadPoolExecutor(WORKERS) as pool:
            for pending, tiles in zip(self._pending, pool.map(self._plane, self._pending), strict=True):
                pending.layer.tiles = tiles

    def _plane(self, pending: _Pending) -> Tiles:
        if self._budget.spent:  # one entry may stand for thousands of layers
            raise self._refusal("its pictures are too large for this machine")
        data = self._bytes(pending.src)
        return colour_plane(data, pending.src, pending.x, pending.y, self._budget)

    def _number(self, element: ElementTree.Element, name: str, default: int) -> int:
        return round(_float(element.get(name), default))

    # our own part

    def _extra(self) -> dict[str, Any]:
        if EXTRA not in self._entries:
            return {}
        try:
            value: Any = json.loads(self._bytes(EXTRA, LARGEST_TEXT))
        except (ValueError, RecursionError):
            return {}
        return cast("dict[str, Any]", value) if isinstance(value, dict) else {}

    def _with_own(self, layers: tuple[Layer, ...], extra: dict[str, Any]) -> tuple[Layer, ...]:
        """Layers with what we know of them, and masks and regions at their places."""
        known = extra.get("layers")
        if _is_map(known):
            layers = tuple(self._enriched(layer, cast("dict[str, Any]", known)) for layer in layers)
        root = Group(name="", id="", children=layers)
        groups = _groups(root)
        for entry, control in _placed(extra):
            try:
                layer = control_layer(entry, self._colours) if control else area_layer(entry, self._area_plane)
                group = groups.get(str(entry.get("parent", "")), root)
                children = list(group.children)
                children.insert(max(0, min(int(entry.get("at", len(children))), len(children))), layer)
                group.children = tuple(children)
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                raise self._refusal("a mask, region or control in it is damaged") from error
        return root.children

    def _enriched(self, layer: Layer, known: dict[str, Any]) -> Layer:
        if isinstance(layer, Group):
            layer.children = tuple(self._enriched(child, known) for child in layer.children)
            return layer
        entry = known.get(layer.id)
        if not isinstance(layer, PaintLayer) or not _is_map(entry):
            return layer
        try:
            return with_extra(layer, cast("dict[str, Any]", entry), self._pixels)
        except (KeyError, TypeError, ValueError, AttributeError):
            return layer  # the picture is there; only where it came from is lost

    def _selection(self, extra: dict[str, Any]) -> Tiles | None:
        place = extra.get("selection")
        if not isinstance(place, list) or f"{AREAS}selection.png" not in self._entries:
            return None
        x, y = (int(part) for part in cast("list[Any]", place)[:2])
        return self._area_plane("selection", x, y)

    def _area_plane(self, name: str, x: int, y: int) -> Tiles:
        entry = f"{AREAS}{name}.png"
        return coverage_plane(self._bytes(entry), entry, x, y, self._budget)

    def _colours(self, name: str, x: int, y: int) -> Tiles:
        entry = f"{AREAS}{name}.png"
        return colour_plane(self._bytes(entry), entry, x, y, self._budget)

    def _pixels(self, digest: str) -> Pixels | None:
        entry = f"{PIXELS}{digest}.png"
        return pixels_of_png(self._bytes(entry), entry, self._budget) if entry in self._entries else None

    def _foreign(self, used: set[str]) -> dict[str, bytes]:
        """Entries of other programs, as far as they are not too large."""
        kept: dict[str, bytes] = {}
        room = MOST_FOREIGN
        for name, entry in self._entries.items():
            if name in used or name.startswith(_OURS) or entry.is_dir() or entry.file_size > room:
                continue
            if ".." not in Path(name).parts and not name.startswith(("/", "\\")):
                kept[name] = self._bytes(name, room)
                room -= len(kept[name])
        return kept


def _placed(extra: dict[str, Any]) -> list[tuple[Any, bool]]:
    """Entries of masks, regions and controls, lower ones of a group first, and whether each is a control."""
    found: list[tuple[Any, bool]] = []
    for name in ("areas", "controls"):
        entries = extra.get(name)
        found += [
            (each, name == "controls") for each in (cast("list[Any]", entries) if isinstance(entries, list) else [])
        ]
    return sorted(found, key=lambda pair: pair[0].get("at", 0) if _is_map(pair[0]) else 0)


def _groups(group: Group) -> dict[str, Group]:
    found = {group.id: group}
    for child in group.children:
        if isinstance(child, Group):
            found |= _groups(child)
    return found


def _float(text: str | None, default: float) -> float:
    try:
        value = float(text) if text is not None else default
    except ValueError:
        return default
    return value if abs(value) < 1e12 else default


def _is_map(value: object) -> bool:
    return isinstance(value, dict)
