"""`python -m studio worker`: the process where torch lives. The engine starts it, with pipes; it is not for people."""

from __future__ import annotations

import argparse
import os

from studio.engine.worker import serve
from studio.settings.paths import Home
from studio.shelves import describe, pipeline_of


def run_worker(arguments: list[str]) -> int:
    """Serves requests until the pipe to the program closes."""
    parser = argparse.ArgumentParser(prog="sfumato worker")
    parser.add_argument("--memory", default="automatic")
    parser.add_argument("--no-previews", action="store_true")
    parser.add_argument("--timelines", type=int, default=0, metavar="MEGABYTES")
    options = parser.parse_args(arguments)
    home = Home.find(os.environ)
    return serve(lambda: pipeline_of(home, options.memory, not options.no_previews, options.timelines), describe)
