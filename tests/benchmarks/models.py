"""How quickly thousands of weights are recognised, and how quickly their workspace opens."""

from __future__ import annotations

import gzip
import json
import tempfile
import time
from pathlib import Path

from tests.benchmarks.figures import Figures, at_most, fact
from tests.library.weights import safetensors

FILES, QUICK = 5000, 200


def run(quick: bool) -> Figures:
    count = QUICK if quick else FILES
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        _fill(root / "weights", count)
        return {**_recognised(root, count), **_opened(root)}


def _fill(folder: Path, count: int) -> None:
    """Files with the headers of published weights, in turn; their bodies take no room."""
    table = json.loads(gzip.decompress((Path(__file__).parents[1] / "library" / "headers.json.gz").read_bytes()))
    entries = [each for each in table.values() if not any(dtype == "U8" for dtype, _ in each["tensors"].values())]
    for number in range(count):
        entry = entries[number % len(entries)]
        shapes = {name: shape for name, (_, shape) in entry["tensors"].items()}
        safetensors(folder / f"{number % 50}" / f"weights {number}.safetensors", shapes, metadata=entry["metadata"])


def _recognised(root: Path, count: int) -> Figures:
    from studio.library.index import Index
    from studio.library.models import Models

    models = Models([root / "weights"], Index(root / "models.db"))
    began = time.perf_counter()
    models.refresh()
    first = time.perf_counter() - began
    began = time.perf_counter()
    models.refresh()
    again = time.perf_counter() - began
    began = time.perf_counter()
    entries = Models([root / "weights"], Index(root / "models.db")).entries()
    recalled = time.perf_counter() - began
    assert sum(each.root == root / "weights" for each in entries) == count
    return {
        "files": fact(count),
        "recognise": at_most(first, 60.0 * count / FILES, "s"),
        "look_again": fact(again, "s"),
        "recall": fact(recalled * 1000, "ms"),
    }


def _opened(root: Path) -> Figures:
    from PySide6.QtWidgets import QApplication, QMainWindow

    from studio.library.index import Index
    from studio.library.models import Models
    from studio.settings.settings import Settings
    from studio.ui.models.page import ModelsPage, Surroundings
    from studio.ui.models.work import LibraryWork
    from studio.ui.preferences import Preferences
    from studio.ui.theme import apply_theme

    app = QApplication.instance() or QApplication([])
    apply_theme(app, "dark")
    models = Models([root / "weights"], Index(root / "models.db"))
    models.entries()  # known since the start of the program
    work = LibraryWork(models)
    window = QMainWindow()
    window.resize(1440, 900)
    window.show()
    app.processEvents()
    around = Surroundings(
        preferences=Preferences(Settings()), picture_of=lambda _: None, own=root, in_use=lambda: root / "none"
    )
    began = time.perf_counter()
    page = ModelsPage(models, work, around)
    window.setCentralWidget(page)
    window.grab()
    opened = time.perf_counter() - began
    page.shut()
    work.close()
    window.close()
    return {"open_workspace": at_most(opened * 1000, 200.0, "ms")}
