"""python -m tests.benchmarks.make_judge: teaches the judge of model_quality and puts it beside this file.

Some forty minutes on one core. It learns from renderings that nothing else was made from, as they leave the codec of
the model that ships; make it again when the world, the renderer or the codec changes.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import torch

from studio.library.models import Models
from studio.training.judge import Evidence, save_judge, train_judge
from studio.training.progress import Progress
from studio.training.scenes.shards import make_shards, read_shard
from studio.training.words.slots import encode
from tests.benchmarks.model_quality import JUDGE
from tests.benchmarks.quality_library import Sources, sources_of

SEED = 5017  # of no library, codec or exam
SHARDS = 20  # of 208 pictures


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.make_judge")
    parser.add_argument("--work", type=Path, default=Path(".training/judge"), help="where renderings are kept")
    parser.add_argument("--shards", type=int, default=SHARDS)
    parser.add_argument("--steps", type=int, default=2200)
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    evidence = gather(options.work, options.shards, sources_of(Models([]).default()))
    progress = Progress("Judge", options.steps)
    judge = train_judge(evidence, options.steps, report=lambda step, _steps, loss: progress(step, f"loss {loss:.3f}"))
    save_judge(judge, JUDGE)
    return 0


def gather(work: Path, shards: int, codec: Sources) -> Evidence:
    """Renderings, made if they are not there yet, through the codec."""
    progress = Progress("Renderings", shards)
    pictures: list[np.ndarray] = []
    scenes, boxes = [], []
    for number in range(shards):
        make_shards(work, [number], SEED)
        shard = read_shard(work, number)
        pictures.append(codec.round_trip(shard.pictures))
        scenes += shard.scenes
        boxes += shard.boxes
        progress(number + 1)
    return Evidence(np.concatenate(pictures), np.stack([encode(scene) for scene in scenes]), boxes)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
