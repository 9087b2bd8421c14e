"""What the gallery's benchmark runs in processes of their own: python -m tests.benchmarks.gallery_parts PART DIR N"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QApplication, QWidget

from studio.library.gallery.formats.write import encode
from studio.library.gallery.gallery import Change, Gallery
from studio.library.gallery.index.search import Wanted
from studio.library.gallery.index.thumbnails import thumbnail_of_pixels
from studio.library.pictures import read_picture
from studio.ui.gallery.gallery_view import GalleryView
from studio.ui.theme import apply_theme
from tests.benchmarks.canvas import resident
from tests.benchmarks.figures import percentile
from tests.benchmarks.gallery_library import entries, fill, painting, tiny_files, vocabulary

MS = 1000
SIZE = (1920, 1080)
FRAMES = 250
STEP, FLING = 60, 600  # pixels a frame
PATIENCE = 20.0  # seconds


def main(part: str, folder: Path, count: int) -> None:
    print(json.dumps({"fill": _fill, "view": _view, "search": _search, "files": _files}[part](folder, count)))


def _fill(folder: Path, count: int) -> dict[str, Any]:
    gallery = Gallery(folder)
    fill(gallery, count)
    gallery.close()
    return {}


# the view


def _view(folder: Path, count: int) -> dict[str, Any]:
    app = QApplication([])
    apply_theme(app, "dark")
    empty = QWidget()
    empty.resize(*SIZE)
    empty.show()
    app.processEvents()
    before = resident()
    start = time.process_time()
    gallery = Gallery(folder)
    view = GalleryView(gallery)
    view.work.scan = lambda: None  # the files are not there: a look at the folders would put all rows away
    view.resize(*SIZE)
    view.show()
    _until(lambda: _complete(view))
    found: dict[str, Any] = {"open": (time.process_time() - start) * MS}
    view.grid.setCurrentIndex(view.model.index(0, 0))
    found["scroll"] = _frames(_scrolling(view, STEP))
    found["fling"] = _frames(_scrolling(view, FLING))
    found["jump"] = _frames(_jumping(view))
    found["insert"] = _inserts(view, gallery)
    found["counts"] = _cpu(view.places.fill) * MS
    found["key"] = max(_typing(view, vocabulary()[40]))
    found["select_all"] = _cpu(lambda: (view.grid.selectAll(), view.panel.show_now(), app.processEvents())) * MS
    found["memory"] = (resident() - before) / 2**20
    view.close()
    view.shut()
    gallery.close()
    return found


def _complete(view: GalleryView) -> bool:
    """Whether all that can be seen has its thumbnail."""
    rows = view.grid.shown_rows()
    items = [view.model.item(row) for row in rows]
    return len(rows) > 0 and all(item is not None and view.model.thumbnail(item) is not None for item in items)


def _until(wanted: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not wanted():
        QApplication.processEvents()
        time.sleep(0.001)
        if time.monotonic() > end:
            raise TimeoutError("the pictures did not come")


def _scrolling(view: GalleryView, step: int) -> Iterator[None]:
    bar = view.grid.verticalScrollBar()
    bar.setValue(0)
    for number in range(FRAMES):
        bar.setValue(min(step * number, bar.maximum()))
        yield


def _jumping(view: GalleryView) -> Iterator[None]:
    bar, dice = view.grid.verticalScrollBar(), random.Random(4)
    for _ in range(FRAMES // 5):
        bar.setValue(dice.randint(0, bar.maximum() // 5))  # where there are thumbnails
        yield


def _frames(steps: Iterator[None]) -> tuple[float, float]:
    """Median and 99th percentile, in milliseconds of the window's thread, while thumbnails come in."""
    times: list[float] = []
    while True:
        start = time.thread_time()
        if next(steps, StopIteration) is StopIteration:
            return percentile(times, 0.5) * MS, percentile(times, 0.99) * MS
        QApplication.processEvents()
        times.append(time.thread_time() - start)
        time.sleep(0.004)  # the other threads' turn, as between two frames


def _inserts(view: GalleryView, gallery: Gallery) -> float:
    """A new picture has come: how long until the grid is true again, painting it included."""
    view.grid.verticalScrollBar().setValue(0)
    QApplication.processEvents()
    times: list[float] = []
    for number in range(20):
        path, entry = _newest(gallery, number)
        identifier = gallery.store.put(path, entry, time.time())
        gallery.thumbnails.keep([(entry["print"], *thumbnail_of_pixels(painting(256, number)))])
        times.append(_cpu(lambda identifier=identifier: view.browser.changed(Change(added=(identifier,)))))
        assert view.model.row_of(identifier) == 0
        QApplication.processEvents()
    return percentile(times, 0.5) * MS


def _newest(gallery: Gallery, number: int) -> tuple[Path, dict[str, Any]]:
    [(_, entry)] = entries(1)
    new = {"print": bytes([number]) * 16, "created": time.time() + number}
    return gallery.folder / "new" / f"{time.time_ns()}.png", entry | new


def _typing(view: GalleryView, word: str) -> list[float]:
    """Each key of a word, from the key to the painted grid."""
    times: list[float] = []
    for end in range(2, len(word) + 1):
        query = word[:end]
        times.append(
            _cpu(lambda query=query: (view.search.look_for(query), QApplication.processEvents()), time.thread_time) * MS
        )
    view.search.look_for("")
    return times


# the index


def _search(folder: Path, count: int) -> dict[str, Any]:
    gallery = Gallery(folder)
    words = vocabulary()
    gallery.find(Wanted())
    found = {
        "word": max(_keys(gallery, f"{words[5]} ")),
        "most_frequent": max(_keys(gallery, words[0])),
        "prefix": max(_keys(gallery, words[11][:3])),
        "field": max(_keys(gallery, f"{words[3]} {words[60]} rating:>=4")),
        "insert": _index_inserts(gallery),
        "similar_first": _cpu(lambda: gallery.similar.to(_some_print(gallery))) * MS,
    }
    found["similar"] = _cpu(lambda: gallery.similar.to(_some_print(gallery))) * MS
    gallery.close()
    return found


def _keys(gallery: Gallery, text: str) -> list[float]:
    return [
        _cpu(lambda end=end: gallery.find(Wanted(text[:end])), time.thread_time) * MS for end in range(1, len(text) + 1)
    ]


def _index_inserts(gallery: Gallery) -> float:
    times: list[float] = []
    for number in range(50):
        path, entry = _newest(gallery, number)
        times.append(_cpu(lambda path=path, entry=entry: gallery.store.put(path, entry, time.time())))
    return percentile(times, 0.5) * MS


def _some_print(gallery: Gallery) -> bytes:
    with gallery.thumbnails._database.read() as connection:
        return bytes(connection.execute("SELECT print FROM look LIMIT 1").fetchone()[0])


# files


def _files(folder: Path, count: int) -> dict[str, Any]:
    gallery = Gallery(folder / "gallery")
    tiny_files(folder / "foreign", count)
    gallery.add_folder(folder / "foreign")
    index = count / _cpu(gallery.scan)
    again = _cpu(gallery.scan) * MS * 1000 / count
    picture = painting(1024, 5)
    large = folder / "large"
    large.mkdir()
    number = min(40, max(4, count // 100))
    for each in range(number):  # each of its own: a thumbnail is made once for pictures that are the same
        (large / f"{each}.png").write_bytes(encode(painting(1024, each)))
    gallery.add_folder(large)
    gallery.scan()
    items = [item for item in gallery.recent(number + count) if item.path.parent == large]
    with_thumbnails = len(items) / _cpu(lambda: [gallery.thumbnail(item) for item in items])
    assert read_picture(items[0].path).size == (1024, 1024)
    memory = _cpu(lambda: thumbnail_of_pixels(picture)) * MS
    gallery.close()
    return {"index": index, "thumbnails": with_thumbnails, "again": again, "memory": memory}


def _cpu(act: Callable[[], object], clock: Callable[[], float] = time.process_time) -> float:
    start = clock()
    act()
    return clock() - start


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
