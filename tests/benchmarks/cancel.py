"""How fast a cancel is: for the artist, and until the worker is free again, wherever the job happens to be.

Cancels are given at many moments of each stage of a job; a step is what one step of the same model takes undisturbed.
"""

from __future__ import annotations

import os
import time
from itertools import pairwise
from pathlib import Path

from studio.request.events import Cancelled, Event, Loading, Made, Step
from studio.request.family import Model
from tests.benchmarks.figures import Figures, at_most, fact, median, percentile
from tests.benchmarks.mini import ask_for, make_mini, model_in
from tests.benchmarks.running import Outcome, Running, running, wait

MS = 1000
FRAME = 16.7  # milliseconds
STAGES = {  # what the event says that begins it
    "loading": lambda event: isinstance(event, Loading) and event.what.startswith("Reading the denoiser"),
    "encoding": lambda event: isinstance(event, Loading) and "prompt" in event.what,
    "denoising": lambda event: isinstance(event, Step),
    "decoding": lambda event: isinstance(event, Loading) and "Decoding" in event.what,
}


def run(quick: bool) -> Figures:
    folder = make_mini(Path(os.environ["SFUMATO_HOME"]) / "bench" / "mini", small=quick)
    model = model_in(folder)
    times = 4 if quick else 10
    found: dict[str, list[Cancel]] = {}
    with running(folder.parent, threads=1) as studio:
        studio.until_ready()
        found["loading"] = [cancelled(studio, model, "loading", 0.02 * number) for number in range(times)]
        whole = studio.make(ask_for(model, "all of it"))
        lengths = stage_lengths(whole)
        for stage in ("encoding", "denoising", "decoding"):
            delays = [lengths[stage] * (number + 0.5) / times for number in range(times)]
            found[stage] = [cancelled(studio, model, stage, delay) for delay in delays]
        after = after_a_cancel(studio, model)
    step = lengths["denoising"]
    figures: Figures = {"step": fact(step * MS, "ms"), "decoding": fact(lengths["decoding"] * MS, "ms")}
    figures["window_answers"] = at_most(max(each.answer for many in found.values() for each in many) * MS, FRAME, "ms")
    for stage, many in found.items():
        free = [each.free for each in many if each.free is not None]
        figures[f"free_in_{stage}"] = at_most(percentile(free, 0.95) * MS if free else 0.0, step / 8 * MS, "ms")
        figures[f"free_in_{stage}_median"] = fact(median(free) * MS if free else 0.0, "ms")
        figures[f"cancels_in_{stage}"] = fact(len(free))
    figures["cancel_to_first_event_of_the_next_job"] = fact(after * MS, "ms")
    return figures


class Cancel:
    """answer: seconds until the window knows. free: until the worker is; None when the job was over before."""

    def __init__(self, answer: float, free: float | None) -> None:
        self.answer = answer
        self.free = free


def cancelled(studio: Running, model: Model, stage: str, delay: float) -> Cancel:
    """Cancels `delay` seconds after the stage was heard to begin."""
    number = time.monotonic_ns()
    outcome = studio.submit(ask_for(model, f"{number}", negative=f"not {number}"))
    studio.until(lambda: outcome.job.over or any(STAGES[stage](event) for _, event in outcome.events))
    wait(delay)
    asked = time.monotonic()
    studio.engine.cancel(outcome.job)
    answer = time.monotonic() - asked
    assert outcome.job.over or outcome.job.cancelling
    studio.until(lambda: outcome.job.over)
    return Cancel(answer, outcome.ended - asked if isinstance(outcome.job.last, Cancelled) else None)


def stage_lengths(outcome: Outcome) -> dict[str, float]:
    """Seconds of each stage of an undisturbed job, a step standing for denoising."""
    events = outcome.events
    steps = [at for at, event in events if isinstance(event, Step)]
    step = median([later - earlier for earlier, later in pairwise(steps)])
    return {
        "encoding": max(0.01, steps[0] - when(events, STAGES["encoding"]) - step),
        "denoising": step,
        "decoding": when(events, lambda event: isinstance(event, Made)) - when(events, STAGES["decoding"]),
    }


def when(events: list[tuple[float, Event]], wanted: object) -> float:
    assert callable(wanted)
    return next(at for at, event in events if wanted(event))


def after_a_cancel(studio: Running, model: Model) -> float:
    """Seconds from the cancel of one job to the first word of the one behind it."""
    first, second = (studio.submit(ask_for(model, f"{words} of two")) for words in ("one", "the other"))
    studio.until(lambda: any(isinstance(event, Step) for _, event in first.events))
    asked = time.monotonic()
    studio.engine.cancel(first.job)
    studio.until(lambda: any(isinstance(event, Loading | Step) for _, event in second.events))
    began = next(at for at, event in second.events if isinstance(event, Loading | Step))
    studio.engine.cancel(second.job)
    studio.until(lambda: second.job.over)
    return began - asked
