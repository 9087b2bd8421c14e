"""`python -m studio generate`: a prompt to pictures, without a window, through the same pipeline."""

from __future__ import annotations

import argparse
import json
import logging
import secrets
import sqlite3
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, assert_never

import numpy as np

from studio.cli_control import add_control, controls_from
from studio.cli_edit import edited, refuse_impossible
from studio.cli_gallery import discard
from studio.cli_parsing import Commands, real, whole
from studio.cli_series import add_options, axes_of, drawn, make_grid, run_grid, write_sheet
from studio.library.gallery.gallery import Gallery
from studio.library.gallery.writing import KINDS, write_picture
from studio.library.models import Models
from studio.library.pictures import read_mask, read_picture
from studio.prompts.wording import worded
from studio.request.course import Variation
from studio.request.errors import BadInput, Trouble
from studio.request.events import Cancelled, Event, Failed, Finished, Loading, Made, Picture, Queued, Step
from studio.request.family import Model
from studio.request.geometry import Rect, Size
from studio.request.pixels import Pixels
from studio.request.request import LARGEST_SIDE, GenerationRequest, Prompt
from studio.request.sampling import Sampler
from studio.settings.paths import Home
from studio.settings.settings import SettingsFile
from studio.shelves import gallery_of, models_of, pipeline_of, vocabulary_of

log = logging.getLogger(__name__)


def add_parser(commands: Commands) -> None:
    """Adds `generate` to the command line."""
    parser = commands.add_parser("generate", help="make pictures from a prompt")
    parser.add_argument("prompt", help="what to see; may be empty")
    parser.add_argument("--negative", default="", metavar="TEXT", help="what not to see")
    parser.add_argument("--model", metavar="NAME", help="a model's name; without it the one that ships with Sfumato")
    parser.add_argument("--size", metavar="WxH", help="size in pixels")
    parser.add_argument("--steps", metavar="N", help="denoising steps")
    parser.add_argument("--guidance", metavar="F", help="how closely to follow the prompt")
    parser.add_argument("--sampler", metavar="NAME", help='for example "Euler a" or "DPM++ 2M Karras"')
    parser.add_argument("--seed", metavar="N", help="the same seed makes the same picture; random without")
    parser.add_argument("--count", default="1", metavar="N", help="how many pictures, 1 to 16")
    parser.add_argument("--image", metavar="FILE", help="a source picture")
    parser.add_argument("--strength", metavar="F", help="how much the source may change, 0 to 1")
    parser.add_argument("--mask", metavar="FILE", help="white is made anew, black is kept")
    parser.add_argument("--expand", metavar="L,T,R,B", help="pixels to add on each side of the source")
    add_options(parser)
    add_control(parser)
    parser.add_argument("--draft", action="store_true", help="quicker and a little off: steps are foretold")
    parser.add_argument("--previews", metavar="DIR", help="write the picture of each step there")
    parser.add_argument("--output", metavar="FILE-or-DIR", help="write there instead of into the gallery")
    parser.add_argument("--json", action="store_true", help="print one JSON object a line for each event")
    parser.set_defaults(command=run)


def run(options: argparse.Namespace, home: Home) -> int:
    """Makes the pictures; prints their paths, or events as JSON."""
    models = models_of(home)
    request, old = request_from(options, models)
    request = worded(request, vocabulary_of(home, models))
    family = models.find(request.model).family
    if request.source is not None:
        refuse_impossible(request, family)
    axes = axes_of(options)
    grid = make_grid(request, axes, models) if axes else ()
    alone = bool(grid) and options.output is not None and bool(Path(options.output).suffix)  # the sheet is the file
    keep = keeper(None if alone else options.output, len(grid) or request.count, home)
    if options.previews:
        writable(Path(options.previews), "--previews")
    memory = SettingsFile(home.settings_file).load().memory
    pipeline = pipeline_of(home, memory, options.previews is not None)  # seconds: bad input was told of before
    teller = Teller(keep, as_json=options.json, previews=Path(options.previews) if options.previews else None)
    try:
        if grid:
            finished = run_grid(grid, models, pipeline, teller)
            sheet = drawn(options.prompt, axes, grid, finished)
            teller.sheet(write_sheet(sheet, options.output, gallery_of(home)))
        elif request.source is None:
            finished = pipeline.run(request, teller)
        else:
            finished = edited(request, family, pipeline, teller, old)
    except Trouble as trouble:
        if options.json:
            teller.say({"event": "failed", "message": trouble.message, "remedy": trouble.remedy})
        raise
    teller.finish(finished)
    return 0


def request_from(options: argparse.Namespace, models: Models) -> tuple[GenerationRequest, Rect | None]:
    """The request that the options describe, and where the source lies on its canvas when that was extended.

    Raises BadInput for what cannot be used.
    """
    model = models.named(options.model) if options.model else models.default()
    source, mask, old = _sources(options)
    size = source.size if source else (_size(options.size) if options.size else model.defaults.size)
    request = GenerationRequest(
        model=model.reference,
        prompt=Prompt.plain(options.prompt),
        negative=Prompt.plain(options.negative),
        size=size,
        steps=whole(options.steps, "--steps", model.defaults.steps),
        guidance=real(options.guidance, "--guidance", model.defaults.guidance),
        sampler=sampler_of(options.sampler, model),
        seed=whole(options.seed, "--seed", secrets.randbits(63)),
        count=whole(options.count, "--count", 1),
        source=source,
        mask=mask,
        strength=real(options.strength, "--strength", 0.6 if source and mask is None else 1.0),
        controls=controls_from(options.control, models, model, size),
        variation=_variation(options.variation),
        shortcuts=options.draft,
    )
    return request, old


def _variation(text: str | None) -> Variation | None:
    if text is None:
        return None
    seed, colon, strength = text.partition(":")
    if not colon:
        raise BadInput(f"--variation {text!r} has no strength.", "Write a seed and a strength: 42:0.2.")
    return Variation(seed=whole(seed, "--variation", 0), strength=real(strength, "--variation", 0.0))


def sampler_of(name: str | None, model: Model) -> Sampler:
    """The one that was typed, else the model's own. Raises BadInput for what the model cannot use."""
    if name is None:
        return model.defaults.sampler
    sampler = Sampler.named(name)
    if sampler not in model.family.samplers:
        known = ", ".join(known.name for known in model.family.samplers)
        raise BadInput(f"{model.title} cannot use the sampler {sampler.name}.", f"Choose one of {known}.")
    return sampler


def _sources(options: argparse.Namespace) -> tuple[Pixels | None, Pixels | None, Rect | None]:
    if options.image is None:
        for name in ("mask", "expand", "strength"):
            if getattr(options, name) is not None:
                raise BadInput(f"--{name} needs a picture to work on.", "Give one with --image.")
        return None, None, None
    source = read_picture(Path(options.image))
    mask = read_mask(Path(options.mask), source.size) if options.mask else None
    if options.size:
        source, mask = _resized(source, _size(options.size)), mask and _resized(mask, _size(options.size))
    if not options.expand:
        return source, mask, None
    return expanded(source, mask, _sides(options.expand))


def _resized(picture: Pixels, size: Size) -> Pixels:
    from PIL import Image

    array = picture.array[..., 0] if picture.channels == 1 else picture.array
    scaled = Image.fromarray(array).resize(size, Image.Resampling.LANCZOS)
    return Pixels(np.asarray(scaled).reshape(size.height, size.width, picture.channels).copy())


def expanded(
    source: Pixels, mask: Pixels | None, sides: tuple[int, int, int, int]
) -> tuple[Pixels, Pixels | None, Rect | None]:
    """The source on a larger canvas, its border colours carried outwards; the mask of what is new; where it was.

    sides: pixels to add left, top, right, bottom.
    """
    if not any(sides):
        return source, mask, None
    left, top, right, bottom = sides
    around = ((top, bottom), (left, right), (0, 0))
    kept = mask.array if mask else np.zeros((source.size.height, source.size.width, 1), np.uint8)
    return (
        Pixels(np.pad(source.array, around, mode="edge")),
        Pixels(np.pad(kept, around, mode="constant", constant_values=255)),
        Rect(left, top, *source.size),
    )


def _sides(text: str) -> tuple[int, int, int, int]:
    try:
        left, top, right, bottom = (int(part) for part in text.split(","))
    except ValueError:
        raise BadInput(f"--expand {text!r} is not four numbers.", "Write left,top,right,bottom: 0,0,128,0.") from None
    if min(left, top, right, bottom) < 0 or max(left, top, right, bottom) > LARGEST_SIDE:
        raise BadInput(f"--expand {text!r} cannot be used.", f"Each side takes 0 to {LARGEST_SIDE} pixels.")
    return left, top, right, bottom


def _size(text: str) -> Size:
    try:
        width, height = (int(part) for part in text.lower().replace("×", "x").split("x"))
    except ValueError:
        raise BadInput(f"--size {text!r} is not a size.", "Write width x height in pixels: 512x768.") from None
    return Size(width, height)


def keeper(output: str | None, count: int, home: Home) -> Callable[[Picture], Path]:
    """Where finished pictures go: the gallery, a folder, or one file (numbered when there are several).

    Raises BadInput when nothing can be written there. If it cannot be written after all, when the picture is
    finished, the picture goes into the gallery and the Trouble says where it is.
    """
    gallery = gallery_of(home)
    if output is None:
        _put_in_order(gallery)
        return gallery.keep
    path = Path(output)
    folder = path if path.is_dir() or not path.suffix else path.parent
    if folder is not path and path.suffix.lower() not in KINDS:
        raise BadInput(f"Pictures cannot be written as {path.suffix}.", f"Use one of {', '.join(KINDS)}.")
    writable(folder, "--output")
    there = Gallery(path) if folder is path else None
    numbers = iter(range(1, count + 1))

    def keep(picture: Picture) -> Path:
        number = next(numbers)
        target = path if count == 1 else path.with_stem(f"{path.stem}-{number:02}")
        try:
            return there.keep(picture) if there else write_picture(picture, target)
        except Trouble as trouble:
            safe = gallery.keep(picture)
            raise Trouble(trouble.message, f"The picture is kept as {str(safe)!r}.", trouble.details) from trouble

    return keep


def _put_in_order(gallery: Gallery) -> None:
    """Ends what a crash interrupted in it; pictures can be made and kept without."""
    try:
        gallery.recover(discard)
    except (OSError, sqlite3.Error) as error:
        log.warning("the gallery could not be put in order: %r", error)


def writable(folder: Path, option: str) -> None:
    """Makes the folder if need be. Raises BadInput when it cannot be written to."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise BadInput(
            f"{option} cannot be used: {str(folder)!r}: {error.strerror or error}.", "Choose a folder that can."
        ) from error


@dataclass
class Teller:
    """The report of a headless job: keeps pictures, writes previews, prints events."""

    keep: Callable[[Picture], Path]
    as_json: bool
    previews: Path | None
    paths: list[Path] = field(default_factory=list[Path])

    draft = False

    def check(self) -> None:
        """Nothing to do: Ctrl+C raises KeyboardInterrupt by itself."""

    def wishes(self) -> tuple[()]:
        """Nobody is there to wish for anything."""
        return ()

    def __call__(self, event: Event) -> None:
        match event:
            case Made(index=index, picture=picture):
                path = self.keep(picture)
                self.paths.append(path)
                self.say({"event": "made", "index": index, **facts(picture, path)})
            case Step():
                self._step(event)
            case Loading(what=what, fraction=fraction):
                self.say({"event": "loading", "what": what, "fraction": fraction})
            case Queued() | Finished() | Failed() | Cancelled():
                pass
            case _:
                assert_never(event)

    def _step(self, step: Step) -> None:
        fact: dict[str, Any] = {"event": "step", "done": step.done, "total": step.total, "picture": step.picture}
        fact["seconds_left"] = step.seconds_left
        if self.previews is not None and step.preview is not None:
            fact["preview"] = str(self._write_preview(step, step.preview))
        self.say(fact)

    def _write_preview(self, step: Step, preview: Pixels) -> Path:
        from PIL import Image

        assert self.previews is not None
        path = self.previews / f"picture{step.picture + 1:02}-step{step.done:03}.png"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(preview.array).save(path)
        except OSError as error:
            raise Trouble(f"The preview {path} cannot be written: {error.strerror or error}.") from error
        return path

    def sheet(self, path: Path) -> None:
        """The sheet of a grid is there."""
        self.say({"event": "sheet", "path": str(path)})
        if not self.as_json:
            print(path)

    def finish(self, finished: Finished) -> None:
        """Prints the closing line, or the paths."""
        if not self.as_json:
            for path in self.paths:
                print(path)
            for note in finished.notes:
                print(f"sfumato: {note}", file=sys.stderr)
            return
        pictures = [facts(picture, path) for picture, path in zip(finished.pictures, self.paths, strict=True)]
        seconds = round(finished.timings.total, 3)
        self.say({"event": "finished", "pictures": pictures, "seconds": seconds, "notes": list(finished.notes)})

    def say(self, fact: dict[str, Any]) -> None:
        if self.as_json:
            print(json.dumps(fact, allow_nan=False), flush=True)


def facts(picture: Picture, path: Path) -> dict[str, Any]:
    """What a line of JSON says about a picture that is kept."""
    size = picture.pixels.size
    return {"path": str(path), "seed": picture.request.seed, "width": size.width, "height": size.height}
