"""`python -m studio screenshot`: the real window, drawn without a screen, on the user's data."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from studio.cli_parsing import Commands
from studio.request.errors import BadInput, Trouble
from studio.request.geometry import Size
from studio.settings.paths import Home

LEAST, MOST = Size(640, 400), Size(7680, 4320)


def add_parser(commands: Commands) -> None:
    """Adds `screenshot` to the command line."""
    parser = commands.add_parser("screenshot", help="draw the window to a file, without a screen")
    parser.add_argument("file", help="the PNG to write")
    parser.add_argument("--size", default="1440x900", metavar="WxH", help="size of the window in pixels")
    parser.add_argument("--workspace", default="canvas", choices=["canvas", "gallery", "models"], help="what it shows")
    parser.set_defaults(command=run)


def run(options: argparse.Namespace, home: Home) -> int:
    """Builds the window, puts the newest picture of the gallery on its canvas, draws it and prints the path."""
    size = _size(options.size)
    target = Path(options.file)
    if target.suffix.lower() != ".png":
        raise BadInput(f"A screenshot is a PNG; {target.name!r} is not.", "Write file.png.")
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    os.environ.setdefault("QT_SCALE_FACTOR", "1")  # the size is what was asked for, whatever the window's own is

    from studio.app import Studio
    from studio.ui.screenshot import grab

    studio = Studio(home, working=False)
    try:
        for newest in studio.gallery.recent(1):
            studio.open(newest.path)
        studio.window.go_to(["canvas", "gallery", "models"].index(options.workspace))
        image = grab(studio.window, size)
        target.parent.mkdir(parents=True, exist_ok=True)
        if not image.save(str(target)):
            raise Trouble(f"The screenshot {target} could not be written.", "Is the folder writable?")
    finally:
        studio.close()
    print(target)
    return 0


def _size(text: str) -> Size:
    try:
        width, height = (int(part) for part in text.lower().split("x"))
    except ValueError:
        raise BadInput(f"--size {text!r} is not a size.", "Write width x height in pixels: 1280x720.") from None
    if not (LEAST.width <= width <= MOST.width and LEAST.height <= height <= MOST.height):
        raise BadInput(f"A window of {width} x {height} cannot be drawn.", f"Choose one from {LEAST} to {MOST}.")
    return Size(width, height)
