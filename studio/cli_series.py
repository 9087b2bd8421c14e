"""`generate` for many: grids over parameters, and every picture of a folder."""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from studio.cli_edit import edited
from studio.document.grids import Axis, Cell, Kind, cells
from studio.library.files import write_atomically
from studio.library.gallery.gallery import Gallery
from studio.library.gallery.grid_sheet import sheet
from studio.library.models import Models
from studio.request.errors import BadInput, Trouble
from studio.request.events import Event, Finished, Made, Picture, Step, Timings
from studio.request.pipeline import Pipeline, Report
from studio.request.request import GenerationRequest

if TYPE_CHECKING:
    from studio.cli_generate import Teller

SHEET = "grid.png"


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--variation", metavar="SEED:F", help="mix in so much (0 to 1) of another seed's noise")
    parser.add_argument(
        "--grid",
        action="append",
        metavar="NAME=VALUES",
        help=f"all combinations on one sheet: {', '.join(kind.value[0] for kind in Kind)}; up to three times",
    )


def axes_of(options: argparse.Namespace) -> tuple[Axis, ...]:
    """Raises BadInput when they cannot be read."""
    found: list[Axis] = []
    for text in options.grid or ():
        name, equals, values = text.partition("=")
        if not equals:
            raise BadInput(f"--grid {text!r} has no values.", "Write a name and values: steps=10,20,30.")
        found.append(Axis.typed(Kind.named(name), values))
    return tuple(found)


@dataclass
class Numbered:
    """Tells of single pictures as of one set."""

    report: Report
    count: int
    index: int = 0
    draft: bool = False
    pictures: list[Picture] = field(default_factory=list[Picture])

    def check(self) -> None:
        self.report.check()

    def wishes(self) -> tuple[()]:
        return ()

    def __call__(self, event: Event) -> None:
        match event:
            case Step():
                event = replace(event, picture=self.index, pictures=self.count, seconds_left=None)
            case Made():
                self.pictures.append(event.picture)
                event = replace(event, index=self.index)
            case _:
                pass
        self.report(event)


def make_grid(base: GenerationRequest, axes: tuple[Axis, ...], models: Models) -> tuple[Cell, ...]:
    """Raises BadInput for what cannot be."""
    return cells(base, axes, models.all())


def run_grid(found: tuple[Cell, ...], models: Models, pipeline: Pipeline, teller: Teller) -> Finished:
    """Makes all cells, one after the other. Raises Trouble."""
    numbered = Numbered(teller, len(found))
    seconds = Timings()
    for index, cell in enumerate(found):
        numbered.index = index
        family = models.find(cell.request.model).family
        if cell.request.source is None:
            finished = pipeline.run(cell.request, numbered)
        else:
            finished = edited(cell.request, family, pipeline, numbered)
        seconds = replace(seconds, denoise=seconds.denoise + finished.timings.total)
    return Finished(tuple(numbered.pictures), seconds)


def write_sheet(data: bytes, output: str | None, gallery: Gallery) -> Path:
    """The sheet: into the folder or file of `output`, else into the gallery. Raises Trouble."""
    if output is None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / SHEET
            path.write_bytes(data)
            return gallery.bring_in(path)
    path = Path(output)
    if path.is_dir() or not path.suffix:
        path = path / SHEET
    try:
        write_atomically(path, data)
    except OSError as error:
        raise Trouble(f"The sheet cannot be written to {str(path)!r}: {error.strerror or error}.") from error
    return path


def drawn(title: str, axes: tuple[Axis, ...], found: tuple[Cell, ...], finished: Finished) -> bytes:
    """The sheet as PNG."""
    pictures = {cell.place: picture.pixels for cell, picture in zip(found, finished.pictures, strict=True)}
    return sheet(title, [axis.labels for axis in axes], pictures)
