"""Folders that are worked over: begun, written down, gone on with after the program was ended in the middle."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from studio.document.following import followers_in
from studio.engine.job import Job
from studio.request.errors import BadInput
from studio.request.family import Model
from studio.ui.series.folder import FolderWish, pictures_in
from studio.ui.series.record import Asked, Record, left
from studio.ui.series.series import Series
from studio.ui.telling import Waiting
from studio.ui.window import MainWindow

log = logging.getLogger(__name__)

AHEAD = 2  # jobs of a folder in the queue at a time; their pictures are kept in memory and on disk


class FolderRuns:
    """runs: where they are written down, or None. start: shows a series and lets it begin."""

    def __init__(self, window: MainWindow, runs: Path | None, start: Callable[[Series], Series]) -> None:
        self._window, self._runs, self._start = window, runs, start
        self._records: list[Record] = []
        try:
            self._records += [] if runs is None else left(runs)
        except OSError as error:
            log.warning("what was left of folders cannot be looked for: %r", error)
        for record in self._records:
            count = len(record.asked.files) - record.next
            waiting = Waiting(count, partial(self.go_on, record), partial(self._forget, record))
            window.telling.offer_too(waiting)

    def begin(self, folder: Path) -> Series:
        """Every picture in it with the wish of now. Raises BadInput when there is nothing to work on."""
        document, files = self._window.document, pictures_in(folder)
        followers = followers_in(document.layers, document.size, document.model.family)
        asked = Asked(folder, tuple(files), document.recipe, document.model.reference, followers)
        wish = self._wish(asked, files, document.model)  # which may be refused, before it is written down
        if followers:
            self._window.telling.sentence(wish.following)
        return self._work(asked, document.model, self._written(asked))

    def go_on(self, record: Record) -> Series:
        """With what is in the queue again, and what is not yet; all of it is one row.

        Raises BadInput when its model is gone; it is offered again then.
        """
        begun = [job for job in self._window.engine.jobs if job.id in record.jobs]
        return self._work(record.asked, self._model(record), record, begun)

    def shut(self) -> None:
        """What is not finished stays for the next start."""
        for record in self._records:
            record.release()
        self._records.clear()

    def _work(self, asked: Asked, model: Model, record: Record | None, begun: Sequence[Job] = ()) -> Series:
        first = 0 if record is None else record.next - len(begun)
        files = asked.files[first:]
        wish = self._wish(asked, files, model)
        engine, title = self._window.engine, f"Folder: {asked.folder.name}"
        series = Series(engine, title, len(files), wish.ask, ahead=AHEAD, begun=begun)
        series.over.connect(lambda: self._over(series, record))
        if record is not None:
            series.handed.connect(lambda place: self._handed(record, first + place, series))  # pyright: ignore[reportUnknownArgumentType, reportUnknownLambdaType]
        return self._start(series)

    def _wish(self, asked: Asked, files: Sequence[Path], model: Model) -> FolderWish:
        return FolderWish(asked.recipe, model, files, self._window.incoming.read, asked.followers)

    def _written(self, asked: Asked) -> Record | None:
        """None when it cannot be: it is worked over all the same."""
        if self._runs is None:
            return None
        try:
            record = Record.begin(self._runs, asked)
        except OSError as error:
            self._untold(error)
            return None
        self._records.append(record)
        return record

    def _handed(self, record: Record, following: int, series: Series) -> None:
        try:
            record.handed(following, tuple(job.id for job in series.jobs))
        except OSError as error:
            self._untold(error)

    def _untold(self, error: OSError) -> None:
        log.info("a folder cannot be written down: %r", error)
        self._window.telling.sentence(
            "How far the folder is cannot be written down: if Sfumato ends now, the rest has to be asked for again."
        )

    def _over(self, series: Series, record: Record | None) -> None:
        if record is not None:
            self._forget(record)
        made = f"{len(series.pictures)} of {series.total} pictures of the folder were worked over."
        self._window.telling.sentence(" ".join([made, *series.problems[:2]]))

    def _forget(self, record: Record) -> None:
        self._records.remove(record)
        record.end()

    def _model(self, record: Record) -> Model:
        wanted = record.asked.model
        found = next((model for model in self._window.models.all() if model.reference == wanted), None)
        if found is None:
            raise BadInput(
                f"The folder {record.asked.folder.name!r} cannot go on: the model {wanted.name} is not there.",
                "Bring the model back and start Sfumato again.",
            )
        return found
