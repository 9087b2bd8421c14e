"""What the studio adds to the networks themselves: a job against the same modules called bare, one after the other.

Both run in the same warm worker process on one thread, taking turns, previews on every step, pictures kept in a
gallery, every prompt a new one, so that nothing is remembered from an earlier job.
"""

from __future__ import annotations

import os
from itertools import count
from pathlib import Path

from studio.request.events import Step
from studio.request.family import Model
from tests.benchmarks.bench_worker import BARE
from tests.benchmarks.figures import Figures, at_most, fact, median, percentile
from tests.benchmarks.mini import ask_for, make_mini, model_in
from tests.benchmarks.running import Running, running

MS = 1000


def run(quick: bool) -> Figures:
    folder = make_mini(Path(os.environ["SFUMATO_HOME"]) / "bench" / "mini", small=quick)
    model = model_in(folder)
    with running(folder.parent, threads=1) as studio:
        studio.until_ready()
        for words in ("first", "second", f"{BARE} third"):
            studio.make(ask_for(model, words))
        return {**overhead(studio, model, 4 if quick else 6), **latency(studio, model, 10)}


def overhead(studio: Running, model: Model, pairs: int) -> Figures:
    numbers = count()
    whole: list[float] = []
    bare: list[float] = []
    cpu: list[float] = []
    steps = previews = 0
    for pair in range(pairs):
        for is_bare in (pair % 2 == 0, pair % 2 == 1):
            number = next(numbers)
            words = f"{BARE * is_bare} number {number}"
            outcome = studio.make(ask_for(model, words, negative=f"not {number}", seed=number))
            if is_bare:
                times = outcome.worker
                bare.append(times["ended"] - times["begun"])
                cpu.append(-times["cpu"])
            else:
                whole.append(outcome.seconds)
                cpu.append(outcome.worker["cpu"])
                shown = [event for _, event in outcome.events if isinstance(event, Step)]
                steps, previews = steps + len(shown), previews + sum(step.preview is not None for step in shown)
    bare_cpu = median([-seconds for seconds in cpu if seconds < 0])
    whole_cpu = median([seconds for seconds in cpu if seconds > 0])
    return {
        "overhead": at_most((median(whole) / median(bare) - 1) * 100, 3, "%"),
        "overhead_seconds": fact(median(whole) - median(bare), "s"),
        "overhead_of_the_best": fact((min(whole) / min(bare) - 1) * 100, "%"),
        "overhead_in_processor_time": fact((whole_cpu / bare_cpu - 1) * 100, "%"),
        "job": fact(median(whole), "s"),
        "bare": fact(median(bare), "s"),
        "steps_shown": fact(steps / pairs, "a job"),
        "previews_shown": fact(previews / pairs, "a job"),
    }


def latency(studio: Running, model: Model, jobs: int) -> Figures:
    """From submit to the first call of the denoiser, the words being known: reading those is the networks' work."""
    began: list[float] = []
    called: list[float] = []
    cpu: list[float] = []
    for number in range(jobs):
        outcome = studio.make(ask_for(model, "the same words", seed=number, steps=1))
        if number:
            began.append(outcome.worker["begun"] - outcome.submitted)
            called.append(outcome.worker["first_call"] - outcome.submitted)
            cpu.append(outcome.worker["cpu_before"])
    return {
        "submit_to_first_call": at_most(median(called) * MS, 15, "ms"),
        "submit_to_first_call_p95": fact(percentile(called, 0.95) * MS, "ms"),
        "processor_time_before_first_call": fact(median(cpu) * MS, "ms"),
        "submit_to_pipeline": fact(median(began) * MS, "ms"),
        "submit_to_pipeline_p95": fact(percentile(began, 0.95) * MS, "ms"),
    }
