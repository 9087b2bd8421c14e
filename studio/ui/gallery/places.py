"""Joins the bar at the left with the gallery: what is chosen there is shown, what is done there happens."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, QTimer

from studio.library.gallery.collections import Collection
from studio.library.gallery.gallery import Gallery
from studio.library.gallery.index.search import Place, Sort, Wanted
from studio.request.errors import Trouble
from studio.ui.gallery.acts import Acts
from studio.ui.gallery.asking import Asking
from studio.ui.gallery.browser import Browser
from studio.ui.gallery.frame import GalleryFrame
from studio.ui.gallery.side_bar import Chosen
from studio.ui.gallery.work import GalleryWork

_SOON = 200  # milliseconds: counts follow changes, not each of them


class Places(QObject):
    """What is chosen at the left decides what is shown; its counts follow the gallery."""

    def __init__(
        self, frame: GalleryFrame, gallery: Gallery, browser: Browser, acts: Acts, asking: Asking, work: GalleryWork
    ) -> None:
        super().__init__(frame)
        self._frame = frame
        self._side = frame.side
        self._gallery = gallery
        self._browser = browser
        self._acts = acts
        self._asking = asking
        self._work = work
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_SOON)
        self._later.timeout.connect(self.fill)
        side = frame.side
        side.chosen.connect(self._choose)
        side.made.connect(self.make_collection)
        side.put_in.connect(self._put_in)
        side.thrown.connect(lambda ids: acts.throw_away(gallery.store.items(ids)))  # pyright: ignore[reportUnknownLambdaType, reportUnknownArgumentType]
        side.changed.connect(self._change)
        side.requeried.connect(self._requery)
        side.removed.connect(self._remove)
        side.folder_added.connect(self.ask_folder)
        side.folder_removed.connect(self._remove_folder)
        side.emptied.connect(lambda: acts.empty_trash())
        side.itemClicked.connect(self._clicked)
        frame.empty.clicked.connect(lambda _checked=False: acts.empty_trash())
        frame.search.searched.connect(self._search)
        frame.sort.activated.connect(self._sort)
        frame.keep.clicked.connect(lambda _checked=False: self._keep_search())

    @property
    def collection(self) -> Collection | None:
        """The plain collection that is shown."""
        chosen = self._side.current().collection
        return chosen if chosen is not None and not chosen.smart else None

    @property
    def in_trash(self) -> bool:
        """Whether the trash is shown."""
        return self._side.current().place is Place.TRASH

    def fill_soon(self) -> None:
        """Shows what there is a moment later, once for many changes."""
        if not self._later.isActive():
            self._later.start()

    def fill(self) -> None:
        """Shows what there is, and how many; what takes longer to count comes a moment later."""
        search, collections = self._gallery.search, self._gallery.collections.all()
        folders = self._gallery.folders()
        self._side.fill(search.counts(), collections, search.members(), folders)
        wanted = {Chosen(collection=each): Wanted(each.query) for each in collections if each.smart}
        wanted |= {Chosen(folder=folder): Wanted(folder=folder) for folder in folders}
        if wanted:
            self._work.run(lambda: self._count(wanted), self._side.show_counts)
        if folders:  # a disk that does not answer is waited for on a thread
            self._work.run(lambda: [folder for folder in folders if not folder.is_dir()], self._side.show_missing)

    def _count(self, wanted: dict[Chosen, Wanted]) -> dict[Chosen, int]:
        return {chosen: len(self._gallery.find(each)) for chosen, each in wanted.items()}

    def look(self) -> None:
        """Shows what is chosen and searched for."""
        if self._browser.like is not None:  # the order by likeness ends; the one before it comes back
            self._frame.show_alike(False)
            self._frame.sort.setCurrentIndex(max(0, self._frame.sort.findData(self._browser.wanted.sort)))
        self._browser.look(self.wanted())
        self._frame.empty.setVisible(self.in_trash)

    def wanted(self) -> Wanted:
        """What is chosen at the left and searched for."""
        chosen = self._side.current()
        query = self._frame.search.text().strip()
        collection = ""
        if chosen.collection is not None and chosen.collection.smart:
            query = f"{chosen.collection.query} {query}".strip()
        elif chosen.collection is not None:
            collection = chosen.collection.id
        sort = Sort(self._frame.sort.currentData() or self._browser.wanted.sort)  # Qt gives back plain text
        return Wanted(query, chosen.place, collection, chosen.folder, sort)

    def _clicked(self) -> None:
        if self._browser.like is not None:
            self.look()

    def _choose(self, _chosen: Chosen) -> None:
        self._frame.pages.setCurrentIndex(0)
        self.look()

    def _sort(self, index: int) -> None:
        sort = self._frame.sort.itemData(index)
        if sort is not None:
            self._browser.wanted = replace(self._browser.wanted, sort=Sort(sort))
            self.look()

    def _search(self, query: str) -> None:
        self._frame.keep.setEnabled(bool(query.strip()))
        self._frame.pages.setCurrentIndex(0)
        self.look()

    def _keep_search(self) -> None:
        if self._asking.collection(query=self._frame.search.text().strip()) is not None:
            self.fill()

    def make_collection(self, parent: str = "") -> None:
        """Asks for the name of a new collection."""
        if self._asking.collection(parent) is not None:
            self.fill()

    def _put_in(self, identifier: str, ids: list[int]) -> None:
        found = next((each for each in self._gallery.collections.all() if each.id == identifier), None)
        if found is not None:
            self._acts.put_in(self._gallery.store.items(ids), found)
            self.fill_soon()

    def _change(self, collection: Collection) -> None:
        try:
            self._gallery.collections.change(collection)
        except Trouble as trouble:
            self._acts.failed.emit(str(trouble), None)
        self.fill_soon()

    def _requery(self, collection: Collection) -> None:
        query = self._asking.query(collection)
        if query:
            self._change(replace(collection, query=query))
            self.fill()
            self.look()

    def _remove(self, collection: Collection) -> None:
        members = [int(each) for each in self._gallery.find(Wanted(collection=collection.id)).ids]
        self._gallery.collections.remove(collection.id)
        sentence = f"The collection {collection.name} is gone; its pictures stay."
        self._acts.told.emit(sentence, lambda: self._restore(collection, members))
        self.fill()

    def _restore(self, collection: Collection, members: list[int]) -> None:
        self._gallery.collections.change(collection)
        self._gallery.collections.put_in(collection.id, members)
        self.fill()

    def ask_folder(self) -> None:
        """Has a folder that the person chooses looked through from now on."""
        folder = self._asking.folder()
        if folder is not None:
            self.add_folder(folder)

    def add_folder(self, folder: Path) -> None:
        """Has a folder looked through from now on."""
        try:
            self._gallery.add_folder(folder)
        except Trouble as trouble:
            self._acts.failed.emit(str(trouble), None)
            return
        self.fill()
        self._work.scan()

    def _remove_folder(self, folder: Path) -> None:
        self._gallery.remove_folder(folder)
        self._acts.told.emit(f"{folder.name} is forgotten; its files stay.", lambda: self.add_folder(folder))
        self.fill()
