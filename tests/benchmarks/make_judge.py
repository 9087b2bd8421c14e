"""python -m tests.benchmarks.make_judge: teaches the judge of model_quality and puts it beside this file.

About an hour on one quiet core. It learns from renderings that nothing else was made from (`judge_lessons`), half of
them as they leave the codec of the model that ships; make it again when the world, the renderer or the codec changes.

The judge that lies here was taught 2,200 steps on common scenes first, then 1,150 on these lessons.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np
import torch

from studio.library.models import Models
from studio.training.judge import Evidence, save_judge, train_judge
from studio.training.progress import Progress
from studio.training.scenes.painter import Bounds
from studio.training.scenes.render import render_with_boxes
from studio.training.words.slots import encode
from tests.benchmarks.judge_lessons import lesson
from tests.benchmarks.model_quality import JUDGE
from tests.benchmarks.quality_library import Sources, sources_of

PART = 104  # renderings in a file
PARTS = 41


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.make_judge")
    parser.add_argument("--work", type=Path, default=Path(".training/judge"), help="where renderings are kept")
    parser.add_argument("--parts", type=int, default=PARTS)
    parser.add_argument("--steps", type=int, default=3300)
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    evidence = gather(options.work, options.parts, sources_of(Models([]).default()))
    progress = Progress("Judge", options.steps)
    judge = train_judge(evidence, options.steps, report=lambda step, _steps, loss: progress(step, f"loss {loss:.3f}"))
    save_judge(judge, JUDGE)
    return 0


def gather(work: Path, parts: int, codec: Sources) -> Evidence:
    """Renderings, made if they are not there yet, every other file of them through the codec."""
    progress = Progress("Renderings", parts)
    work.mkdir(parents=True, exist_ok=True)
    pictures: list[np.ndarray] = []
    attributes: list[np.ndarray] = []
    boxes: list[dict[str, Bounds]] = []
    for number in range(parts):
        place = work / f"{number:03d}.npz"
        if not place.exists():
            _make(place, number, codec)
        with np.load(place) as kept:
            pictures.append(kept["pictures"])
            attributes.append(kept["attributes"])
            boxes += json.loads(str(kept["boxes"]))
        progress(number + 1)
    return Evidence(np.concatenate(pictures), np.concatenate(attributes), boxes)


def _make(place: Path, number: int, codec: Sources) -> None:
    drawn = [lesson(PART * number + index) for index in range(PART)]
    rendered = [render_with_boxes(scene, 256, seed) for scene, seed in drawn]
    pictures = np.stack([each.picture for each in rendered])
    if number % 2 == 0:
        pictures = codec.round_trip(pictures)
    boxes = json.dumps([dict(each.boxes) for each in rendered])
    part = place.with_suffix(".part.npz")
    np.savez(part, pictures=pictures, attributes=np.stack([encode(scene) for scene, _ in drawn]), boxes=boxes)
    part.replace(place)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
