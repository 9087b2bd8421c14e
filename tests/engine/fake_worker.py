"""A real worker process with a fake pipeline: python -m tests.engine.fake_worker [broken | crashing | once FILE]"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from studio.engine.worker import serve
from studio.request.errors import Trouble
from studio.request.pipeline import Pipeline
from tests.engine.fake_pipeline import Device, FakePipeline


def make_pipeline() -> Pipeline:
    match sys.argv[1:]:
        case ["broken"]:
            raise Trouble("There is no torch here.", "Run the installer again.")
        case ["crashing"]:
            os._exit(3)
        case ["once", flag] if not Path(flag).exists():
            Path(flag).touch()
            os._exit(3)
        case _:
            return FakePipeline()


if __name__ == "__main__":
    sys.exit(serve(make_pipeline, Device))
