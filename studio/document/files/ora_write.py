"""Writing OpenRaster files.

Source: OpenRaster specification 0.0.6 (openraster.org): a ZIP whose first entry, stored and not compressed, is
`mimetype`; `stack.xml` with the layers from top to bottom; `mergedimage.png`; `Thumbnails/thumbnail.png`, at most
256 pixels. What the format has no words for (words and parameters, masks, regions, requests) is in `sfumato/`.
"""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Iterable
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path
from xml.etree import ElementTree

from studio.document.files.atomic import replacing
from studio.document.files.cache import BandCache
from studio.document.files.extra import AREAS, EXTRA, extra_of, pixels_in
from studio.document.files.png import encode
from studio.document.files.snapshot import Snapshot
from studio.document.layers import AreaLayer, ControlLayer, Group, Layer, PaintLayer
from studio.document.thumbnails import overview
from studio.document.tiles import Tiles
from studio.request.geometry import Rect
from studio.request.pixels import Pixels

MIME = "image/openraster"
VERSION = "0.0.6"
SPACE = "https://sfumato.studio/ora"
ID = f"{{{SPACE}}}id"
WORKERS = max(1, min(4, os.cpu_count() or 1))  # more would only take turns from the window
EPOCH = (1980, 1, 1, 0, 0, 0)  # the same document makes the same file
NOTHING = Rect(0, 0, 1, 1)  # an empty layer needs a picture, too
ElementTree.register_namespace("sfumato", SPACE)


def write_ora(snapshot: Snapshot, path: Path, cache: BandCache | None = None) -> None:
    """Writes the file, all or nothing; in any thread. Raises Trouble when it cannot be written."""
    cache = cache or BandCache()
    with ThreadPoolExecutor(WORKERS) as pool, replacing(path) as file, zipfile.ZipFile(file, "w") as archive:
        _Writer(snapshot, archive, cache, pool).write()
    cache.finish()


class _Writer:
    def __init__(self, snapshot: Snapshot, archive: zipfile.ZipFile, cache: BandCache, pool: Executor) -> None:
        self._snapshot = snapshot
        self._archive = archive
        self._cache = cache
        self._pool = pool
        self._count = 0

    def write(self) -> None:
        snapshot = self._snapshot
        self._put("mimetype", MIME.encode())
        width, height = snapshot.size
        image = ElementTree.Element("image", version=VERSION, w=str(width), h=str(height), xres="72", yres="72")
        self._stack(ElementTree.SubElement(image, "stack"), snapshot.layers)
        ElementTree.indent(image)
        self._put("stack.xml", ElementTree.tostring(image, "UTF-8", xml_declaration=True), pack=True)
        self._put("mergedimage.png", self._cache.picture(snapshot.layers, Rect.of(snapshot.size), self._pool))
        thumb = overview(snapshot.layers, snapshot.size)
        self._put("Thumbnails/thumbnail.png", png_of(thumb))
        self._own()
        for name, data in snapshot.foreign.items():
            self._put(name, data, pack=True)

    def _stack(self, element: ElementTree.Element, layers: tuple[Layer, ...]) -> None:
        for layer in reversed(layers):
            if isinstance(layer, AreaLayer | ControlLayer):
                continue  # not a picture: in our own part
            if isinstance(layer, Group):
                child = ElementTree.SubElement(element, "stack", _attributes(layer, self._snapshot.active))
                child.set("isolation", "isolate" if layer.isolate else "auto")
                self._stack(child, layer.children)
            elif isinstance(layer, PaintLayer):
                self._layer(ElementTree.SubElement(element, "layer", _attributes(layer, self._snapshot.active)), layer)

    def _layer(self, element: ElementTree.Element, layer: PaintLayer) -> None:
        area = layer.tiles.bounds()
        area = NOTHING if area.empty else area
        name = f"data/layer{self._count:03}.png"
        self._count += 1
        element.set("src", name)
        element.set("x", str(area.x + layer.x))
        element.set("y", str(area.y + layer.y))
        self._put(name, self._cache.plane(layer.tiles, area, self._pool))

    def _own(self) -> None:
        planes: dict[str, Tiles] = {}
        extra = extra_of(self._snapshot, planes)
        self._put(EXTRA, json.dumps(extra, ensure_ascii=False, indent=1).encode(), pack=True)
        for name, tiles in planes.items():
            area = tiles.bounds()
            self._put(f"{AREAS}{name}.png", self._cache.plane(tiles, NOTHING if area.empty else area, self._pool))
        for name, pixels in pixels_in(self._snapshot).items():
            self._put(name, png_of(pixels))

    def _put(self, name: str, data: bytes | Iterable[bytes], *, pack: bool = False) -> None:
        """data: in one piece or in many. PNG is compressed already; text is packed."""
        pieces = [data] if isinstance(data, bytes) else list(data)
        entry = zipfile.ZipInfo(name, EPOCH)
        entry.compress_type = zipfile.ZIP_DEFLATED if pack else zipfile.ZIP_STORED
        entry.external_attr = 0o644 << 16
        entry.file_size = sum(len(piece) for piece in pieces)  # known from the start: large entries need another head
        with self._archive.open(entry, "w") as file:
            for piece in pieces:
                file.write(piece)


def png_of(pixels: Pixels) -> bytes:
    return encode(pixels.size, pixels.channels, lambda top, bottom: pixels.array[top:bottom])


def _attributes(layer: Layer, active: str) -> dict[str, str]:
    attributes = {
        **layer.foreign,
        "name": _printable(layer.name),
        "opacity": repr(float(layer.opacity)),
        "visibility": "visible" if layer.visible else "hidden",
        "composite-op": layer.blend.value,
        ID: layer.id,
    }
    if layer.locked:
        attributes["edit-locked"] = "true"
    if layer.id == active:
        attributes["selected"] = "true"
    return attributes


def _printable(name: str) -> str:
    """XML 1.0 has no place for control characters."""
    return "".join(letter for letter in name if letter >= " " or letter in "\t\n")
