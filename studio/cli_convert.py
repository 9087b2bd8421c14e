"""`python -m studio convert IN OUT`: any picture or document to any other, with layers where the format has them."""

from __future__ import annotations

import argparse
from pathlib import Path

from studio.cli_parsing import Commands
from studio.document.files.opening import open_document, save_document
from studio.library.pictures import read_picture
from studio.request.errors import BadInput
from studio.settings.paths import Home
from studio.shelves import models_of


def add_parser(commands: Commands) -> None:
    """Adds `convert` to the command line."""
    parser = commands.add_parser("convert", help="a picture or document to another format")
    parser.add_argument("source", metavar="IN", help="a picture, or an OpenRaster document (.ora)")
    parser.add_argument("target", metavar="OUT", help="where to write it: .ora, .png, .jpg, .webp or .tif")
    parser.set_defaults(command=run)


def run(options: argparse.Namespace, home: Home) -> int:
    """Opens the one, saves the other, and prints where it is."""
    source, target = Path(options.source), Path(options.target)
    if not source.exists():
        raise BadInput(f"There is no file {options.source!r}.")
    save_document(open_document(source, models_of(home).default(), read_picture), target)
    print(target)
    return 0
