"""How the canvas keeps up with the hand, on a large document with masks and a picture in the making.

CPU milliseconds: of the window's thread for what must come at once, of all threads for whole frames, since Qt scales
in a pool. Wall times on a busy machine say more about the machine.
"""

from __future__ import annotations

import os
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtWidgets import QApplication

from studio.document.blend import Blend
from studio.document.brush import Brush
from studio.document.document import Document
from studio.document.edits import TilesEdit
from studio.document.files.cache import BandCache
from studio.document.files.opening import open_document, save_document, write_snapshot
from studio.document.files.snapshot import Snapshot
from studio.document.images import COLOUR, over
from studio.document.layers import MaskLayer, PaintLayer, Plane
from studio.document.tiles import SIDE, Tiles
from studio.library.pictures import read_picture
from studio.request.geometry import Rect, Size
from studio.request.pixels import Pixels
from studio.ui.canvas.canvas import Canvas
from studio.ui.canvas.kit import PAINT
from studio.ui.canvas.pointer import Pointer
from studio.ui.canvas.view import level_of
from studio.ui.garbage import GarbageCollector
from tests.benchmarks.figures import Figures, at_most, fact, percentile
from tests.document.making import a_model

MS = 1000
LAYERS = 5
VIEWS = {"1080p": (1920, 1080), "4k": (3840, 2160)}
ZOOMS = (0.37, 0.6, 1.0, 1.7)
PREVIEW_EVERY = 20  # events of a 200 Hz pen: ten a second


def run(quick: bool) -> Figures:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = QApplication.instance() or QApplication([])
    garbage = GarbageCollector()  # as in the program: it looks when the window has nothing else to do
    side = 1024 if quick else 4096
    before = resident()
    document = large(side)
    layers = sum(layer.tiles.nbytes for layer in document.layers if isinstance(layer, Plane))
    figures: Figures = {"side": fact(side), "layers": fact(layers / 2**20, "MB")}
    for name, size in VIEWS.items():
        canvas = shown(document, size)
        strokes(figures, name, canvas, 60 if quick else 400)
        frames(figures, name, canvas, 3 if quick else 10)
        pans(figures, name, canvas, 10 if quick else 60)
        if name == "1080p":
            undo(figures, canvas)
            figures["memory_over_layers"] = at_most((resident() - before) / layers, 1.3, "")
            canvas.document.undo_stack.clear()
            figures["memory_over_layers_without_undo"] = fact((resident() - before) / layers)
        canvas.close()
        canvas.deleteLater()
        app.processEvents()
    files(figures, document)
    huge(figures, 4096 if quick else 16384)
    garbage.close()
    return figures


def large(side: int) -> Document:
    """Five layers full of detail, one of them blended by Multiply, and a mask."""
    document = Document(a_model(), Size(side, side))
    rng = np.random.default_rng(1)
    layers: list[PaintLayer | MaskLayer] = []
    for number in range(LAYERS):
        tiles = Tiles()
        for row in range(side // SIDE):
            for column in range(side // SIDE):
                base = rng.integers(0, 200, (9, 9, 4)).astype(np.float32)
                grid = np.linspace(0, 8, SIDE)
                low = np.floor(grid).astype(int).clip(0, 7)
                part = (grid - low)[:, None]
                rows = base[low] + (base[low + 1] - base[low]) * part[..., None]
                pixels = rows[:, low] + (rows[:, low + 1] - rows[:, low]) * part[None]
                pixels = pixels.astype(np.uint8) + rng.integers(0, 6, (SIDE, SIDE, 4), dtype=np.uint8)
                pixels[..., 3] = 255
                tiles.put((column, row), over(np.ascontiguousarray(pixels), COLOUR).copy())
        blend = Blend.MULTIPLY if number == 2 else Blend.NORMAL
        layers.append(PaintLayer(name=str(number), tiles=tiles, blend=blend, opacity=1.0 if number == 0 else 0.8))
    mask = MaskLayer(name="Mask")
    mask.tiles.replace(mask.tiles.filled(Rect(side // 4, side // 4, side // 2, side // 2), 200))
    document.load((*layers, mask), active=layers[-1].id)
    return document


def shown(document: Document, size: tuple[int, int]) -> Canvas:
    canvas = Canvas(document)
    canvas.resize(*size)
    canvas.show()
    settle(canvas)
    return canvas


def settle(canvas: Canvas) -> None:
    """Until all that is visible is composed, as it is after a moment of rest."""
    view, flat = canvas.view, canvas._flat
    seen = view.visible(QRectF(0, 0, *view.viewport)).grown(8).intersection(Rect.of(flat.size))
    flat.level(min(flat.deepest, level_of(view.zoom)), seen)
    for _ in range(3):
        canvas.update()
        QApplication.processEvents()


def strokes(figures: Figures, name: str, canvas: Canvas, events: int) -> None:
    """From the brush event to the painted picture, while a preview is replaced ten times a second."""
    side = canvas.document.size.width
    preview = Pixels(np.random.default_rng(2).integers(0, 255, (128, 128, 3), dtype=np.uint8))
    for diameter, goals in ((50, (2, 8)), (200, (8, 16))):
        times: list[float] = []
        for zoom in (0.37, 1.0):
            canvas.set_zoom(zoom)
            settle(canvas)
            middle = canvas.to_document(QPointF(canvas.rect().center()))
            canvas.kit.set_brush(Brush(size=diameter, pressure_size=False, smoothing=0), PAINT)
            tool = canvas.tools["brush"]
            for number in range(events):
                at = middle + QPointF(6 * (number % 100) - 300, 40 * np.sin(number / 12))
                pointer = Pointer(position=at, screen=canvas.view.to_screen(at))
                start = time.thread_time()
                if number % PREVIEW_EVERY == 0:
                    canvas.show_preview(preview, Rect(side // 3, side // 3, side // 4, side // 4))
                (tool.press if number == 0 else tool.move)(pointer)
                QApplication.processEvents()
                times.append(time.thread_time() - start)
            tool.release(pointer)
            canvas.document.undo_stack.undo()
        canvas.clear_preview()
        settle(canvas)
        figures[f"dab_{diameter}_{name}_p50"] = at_most(percentile(times, 0.5) * MS, goals[0], "ms CPU")
        figures[f"dab_{diameter}_{name}_p99"] = at_most(percentile(times, 0.99) * MS, goals[1], "ms CPU")


def frames(figures: Figures, name: str, canvas: Canvas, times: int) -> None:
    """Whole frames, all threads."""
    for zoom in ZOOMS:
        canvas.set_zoom(zoom)
        settle(canvas)
        figures[f"frame_{zoom}_{name}"] = at_most(best(canvas.update, times) * MS, 16, "ms CPU")


def pans(figures: Figures, name: str, canvas: Canvas, times: int) -> None:
    """A step of the hand, where everything is composed already."""
    canvas.set_zoom(1.0)
    settle(canvas)
    for way in (1, -1):
        for _ in range(times):  # there and back once, so that nothing is new
            canvas.pan(8 * way, 3 * way)
            QApplication.processEvents()
    found: list[float] = []
    for number in range(times):
        way = 1 if number < times / 2 else -1
        start = time.process_time()
        canvas.pan(8 * way, 3 * way)
        QApplication.processEvents()
        found.append(time.process_time() - start)
    figures[f"pan_{name}_p50"] = at_most(percentile(found, 0.5) * MS, 4, "ms CPU")


def undo(figures: Figures, canvas: Canvas) -> None:
    """A stroke over 36 tiles is taken back; and what one stroke keeps."""
    document = canvas.document
    layer = document.active
    assert isinstance(layer, PaintLayer)
    keys = [(column, row) for row in range(6) for column in range(6)]
    versions = {key: layer.tiles.editable(key) for key in keys if key in layer.tiles}
    for tile in versions.values():
        tile.fill(0xFF335577)
    edit = TilesEdit(document, "Stroke", layer, versions)
    document.push(edit)
    canvas.set_zoom(0.6)
    canvas.look_at(QPointF(768, 768))
    settle(canvas)
    start = time.process_time()
    document.undo_stack.undo()
    QApplication.processEvents()
    figures["undo_36_tiles"] = at_most((time.process_time() - start) * MS, 30, "ms CPU")
    touched = len(versions) * SIDE * SIDE * 4
    figures["undo_bytes_per_touched"] = at_most(edit.nbytes / touched, 1.1, "")


def files(figures: Figures, document: Document) -> None:
    """Opening, saving all, and saving after one stroke in another thread while the window paints on."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.ora"
        cache = BandCache()
        start = time.perf_counter()
        save_document(document, path, cache)
        figures["save_first"] = fact(time.perf_counter() - start, "s")
        figures["file"] = fact(path.stat().st_size / 2**20, "MB")
        start = time.perf_counter()
        open_document(path, document.model, read_picture)
        figures["open"] = at_most(time.perf_counter() - start, 3, "s")
        layer = document.active
        assert isinstance(layer, PaintLayer)
        tile = layer.tiles.editable((1, 1))
        tile.fill(0xFF112233)
        document.push(TilesEdit(document, "Stroke", layer, {(1, 1): tile}))
        snapshot = Snapshot.of(document)
        writer = threading.Thread(target=lambda: write_snapshot(snapshot, path, cache))
        gap, seconds = longest_gap(writer)
        figures["save_after_stroke"] = at_most(seconds, 2, "s")
        figures["longest_gap_while_saving"] = at_most(gap * MS, 33, "ms")


def longest_gap(thread: threading.Thread) -> tuple[float, float]:
    """The longest time the window's thread had to wait for its turn while a thread ran, and how long that took."""
    start = last = time.perf_counter()
    worst = 0.0
    thread.start()
    while thread.is_alive():
        QApplication.processEvents()
        time.sleep(0.002)
        now = time.perf_counter()
        worst, last = max(worst, now - last - 0.002), now
    thread.join()
    return worst, time.perf_counter() - start


def huge(figures: Figures, side: int) -> None:
    """From nothing to the first stroke on a huge canvas: the longest piece in which the window did not answer."""
    pauses: list[float] = []

    def piece(act: Callable[[], object]) -> None:
        start = time.thread_time()
        act()
        QApplication.processEvents()
        pauses.append(time.thread_time() - start)

    document = Document(a_model(), Size(side, side))
    made: list[Canvas] = []
    piece(lambda: made.append(Canvas(document)))
    canvas = made[0]
    canvas.resize(1920, 1080)
    piece(canvas.show)
    tool = canvas.tools["brush"]
    for number in range(20):
        at = QPointF(side / 2 + 40 * number, side / 2)
        pointer = Pointer(position=at, screen=canvas.view.to_screen(at))
        piece(lambda pointer=pointer, number=number: (tool.press if number == 0 else tool.move)(pointer))
    piece(lambda: tool.release(pointer))
    figures[f"pause_on_{side}"] = at_most(max(pauses) * MS, 50, "ms CPU")
    canvas.close()


def best(act: Callable[[], object], times: int) -> float:
    found: list[float] = []
    for _ in range(times):
        start = time.process_time()
        act()
        QApplication.processEvents()
        found.append(time.process_time() - start)
    return percentile(found, 0.5)


def resident() -> int:
    """Bytes of this process in memory; 0 where the system does not say."""
    path = Path("/proc/self/statm")
    return int(path.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") if path.exists() else 0
