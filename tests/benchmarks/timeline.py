"""Time travel: how fast a picture's steps are scrubbed through in the real window, and what keeping them costs.

CPU milliseconds of the window's thread; room on disk of a 512 × 512 picture as the embedded model's family makes it.
"""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

import numpy as np
from PySide6.QtWidgets import QApplication

from studio.document.document import Document
from studio.library.pictures import read_picture
from studio.library.timelines import Timelines, Trace, encoded, worth_keeping
from studio.prompts.history import PromptHistory
from studio.request.events import Made, Picture
from studio.request.geometry import Size
from studio.request.pixels import Pixels
from studio.settings.settings import Settings
from studio.ui.preferences import Preferences
from studio.ui.theme import apply_theme
from studio.ui.timeline.strip import FINE
from studio.ui.timeline.wiring import Timeline
from studio.ui.window import Furnishing, MainWindow
from tests.benchmarks.figures import Figures, at_least, at_most, fact, median, percentile
from tests.ui.fakes import SCENES_MODEL, FakeEngine, FakeModels

MS = 1000
STEPS = 24
SIDE = 512
WINDOWS = {"1080p": (1920, 1080), "4k": (3840, 2160)}


def run(quick: bool) -> Figures:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = QApplication.instance() or QApplication([])
    apply_theme(app, "dark")
    trace = denoising()
    figures: Figures = {}
    with tempfile.TemporaryDirectory() as folder:
        timelines = Timelines(Path(folder) / "timelines", 1_000_000_000)
        kept(figures, trace)
        window, timeline, request = opened(Path(folder), timelines, trace)
        for name, size in WINDOWS.items():
            window.resize(*size)
            app.processEvents()
            window.page.canvas.fit()
            scrub(figures, name, app, timeline, 1 if quick else 4)
        opening(figures, timelines, request, 3 if quick else 20)
        window.close()
    return figures


def kept(figures: Figures, trace: Trace) -> None:
    """What the worker does after a picture, off the sampler's path."""
    before = time.process_time()
    data = encoded(trace, "weights")
    figures["keeping"] = fact((time.process_time() - before) * MS, "ms CPU a picture")
    figures["kept_steps"] = fact(len(trace.latents), f"of {STEPS} steps with latents")
    figures["kept_bytes_512"] = at_most(len(data) / 1e6, 2, "MB")


def scrub(figures: Figures, name: str, app: QApplication, timeline: Timeline, rounds: int) -> None:
    """From the first frame to the last in small moves of the hand; each is painted."""
    strip = timeline.bar.strip
    strip.go_to(0)
    app.processEvents()
    cpu: list[float] = []
    wall: list[float] = []
    for _ in range(rounds):
        for value in range(0, strip.maximum(), FINE // 4):
            begun, spent = time.perf_counter(), time.thread_time()
            strip.setValue(value)
            timeline.window_.page.canvas.repaint()
            app.processEvents()
            cpu.append((time.thread_time() - spent) * MS)
            wall.append((time.perf_counter() - begun) * MS)
    figures[f"scrubbing_{name}"] = at_least(MS / max(median(wall), 1e-6), 20, "frames a second")
    figures[f"scrubbing_{name}_cpu"] = fact(median(cpu), "ms a frame")
    figures[f"scrubbing_{name}_p95"] = fact(percentile(wall, 0.95), "ms a frame")


def opening(figures: Figures, timelines: Timelines, request: object, rounds: int) -> None:
    times: list[float] = []
    for _ in range(rounds):
        spent = time.process_time()
        found = timelines.find(request)
        assert found is not None
        times.append((time.process_time() - spent) * MS)
    figures["finding"] = fact(median(times), "ms CPU a picture")


def opened(folder: Path, timelines: Timelines, trace: Trace) -> tuple[MainWindow, Timeline, object]:
    """The window with a finished picture over the canvas."""
    engine, document = FakeEngine(), Document(SCENES_MODEL)
    document.change(prompt="a lake", size=Size(SIDE, SIDE), steps=STEPS)
    window = MainWindow(
        document,
        engine,
        FakeModels(),
        Preferences(Settings()),
        PromptHistory(folder / "prompts.json"),
        Furnishing(
            styles=(),
            read_picture=read_picture,
            gallery_folder=folder,
            make_gallery=window_part,
            make_models=window_part,
        ),
    )
    timeline = Timeline(window, timelines)
    window.show()
    window.deeds.generate()
    job = engine.jobs[0]
    request = job.request.single(0)
    timelines.keep(request, trace, "weights")
    picture = Picture(pixels=trace.frames[STEPS], request=request)
    engine.tell(job, Made(0, picture))
    engine.finish(job, picture)
    return window, timeline, request


def window_part() -> object:
    raise AssertionError("nobody looks at the gallery here")


def denoising() -> Trace:
    """Like a picture that comes out of noise: soft at first, then with detail."""
    random = np.random.default_rng(0)
    trace = Trace(total=STEPS)
    wanted = worth_keeping(STEPS, 2 * 8 * (SIDE // 8) ** 2, SIDE * SIDE)
    rows, columns = np.mgrid[0:SIDE, 0:SIDE]
    for step in range(1, STEPS + 1):
        fine = 24 * step / STEPS * np.sin(rows / 3 + columns / 5)
        coarse = 80 * np.sin(rows / 70 + step / 9) + 40 * np.cos(columns / 40)
        grain = random.normal(0, 40 * (1 - step / STEPS) + 4, (SIDE // 8, SIDE // 8)).repeat(8, 0).repeat(8, 1)
        channels = [coarse + fine + grain * share + 128 for share in (1.0, 0.7, -0.5)]
        trace.frames[step] = Pixels(np.clip(np.stack(channels, 2), 0, 255).astype(np.uint8))
        if step in wanted:
            trace.latents[step] = random.normal(size=(8, SIDE // 8, SIDE // 8)).astype(np.float16)
    return trace
