"""`python -m studio upscale`: pictures made larger, without a window, through the same pipeline."""

from __future__ import annotations

import argparse
import secrets
from pathlib import Path

from studio.cli_generate import Teller, keeper
from studio.cli_parsing import Commands, real, whole
from studio.document.enlarging import PAINT_OVER, Wish
from studio.library.attached import digest_of
from studio.library.entry import Entry
from studio.library.models import Models
from studio.library.pictures import read_picture
from studio.prompts.wording import worded
from studio.request.errors import BadInput, Trouble
from studio.request.request import GenerationRequest, Prompt
from studio.request.upscaling import Method, Upscale, upscaled
from studio.settings.paths import Home
from studio.settings.settings import SettingsFile
from studio.shelves import models_of, pipeline_of, vocabulary_of

METHODS = {"lanczos": Method.LANCZOS, "upscaler": Method.NETWORK, "diffusion": Method.DIFFUSION}


def add_parser(commands: Commands) -> None:
    """Adds `upscale` to the command line."""
    parser = commands.add_parser("upscale", help="make pictures larger")
    parser.add_argument("image", metavar="FILE", help="the picture")
    parser.add_argument("output", nargs="?", metavar="FILE-or-DIR", help="write there instead of into the gallery")
    parser.add_argument("--factor", default="2", metavar="F", help="how many times as large, above 1, up to 16")
    parser.add_argument(
        "--method",
        choices=tuple(METHODS),
        help="lanczos: smooth, nothing new; upscaler: weights for it; diffusion: a model paints over it in tiles",
    )
    parser.add_argument("--upscaler", metavar="NAME", help="which weights; see: models list")
    parser.add_argument("--model", metavar="NAME", help="which model paints over it")
    parser.add_argument("--prompt", default="", metavar="TEXT", help="what is in the picture, for diffusion")
    parser.add_argument("--negative", default="", metavar="TEXT", help="what not to see, for diffusion")
    parser.add_argument("--strength", metavar="F", help=f"how much diffusion may change, 0 to 1; usually {PAINT_OVER}")
    parser.add_argument("--steps", metavar="N", help="denoising steps, for diffusion")
    parser.add_argument("--seed", metavar="N", help="the same seed makes the same picture; random without")
    parser.add_argument("--previews", metavar="DIR", help="write the picture of each step there")
    parser.add_argument("--json", action="store_true", help="print one JSON object a line for each event")
    parser.set_defaults(command=run)


def run(options: argparse.Namespace, home: Home) -> int:
    """Makes the picture; prints its path, or events as JSON."""
    models = models_of(home)
    request = worded(request_from(options, models), vocabulary_of(home, models))
    keep = keeper(options.output, 1, home)
    previews = Path(options.previews) if options.previews else None
    memory = SettingsFile(home.settings_file).load().memory
    pipeline = pipeline_of(home, memory, previews is not None)
    teller = Teller(keep, as_json=options.json, previews=previews)
    try:
        finished = pipeline.run(request, teller)
    except Trouble as trouble:
        if options.json:
            teller.say({"event": "failed", "message": trouble.message, "remedy": trouble.remedy})
        raise
    teller.finish(finished)
    return 0


def request_from(options: argparse.Namespace, models: Models) -> GenerationRequest:
    """The request that the options describe. Raises BadInput for what cannot be used."""
    source = read_picture(Path(options.image))
    size = upscaled(source.size, real(options.factor, "--factor", 2.0))
    upscaler = _upscaler(options.upscaler, models) if options.upscaler else None
    method = METHODS[options.method] if options.method else _usual(options, upscaler)
    if method is Method.NETWORK and upscaler is None:
        raise BadInput("There is no upscaler chosen.", f"Name one with --upscaler: {_known(models)}.")
    upscale = (
        Upscale(method=method, network=upscaler.name, digest=digest_of(upscaler))
        if upscaler
        else Upscale(method=method)
    )
    model = models.named(options.model) if options.model else models.default()
    wish = Wish(
        upscale=upscale,
        size=size,
        model=model,
        prompt=Prompt.plain(options.prompt),
        negative=Prompt.plain(options.negative),
        strength=real(options.strength, "--strength", PAINT_OVER),
        steps=whole(options.steps, "--steps", model.defaults.steps),
    )
    return wish.request(source, whole(options.seed, "--seed", secrets.randbits(63)))


def _usual(options: argparse.Namespace, upscaler: Entry | None) -> Method:
    """What was meant by what was given."""
    if options.model:
        return Method.DIFFUSION
    return Method.NETWORK if upscaler is not None else Method.LANCZOS


def _upscaler(name: str, models: Models) -> Entry:
    """By name, in any case. Raises BadInput naming those that are there."""
    found = next((each for each in models.of_kind("upscaler") if each.name.lower() == name.strip().lower()), None)
    if found is None:
        raise BadInput(f"There is no upscaler called {name!r}.", f"Known are: {_known(models)}.")
    return found


def _known(models: Models) -> str:
    return ", ".join(each.name for each in models.of_kind("upscaler")) or "none"
