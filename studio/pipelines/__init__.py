"""Requests to pictures: the only room that knows torch. Importing it costs nothing; `warm_up` takes seconds."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from studio.library.models import Models
from studio.library.timelines import Timelines
from studio.pipelines.warm import go_offline, rest_while_waiting, warm_up
from studio.request.pipeline import Pipeline

if TYPE_CHECKING:
    from studio.pipelines.facts import DeviceReport

__all__ = ["describe_device", "make_pipeline", "warm_up"]


def make_pipeline(
    models: Models,
    memory: str = "automatic",
    previews: bool = True,
    timelines: Timelines | None = None,
    needs: Path | None = None,
    kernels: Path | None = None,
) -> Pipeline:
    """The studio's pipeline on the best device of this machine.

    memory: "automatic", or "low" to stay on a leaner plan than needed. previews: whether steps carry pictures.
    timelines: where the steps of pictures are kept; None keeps none. needs: the file that remembers how much memory
    models were measured to take. kernels: the one that remembers what computes
    them fastest; what is compiled is kept beside it.
    """
    if kernels is not None:
        os.environ.setdefault("TORCHINDUCTOR_CACHE_DIR", str(kernels.parent / "compiled"))
    warm_up()
    from studio.pipelines.devices import best_device
    from studio.pipelines.needs import Needs
    from studio.pipelines.remembered import Remembered
    from studio.pipelines.studio_pipeline import StudioPipeline

    low = memory == "low"
    return StudioPipeline(
        models,
        best_device(),
        low_memory=low,
        previews=previews,
        timelines=timelines,
        needs=Needs(needs),
        kernels=Remembered(kernels),
    )


def describe_device() -> DeviceReport:
    """What pictures are made on. The first call imports torch; later ones take microseconds."""
    go_offline()
    rest_while_waiting()
    from studio.pipelines import facts

    return facts.describe_device()
