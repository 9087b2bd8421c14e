"""All weights on this machine: looked for, remembered, and the models among them offered to the artist."""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from studio.library.attached import find_attached
from studio.library.digests import Digests
from studio.library.entry import Entry
from studio.library.image_encoders import image_encoder_for
from studio.library.index import Hashes, Index, Row
from studio.library.looking import look_at
from studio.library.notes import NoteBook
from studio.library.offered import described
from studio.library.parts import completed, store_of
from studio.library.recognition.recognise import recognise
from studio.library.recognition.recognised import Recognised
from studio.library.resources import resource
from studio.library.together import put_together
from studio.library.trees import Tree, candidates, tree_of
from studio.request.control import Control
from studio.request.errors import BadInput, Trouble
from studio.request.family import Family, Model, ModelReference
from studio.request.request import Attachment

log = logging.getLogger(__name__)

_BATCH = 200  # files after which what was found is written down


@dataclass(frozen=True)
class Looked:
    """How far a look through the folders is."""

    seen: int
    new: int


class Models:
    """Everything in the given folders, after what came with the studio. Safe to share by threads.

    folders: searched with their subfolders, or as the program lays them out that they belong to; nothing in them is
    changed. Missing ones are fine. If it is a function, it is asked again at each look.
    index: remembers what was found; without it all headers are read at every start.
    book: what the person says about their weights.
    """

    def __init__(
        self,
        folders: Sequence[Path] | Callable[[], Sequence[Path]],
        index: Index | None = None,
        book: NoteBook | None = None,
    ) -> None:
        self._ask_folders = folders if callable(folders) else lambda: folders
        self.folders = tuple(self._ask_folders())
        self.book = book or NoteBook(None)
        self.digests = Digests(index) if index is not None else None
        self._index = index
        self._rows: dict[Path, Row] = {}
        self._gone: frozenset[Path] = frozenset()
        self._entries: tuple[Entry, ...] | None = None
        self._lock = threading.RLock()

    # what there is

    def entries(self) -> tuple[Entry, ...]:
        """All weights: embedded ones first, then by title. What was known at the last look; see `refresh`."""
        with self._lock:
            if self._entries is None:
                self._recall()
            return self._entries or ()

    def all(self) -> tuple[Model, ...]:
        """Every model that can be used, in the same order."""
        return tuple(each.model for each in self.entries() if each.model is not None)

    @property
    def others(self) -> tuple[Recognised, ...]:
        """What else was found, each with the reason why it cannot be used as a model."""
        return tuple(each.found for each in self.entries() if each.model is None and not each.missing)

    def of_kind(self, *kinds: str) -> tuple[Entry, ...]:
        """All that are there of these kinds ("lora", "vae")."""
        return tuple(each for each in self.entries() if each.kind in kinds and not each.missing)

    def refresh(
        self, stop: Callable[[], bool] = lambda: False, progress: Callable[[Looked], object] = lambda _: None
    ) -> None:
        """Looks through the folders again; files that have not changed are not opened. May be stopped between files."""
        self.folders = tuple(self._ask_folders())
        known = self._known()
        seen: dict[Path, Row] = {}
        fresh: list[Row] = []
        new = 0
        for path in candidates(tree_of(root) for root in (resource("models"), *self.folders)):
            if stop():
                return
            row = look_at(path, known.get(path))
            if row is None:
                continue
            seen[path] = row
            if row is not known.get(path):
                fresh.append(row)
                new += 1
            if len(fresh) >= _BATCH:
                self._keep(fresh)
                fresh = []
            if len(seen) % 50 == 0:
                progress(Looked(len(seen), new))
        self._keep(fresh)
        gone = {path: known[path] for path in self._mine(path for path in known if path not in seen)}
        with self._lock:
            self._rows = {**seen, **gone}
            self._gone = frozenset(gone)
            self._entries = None
            self._entries = self._made()

    def forget(self, paths: Sequence[Path]) -> None:
        """Takes files that are gone off the list."""
        with self._lock:
            self._rows = {path: row for path, row in self._rows.items() if path not in paths}
            self._gone -= set(paths)
            if self._index is not None:
                self._index.strike_off(paths)
            self._entries = self._made()

    def noted(self) -> None:
        """Something was said about weights, or hashed: what is offered is put together anew."""
        with self._lock:
            if self._entries is not None:
                self._entries = self._made()

    # finding one

    def find(self, reference: ModelReference) -> Model:
        """The model that a request names, by its digest if both are known, else by family and name.

        Looks through the folders again when it is not known. Raises Trouble naming the model when it is not here.
        """
        found = self._found(reference)
        if found is None or not found.path.exists():
            self.refresh()
            found = self._found(reference)
        if found is None:
            raise Trouble(
                f"The model {reference.name!r} is not on this machine.",
                "Choose another one, or add it to your models.",
            )
        return found

    def attached(self, attachment: Attachment | Control, family: Family | None) -> Path:
        """The file of weights that a request lays over a model of that family; see `library.attached`."""
        try:
            return find_attached(attachment, family, self.entries())
        except BadInput:
            raise
        except Trouble:
            self.refresh()
            return find_attached(attachment, family, self.entries())

    def image_encoder(self, adapter: Path, name: str) -> Path:
        """The image encoder that an image prompt adapter goes with; see `library.image_encoders`."""
        return image_encoder_for(adapter, name, self.entries())

    def named(self, name: str) -> Model:
        """The model of that name or title, in any case, or at that path. Raises BadInput listing the known ones."""
        if (found := self._named(name)) is not None:
            return found
        path = Path(name).expanduser()
        if (os.sep in name or path.suffix) and path.exists():
            at = recognise(path.resolve())
            completed_, parts, _ = completed(at, store_of(each.found for each in self.entries()))
            if completed_.usable:
                return described(completed_, self.book.of(""), parts, "")
            raise BadInput(f"{path.name!r} cannot be used as a model. {completed_.reason}")
        self.refresh()
        if (found := self._named(name)) is not None:
            return found
        known = ", ".join(model.reference.name for model in self.all()) or "none"
        raise BadInput(f"There is no model called {name!r}.", f"Known are: {known}.")

    def default(self) -> Model:
        """The first embedded model. Raises Trouble when there is no model at all."""
        if models := self.all():
            return models[0]
        raise Trouble(
            "There is no model to make pictures with.", "`doctor` says how to mend the one that ships with it."
        )

    def trees(self) -> tuple[Tree, ...]:
        """The folders that were added, with the programs they belong to."""
        return tuple(tree_of(folder) for folder in self.folders)

    def tiny_decoder(self, family: Family) -> Path | None:
        """The folder of the small decoder that shows a family's pictures in the making, if somebody put it there.

        It is called like its repository: "taesd" for "madebyollin/taesd".
        """
        name = family.tiny_decoder.rpartition("/")[2]
        if not name:
            return None
        places = (folder for root in self.folders for folder in sorted(root.glob(f"**/{name}")))
        return next((folder for folder in places if (folder / "config.json").is_file()), None)

    # inside

    def _found(self, reference: ModelReference) -> Model | None:
        models = self.all()
        same = (model for model in models if reference.digest and model.reference.digest == reference.digest)
        named = (
            model
            for model in models
            if (model.reference.family, model.reference.name) == (reference.family, reference.name)
        )
        return next(same, None) or next(named, None)

    def _named(self, name: str) -> Model | None:
        wanted = name.strip().lower()
        return next((each for each in self.all() if wanted in (each.reference.name.lower(), each.title.lower())), None)

    def _recall(self) -> None:
        """What the index knows, without a look at the disk; embedded models are looked at: they are few.

        Without an index, or when it knows nothing of the folders yet, looks through them now.
        """
        known = self._known()
        if not known:
            self.refresh()
            return
        embedded = {path: row for path in candidates((tree_of(resource("models")),)) if (row := look_at(path, None))}
        self._rows = {**embedded, **{path: known[path] for path in self._mine(known)}}
        self._entries = self._made()

    def _known(self) -> dict[Path, Row]:
        if self._index is None:
            return dict(self._rows)
        try:
            return self._index.rows()
        except (sqlite3.Error, OSError, ValueError) as error:
            log.warning("the index of models cannot be read: %r", error)
            return {}

    def _keep(self, rows: list[Row]) -> None:
        mine = [row for row in rows if not row.found.path.is_relative_to(resource("models"))]
        if self._index is None or not mine:
            return
        try:
            self._index.keep(mine)
        except (sqlite3.Error, OSError) as error:
            log.warning("the index of models cannot be written: %r", error)

    def _mine(self, paths: Iterable[Path]) -> list[Path]:
        """Those of these paths that lie in one of the folders that are looked through."""
        places = {str(place) for tree in self.trees() for place in (tree.root, *tree.folders)}
        starts = tuple(os.path.join(place, "") for place in places)
        return [path for path in paths if str(path) in places or str(path).startswith(starts)]

    def _made(self) -> tuple[Entry, ...]:
        embedded = resource("models")
        return put_together(self._rows, self._gone, self.book, self._hashes(), self.folders, embedded)

    def _hashes(self) -> dict[Path, tuple[str, Hashes]]:
        if self._index is None:
            return {}
        try:
            return self._index.hashes()
        except (sqlite3.Error, OSError):
            return {}
