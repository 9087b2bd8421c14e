"""`python -m studio train`: the recipe of the embedded model, from nothing to a folder that runs."""

from __future__ import annotations

import argparse
from pathlib import Path

from studio.cli_parsing import Commands
from studio.settings.paths import Home


def add_parser(commands: Commands) -> None:
    """Adds `train` to the command line."""
    parser = commands.add_parser("train", help="make the model that comes along, from nothing")
    what = parser.add_subparsers(metavar="WHAT", required=True)
    scenes = what.add_parser("scenes", help="data, codec, words, denoiser, and the folder with all of them")
    sizes = (
        "tiny (a minute, to see that it works), cpu (what comes along), refiner (a network that mends what the model "
        "makes), gpu or gpu-rehearsal (a learned denoiser)"
    )
    scenes.add_argument("--preset", help=f"how large a run: {sizes}")
    scenes.add_argument("--out", type=Path, default=Path("training"), help="the run's folder (default: training)")
    scenes.add_argument("--resume", action="store_true", help="go on with the run that is in the folder")
    scenes.add_argument("--seed", type=int, help="the same seed makes the same model (default: 0)")
    scenes.set_defaults(command=run)


def run(options: argparse.Namespace, home: Home) -> int:
    """Prints its progress with the seconds left; can be ended at any moment and taken up again with --resume."""
    del home  # a run lies where it is told to
    from studio.training.train import train_scenes

    return train_scenes(options.preset, options.out, resume=options.resume, seed=options.seed)
