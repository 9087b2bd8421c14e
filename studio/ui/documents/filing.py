"""The document on the canvas and its file: what is unsaved, and all ways from and to the disk."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from studio.document.document import Document
from studio.document.files.opening import LAYERED, holds
from studio.document.files.pictures import USUAL, Kind, PictureOptions
from studio.document.files.snapshot import Snapshot
from studio.document.layers import Layer, Plane, walk
from studio.library.models import Models
from studio.request.errors import BadInput, Trouble
from studio.request.geometry import Size
from studio.ui.documents.asking import Questions, Then, can_write
from studio.ui.documents.disk import Disk, Reading, Writing
from studio.ui.documents.locking import FileLock
from studio.ui.documents.notes import notes_of
from studio.ui.documents.recent import Recent
from studio.ui.preferences import Preferences

FOLDER = "documents_folder"
UNNAMED = "Untitled"


class Filing(QObject):
    """changed: the name is another, or there is unsaved work now, or none any more.
    replaced: another document is on the canvas. recovered(Path): it came from this journal.
    told(str), trouble(Trouble): what a person should know.
    """

    changed = Signal()
    replaced = Signal()
    recovered = Signal(object)
    written = Signal()
    told = Signal(str)
    trouble = Signal(object)

    def __init__(
        self, document: Document, disk: Disk, models: Models, preferences: Preferences, window: QWidget
    ) -> None:
        super().__init__(window)
        self.disk = disk
        self.recent = Recent(preferences)
        self.questions = Questions(window)
        self._document = document
        self._models = models
        self._preferences = preferences
        self._lock = FileLock()
        self._name = ""  # of a document without a file of its own
        self._after: list[Then] = []  # what waits for the running save
        disk.setParent(self)
        disk.written.connect(self._written)
        disk.read.connect(self._read)
        disk.failed.connect(self._failed)
        document.undo_stack.moved.connect(self.changed)

    # what is

    @property
    def name(self) -> str:
        path = self._document.path
        return path.name if path is not None else self._name or UNNAMED

    @property
    def document(self) -> Document:
        return self._document

    @property
    def unsaved(self) -> bool:
        """There is work that no file holds. Words alone, without a picture, are kept by the history of prompts."""
        if self._document.undo_stack.isClean():
            return False
        painted = any(isinstance(layer, Plane) and len(layer.tiles) for layer in walk(self._document.layers))
        return painted or self._document.path is not None

    # what the person does

    def settled(self, then: Then) -> None:
        """Does `then` when no unsaved work is in the way; asks first if there is."""
        self._document.about_to_read.emit()
        if self.unsaved:
            self.questions.unsaved(self.name, lambda: self.save(then), then)
        else:
            then()

    def new(self, size: Size | None = None, layers: tuple[Layer, ...] = ()) -> None:
        """Another document, empty or with these layers, and with the words and the model of the last."""

        def begin() -> None:
            fresh = Document(self._document.model, size)
            fresh.load(layers, recipe=self._document.recipe)
            self._become(fresh, None, "")

        self.settled(begin)

    def choose(self) -> None:
        """Asks for a file to open."""
        self.questions.file_to_open(self._folder(), self.open)

    def open(self, path: Path) -> None:
        """Opens a document or a picture; the window goes on meanwhile."""
        models = self._models.all()
        self.settled(lambda: self.disk.open(Reading(path.resolve(), self._document.model, models)))

    def recover(self, journal: Path) -> None:
        """Opens what a crash left."""
        models = self._models.all()
        self.settled(lambda: self.disk.open(Reading(journal, self._document.model, models, journal=True)))

    def save(self, then: Then | None = None) -> None:
        """Writes to the document's file, or asks for one if it has none that can hold all of it."""
        path = self._document.path
        if path is None or not holds(self._document.layers, path):
            self.save_as(then)
        else:
            self._write(path, then)

    def save_as(self, then: Then | None = None) -> None:
        stem = Path(self.name).stem or UNNAMED
        suggested = Path(self._folder()) / f"{stem}{LAYERED}"
        self.questions.file_to_write("Save as", suggested, lambda path: self._write(path, then), layered=True)

    def export(self, kind: Kind = Kind.PNG, options: PictureOptions = USUAL) -> None:
        """A picture of what is seen, in a file to be asked for; the document stays what it is."""
        suggested = Path(self._folder()) / f"{Path(self.name).stem or UNNAMED}{kind.ending}"
        self.questions.file_to_write("Export", suggested, lambda path: self.export_to(path, options), layered=False)

    def export_to(self, path: Path, options: PictureOptions = USUAL) -> None:
        self._write(path, None, export=True, options=options)

    def close(self) -> None:
        """The window closes: what is being written is finished first."""
        self.disk.close()
        self._lock.release()

    # inside

    def _write(self, path: Path, then: Then | None, *, export: bool = False, options: PictureOptions = USUAL) -> None:
        document = self._document
        try:
            path = self._checked(path, export=export)
        except Trouble as trouble:
            self.trouble.emit(trouble)
            return
        document.about_to_read.emit()
        whole = not export and holds(document.layers, path)
        if whole:
            document.path = path
            document.undo_stack.setClean()  # edits from now on are not in this file
        if then is not None:
            self._after.append(then)
        self._preferences.remember(FOLDER, str(path.parent))
        notes = notes_of(document.layers)
        self.disk.write(Writing(Snapshot.of(document), path, whole, export, notes, options))
        self.changed.emit()

    def _checked(self, path: Path, *, export: bool) -> Path:
        """The path to write to. Raises Trouble if it cannot be."""
        if not path.suffix:
            path = path.with_suffix(".png" if export else LAYERED)
        if not can_write(path):
            raise BadInput(f"A document cannot be saved as “{path.name}”.", "Choose .ora, .png, .jpg, .webp or .tif.")
        path = path.resolve()
        if not export and not self._lock.take(path):
            raise Trouble(f"“{path.name}” is open in another window.", "Close it there, or choose another name.")
        return path

    def _written(self, writing: Writing) -> None:
        if writing.whole:
            self.recent.add(writing.path)
        else:
            self._say_written(writing)
        after, self._after = self._after, []
        self.written.emit()
        self.changed.emit()
        if writing.whole:
            for then in after:
                then()

    def _say_written(self, writing: Writing) -> None:
        if writing.export:
            self.told.emit(f"“{writing.path.name}” is written.")
        else:
            name = writing.path.name
            self.told.emit(f"“{name}” is written: the picture without its layers. Save as .ora keeps them.")

    def _failed(self, what: Writing | Reading, trouble: Trouble) -> None:
        if isinstance(what, Writing):
            self._after.clear()
            if what.whole:
                self._document.undo_stack.resetClean()
        self.trouble.emit(trouble)
        self.changed.emit()

    def _read(self, reading: Reading, document: Document) -> None:
        """Opened; if the person went on painting meanwhile, that is asked about once more."""
        self.settled(lambda: self._take(reading, document))

    def _take(self, reading: Reading, document: Document) -> None:
        path = document.path
        named = path or (None if reading.journal else reading.path)
        self._become(document, path, "" if named is None else named.stem, unsaved=reading.journal)
        if reading.journal:
            self.recovered.emit(reading.path)
        else:
            self.recent.add(reading.path)
            self._preferences.remember(FOLDER, str(reading.path.parent))
        self.changed.emit()

    def _become(self, document: Document, path: Path | None, name: str, *, unsaved: bool = False) -> None:
        self._name = name
        if not self._lock.take(path):
            document.path = None
            self._name = f"{name} (copy)"
            self.told.emit(f"“{name}” is open in another window: this is a copy. Saving it asks for another name.")
        self.disk.forget()
        self._document.become(document)
        stack = self._document.undo_stack
        if unsaved:
            stack.resetClean()
        else:
            stack.setClean()
        self.replaced.emit()
        self.changed.emit()

    def _folder(self) -> str:
        path = self._document.path
        kept = self._preferences.recall(FOLDER)
        return str(path.parent) if path is not None else kept or str(Path.home())
