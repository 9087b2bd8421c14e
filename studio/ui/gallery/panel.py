"""Joins the panel at the right with what is selected."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from studio.library.gallery.gallery import Gallery
from studio.library.gallery.index.store import Item
from studio.library.gallery.lineage import lineage_of
from studio.library.gallery.metadata import Metadata
from studio.request.errors import Trouble
from studio.ui.gallery.acts import Acts
from studio.ui.gallery.info import WIDTH, InfoPanel
from studio.ui.gallery.lineage_strip import LineageStrip
from studio.ui.gallery.model import PictureModel
from studio.ui.widgets.tool import PADDING

_SOON = 60  # milliseconds: the panel follows the selection, not every step of a held key
MOST_TOLD = 2000  # selected pictures that are read one by one


class Panel(QObject):
    """rows: of the pictures that the panel is about. go_to: shows a picture by its id."""

    def __init__(
        self,
        info: InfoPanel,
        gallery: Gallery,
        acts: Acts,
        model: PictureModel,
        rows: Callable[[], list[int]],
        go_to: Callable[[int], None],
    ) -> None:
        super().__init__(info)
        self._info = info
        self._gallery = gallery
        self._model = model
        self._rows = rows
        self._go_to = go_to
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_SOON)
        self._later.timeout.connect(self.show_now)

        def selected() -> list[Item]:
            return model.items(rows())

        info.rated.connect(lambda stars: acts.rate(selected(), stars))  # pyright: ignore[reportUnknownLambdaType, reportUnknownArgumentType]
        info.labelled.connect(lambda name: acts.label(selected(), name))  # pyright: ignore[reportUnknownLambdaType, reportUnknownArgumentType]
        info.favoured.connect(lambda on: acts.favour(selected(), on))  # pyright: ignore[reportUnknownLambdaType, reportUnknownArgumentType]
        info.tagged.connect(lambda name: acts.tag(selected(), name))  # pyright: ignore[reportUnknownLambdaType, reportUnknownArgumentType]
        info.untagged.connect(lambda name: acts.untag(selected(), name))  # pyright: ignore[reportUnknownLambdaType, reportUnknownArgumentType]

    def show_soon(self) -> None:
        """Shows what is selected when it has settled."""
        self._later.start()

    def show_now(self) -> None:
        """Shows what is selected."""
        self._later.stop()
        if self._info.isHidden():
            return
        rows = self._rows()
        items = self._model.items(rows[:MOST_TOLD])
        if not items:
            self._info.show_nothing(self._model.rowCount())
            return
        self._info.show_items(items, self._metadata(items[0]) if len(items) == 1 else None)
        if len(rows) > MOST_TOLD:
            self._info.title.setText(f"{len(rows):,} pictures")
            self._info.facts.setText("")
        elif len(items) == 1:
            self._show_lineage(items[0])

    def _metadata(self, item: Item) -> Metadata | None:
        try:
            return self._gallery.metadata(item)
        except Trouble:
            return None

    def _show_lineage(self, item: Item) -> None:
        lineage = lineage_of(self._gallery.store, item.id)
        if lineage:
            strip = LineageStrip(lineage, item, self._model.thumbnail, WIDTH - 2 * PADDING)
            strip.gone_to.connect(self._go_to)
            self._info.add_lineage(strip)
