"""`python -m studio convert IN OUT`: any picture or document to any other, with layers where the format has them."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from studio.cli_parsing import Commands
from studio.document.files.opening import open_document, write_snapshot
from studio.document.files.pictures import USUAL, Colours, Kind, PictureOptions
from studio.document.files.snapshot import Snapshot
from studio.library.pictures import read_picture
from studio.request.errors import BadInput
from studio.settings.paths import Home
from studio.shelves import models_of
from studio.ui.documents.notes import notes_of


def add_parser(commands: Commands) -> None:
    """Adds `convert` to the command line."""
    parser = commands.add_parser("convert", help="a picture or document to another format")
    parser.add_argument("source", metavar="IN", help="a picture, or an OpenRaster document (.ora)")
    parser.add_argument("target", metavar="OUT", help="where to write it: .ora, .png, .jpg, .webp or .tif")
    parser.add_argument("--quality", type=int, default=USUAL.quality, metavar="1-100", help="of JPEG and WebP")
    parser.add_argument("--lossless", action="store_true", help="WebP without loss")
    packings = [packing for kind in Kind for packing in kind.packings]
    parser.add_argument("--compression", default="", choices=packings, help="of PNG (usual, fast, smallest) or TIFF")
    colours = [each.value for each in Colours]
    parser.add_argument("--colours", default=Colours.FULL.value, choices=colours, help="256 only in a PNG")
    parser.add_argument("--paper", default="", metavar="#rrggbb", help="shows through where it is transparent")
    parser.add_argument("--no-profile", action="store_true", help="without the colour profile of sRGB")
    parser.add_argument("--no-metadata", action="store_true", help="without the settings that made the picture")
    parser.set_defaults(command=run)


def run(options: argparse.Namespace, home: Home) -> int:
    """Opens the one, saves the other, and prints where it is."""
    source, target = Path(options.source), Path(options.target)
    if not source.exists():
        raise BadInput(f"There is no file {options.source!r}.")
    how = _options(options)
    document = open_document(source, models_of(home).default(), read_picture)
    write_snapshot(Snapshot.of(document), target, notes=notes_of(document.layers), options=how)
    print(target)
    return 0


def _options(options: argparse.Namespace) -> PictureOptions:
    if not 1 <= options.quality <= 100:
        raise BadInput(f"The quality {options.quality} cannot be used.", "Choose from 1 to 100.")
    if options.paper and not re.fullmatch("#[0-9a-fA-F]{6}", options.paper):
        raise BadInput(f"{options.paper!r} is no colour.", "Write it as #rrggbb: #ffffff is white.")
    return PictureOptions(
        quality=options.quality,
        lossless=options.lossless,
        packing=options.compression,
        colours=Colours(options.colours),
        paper=options.paper,
        profile=not options.no_profile,
        notes=not options.no_metadata,
    )
