"""`python -m studio batch`: every picture of a folder worked over, without a window; started again it goes on."""

from __future__ import annotations

import argparse
import math
import secrets
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from studio.cli_control import add_control, followers_from
from studio.cli_edit import edited
from studio.cli_generate import Teller, facts, sampler_of, writable
from studio.cli_parsing import Commands, real, whole
from studio.cli_series import Numbered
from studio.document.document import SOURCE_STRENGTH
from studio.document.following import Follower, follows
from studio.document.recipe import Recipe
from studio.library.gallery.writing import write_picture
from studio.library.pictures import read_picture
from studio.prompts.wording import worded
from studio.request.errors import BadInput, Trouble
from studio.request.events import Picture
from studio.request.family import Ability, Family, Model
from studio.request.pipeline import Pipeline, Report
from studio.request.request import GenerationRequest
from studio.settings.paths import Home
from studio.settings.settings import SettingsFile
from studio.shelves import gallery_of, models_of, pipeline_of, vocabulary_of
from studio.ui.series.folder import FolderWish, pictures_in

BELOW_ONE = math.nextafter(1.0, 0.0)


def add_parser(commands: Commands) -> None:
    """Adds `batch` to the command line."""
    parser = commands.add_parser("batch", help="work over every picture of a folder")
    parser.add_argument("folder", metavar="DIR", help="with the pictures; NAME-mask beside one is its mask")
    parser.add_argument("prompt", nargs="?", default="", help="what to see; may be left out")
    parser.add_argument("--negative", default="", metavar="TEXT", help="what not to see")
    parser.add_argument("--model", metavar="NAME", help="a model's name; without it the one that ships with Sfumato")
    parser.add_argument("--steps", metavar="N", help="denoising steps")
    parser.add_argument("--guidance", metavar="F", help="how closely to follow the prompt")
    add_control(parser, many=True)
    parser.add_argument("--sampler", metavar="NAME", help='for example "Euler a" or "DPM++ 2M Karras"')
    parser.add_argument("--seed", metavar="N", help="of every picture; random without")
    parser.add_argument(
        "--strength",
        metavar="F",
        help=f"how much may change, above 0; usually {SOURCE_STRENGTH}. At 1, the default of models that edit by "
        "instruction, nothing is left of a picture but what a control follows",
    )
    parser.add_argument(
        "--output", metavar="DIR", help="write there, under the same names, instead of into the gallery; what is "
        "there already is left out, so a second run goes on with the rest"
    )  # fmt: skip
    parser.add_argument("--json", action="store_true", help="print one JSON object a line for each event")
    parser.set_defaults(command=run)


def run(options: argparse.Namespace, home: Home) -> int:
    """Works over them one by one; what cannot be done is told of and does not stop the rest."""
    models = models_of(home)
    model = models.named(options.model) if options.model else models.default()
    files = pictures_in(Path(options.folder))
    targets = _targets(Path(options.folder), files, options.output)
    files = [path for path in files if path not in targets or not targets[path].exists()]
    followers = followers_from(options.control, models, model)
    wish = FolderWish(_recipe(options, model, followers), model, files, read_picture, followers)
    words = vocabulary_of(home, models)
    batch = _Batch(targets, gallery_of(home).keep, options.json, len(files))
    if files:
        pipeline = pipeline_of(home, SettingsFile(home.settings_file).load().memory, previews=False)
        for place, path in enumerate(files):
            batch.begin(place, path)
            try:
                _make(worded(wish.ask(place), words), model.family, pipeline, batch.report)
            except Trouble as trouble:
                batch.failed(path, trouble)
    return batch.end(left_out=len(targets) - len(files) if targets else 0)


def _make(request: GenerationRequest, family: Family, pipeline: Pipeline, report: Report) -> None:
    if request.source is None:
        pipeline.run(request, report)
    else:
        edited(request, family, pipeline, report)


class _Batch:
    """What has become of the pictures so far. Holds no pixels."""

    def __init__(self, targets: dict[Path, Path], keep: Any, as_json: bool, count: int) -> None:
        self._targets, self._keep, self._path = targets, keep, Path()
        self._teller = Teller(self._kept, as_json=as_json, previews=None)
        self._made: list[dict[str, Any]] = []
        self._seconds = 0.0
        self._problems = 0
        self.report = Numbered(self._teller, count)

    def begin(self, place: int, path: Path) -> None:
        self._path = path
        self.report.index = place
        self.report.pictures.clear()

    def failed(self, path: Path, trouble: Trouble) -> None:
        self._problems += 1
        print(f"sfumato: {path.name}: {trouble}", file=sys.stderr)
        fact = {"event": "failed", "source": str(path), "message": trouble.message, "remedy": trouble.remedy}
        self._teller.say(fact)

    def end(self, left_out: int) -> int:
        """Prints the closing line; the exit code. Raises Trouble when some could not be made."""
        seconds = round(self._seconds, 3)
        self._teller.say({"event": "finished", "pictures": self._made, "seconds": seconds, "left_out": left_out})
        if self._problems:
            total = self._problems + len(self._made)
            raise Trouble(f"{self._problems} of {total} pictures could not be worked over.", "Why is said above.")
        return 0

    def _kept(self, picture: Picture) -> Path:
        target = self._targets.get(self._path)
        path: Path = self._keep(picture) if target is None else write_picture(picture, target)
        self._made.append(facts(picture, path))
        self._seconds += picture.seconds
        if not self._teller.as_json:
            print(path, flush=True)
        return path


def _recipe(options: argparse.Namespace, model: Model, followers: Sequence[Follower]) -> Recipe:
    instructs = model.family.can(Ability.INSTRUCT)
    strength = real(options.strength, "--strength", 1.0 if instructs else SOURCE_STRENGTH)
    most = 1.0 if instructs or follows(followers) else BELOW_ONE
    if not 0 < strength <= most:
        raise BadInput(
            f"--strength {options.strength} cannot be used.",
            f"It is above 0 and {'at most 1' if most == 1 else 'below 1, unless a control follows each picture'}.",
        )
    return Recipe(
        prompt=options.prompt,
        negative=options.negative,
        steps=whole(options.steps, "--steps", model.defaults.steps),
        guidance=real(options.guidance, "--guidance", model.defaults.guidance),
        sampler=sampler_of(options.sampler, model),
        seed=whole(options.seed, "--seed", secrets.randbits(63)),
        seed_locked=True,
        strength=strength,
    )


def _targets(folder: Path, files: list[Path], output: str | None) -> dict[Path, Path]:
    """Where each picture goes; empty for into the gallery. Raises BadInput when nothing can be written there."""
    if output is None:
        return {}
    there = Path(output)
    if there.resolve() == folder.resolve():
        raise BadInput("--output is the folder itself: the pictures would be mixed with the new ones.", "Name another.")
    writable(there, "--output")
    same = Counter(path.stem.lower() for path in files)
    return {path: there / f"{path.stem if same[path.stem.lower()] == 1 else path.name}.png" for path in files}
