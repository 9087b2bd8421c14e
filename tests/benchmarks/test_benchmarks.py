"""The frame around the benchmarks, and that what they build still stands.

They themselves are too slow, and timings are no reason for a test to fail.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import diffusers
import pytest

from studio.library.timelines import Timelines
from studio.pipelines.parts import read_index, read_schedule
from tests.benchmarks import __main__ as program
from tests.benchmarks import (
    cancel,
    canvas,
    engine_overhead,
    gallery,
    gpu,
    memory,
    models,
    responsiveness,
    second_start,
    startup,
    timeline,
)
from tests.benchmarks.figures import at_least, at_most, exactly, fact, percentile
from tests.pipelines import tiny, tiny_flow

CONTRACT = {"startup", "second_start", "first_picture", "engine_overhead", "cancel", "responsiveness", "memory"}


def test_they_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert program.main([]) == 0
    assert set(capsys.readouterr().out.split()) >= CONTRACT


def test_one_json_object_is_printed(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.benchmarks.startup.run", lambda quick: {"a": at_most(2, 1, "s"), "quick": fact(quick)})
    assert program.main(["startup", "--quick"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert list(said) == ["benchmark", "figures", "machine", "versions"]
    assert said["figures"]["a"] == {"value": 2.0, "unit": "s", "goal": "<= 1", "met": False}
    assert said["figures"]["quick"]["value"] == 1.0
    assert said["versions"]["torch"]


def test_goals() -> None:
    assert [figure["met"] for figure in (at_most(1, 1, ""), at_least(1, 2, ""), exactly(True, True), fact(3))] == [
        True,
        False,
        True,
        None,
    ]
    assert percentile([3, 1, 2], 0.99) == 3


PARTS = sorted(path.stem for path in program.FOLDER.glob("*.py") if not path.stem.startswith(("_", "test_")))


@pytest.mark.parametrize("name", PARTS)
def test_each_finds_what_it_needs_in_the_studio(name: str) -> None:
    importlib.import_module(f"tests.benchmarks.{name}")


@pytest.fixture
def in_a_thread(monkeypatch: pytest.MonkeyPatch, qapp) -> None:
    """The worker beside the tests, which have torch in memory already: a process of its own takes its time to start.

    For that reason diffusers alone is left out, and nobody waits until the worker has rested.
    """
    monkeypatch.setattr("tests.benchmarks.running.isolation", "thread")
    monkeypatch.setattr("tests.benchmarks.memory.RESTED", 0.1)
    monkeypatch.setattr("tests.benchmarks.memory.peak_of_plain", lambda folder, request: 1e9)


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # of diffusers, called bare
@pytest.mark.parametrize(
    ("benchmark", "expected"),
    [
        (engine_overhead, {"overhead", "job", "bare", "submit_to_first_call", "previews_shown"}),
        (cancel, {"window_answers", *(f"free_in_{stage}" for stage in cancel.STAGES)}),
        (memory, {"peak_against_plain_diffusers", "growth_over_10_jobs", "growth_over_6_model_switches"}),
    ],
)
def test_the_engine_is_measured(benchmark: ModuleType, expected: set[str], in_a_thread: None) -> None:
    figures = benchmark.run(True)
    assert expected <= set(figures)
    for name, figure in figures.items():
        assert isinstance(figure["value"], float), name
        difference = figure["unit"] == "%" or name == "overhead_seconds" or "free_in_" in name or "cancels_in_" in name
        assert figure["value"] > 0 or difference, name


def test_gaps_of_the_window_are_measured() -> None:
    figures = responsiveness.run(True)
    assert figures["finished"]["met"]
    assert figures["gap_worst"]["value"] >= figures["gap_p99"]["value"] > 0
    assert {f"{phase}_ticks" for phase in responsiveness.PHASES} - {"loading_ticks"} <= set(figures)


def test_the_program_that_is_started_paints_its_window_and_ends() -> None:
    start = startup.one_start()
    assert start["cpu"] > 0
    assert start["heavy"] == []


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_the_window_of_the_timeline_opens(themed_app, tmp_path: Path) -> None:
    timelines = Timelines(tmp_path / "timelines", 1_000_000_000)
    window, shown, request = timeline.opened(tmp_path, timelines, timeline.denoising())
    assert window.isVisible()
    assert shown.bar.strip.maximum() > 0
    assert timelines.find(request) is not None
    window.document.undo_stack.setClean()
    assert window.close()


def test_the_canvas_opens(themed_app) -> None:
    shown = canvas.shown(canvas.large(512), (640, 400))
    assert shown.isVisible()
    canvas.strokes({}, "small", shown, 3)
    shown.close()


def test_the_gallery_is_filled_shown_and_searched(tmp_path: Path) -> None:
    gallery._measure("fill", tmp_path, 40)
    assert gallery._library(40, gallery._measure("view", tmp_path, 40), gallery._measure("search", tmp_path, 40))


def test_weights_are_written_recognised_and_shown(themed_app, tmp_path: Path) -> None:
    models._fill(tmp_path / "weights", 30)
    assert models._recognised(tmp_path, 30)["files"]["value"] == 30


def test_the_second_start_goes_through_the_installer(tmp_path: Path) -> None:
    place = second_start.ready_place(tmp_path)
    command = [os.path.realpath(program.sys.executable), "installer/bootstrap.py", "run", "--version"]
    done = subprocess.run(command, cwd=place.root, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.fixture
def themed_app(qapp):
    from studio.ui.theme import apply_theme

    apply_theme(qapp, "dark")
    return qapp


@pytest.mark.filterwarnings("ignore:.*FluxPosEmbed:FutureWarning")
@pytest.mark.parametrize("family", ["sd15", "flux"])
def test_a_graphics_card_would_be_measured(family: str, tmp_path: Path) -> None:
    """Rehearsed on the processor with tiny models; memory is said to be 0 there."""
    save = {"sd15": tiny.save_sd15, "flux": tiny_flow.save_flux}[family]
    folder = save(tmp_path / family)
    case = next(each for each in gpu.CASES if each.family == family)
    case = replace(case, side=64, steps=3, room=10**9)
    parts = {
        name: part
        for name, part in diffusers.DiffusionPipeline.from_pretrained(folder).components.items()
        if part is not None and name != "scheduler"
    }
    parts |= {"index": read_index(folder), "schedule": read_schedule(folder)}
    figures = gpu.measured(case, tiny.PROCESSOR, parts, 1)
    assert figures[f"{family}_64_studio_step"]["value"] > 0
    assert figures[f"{family}_64_diffusers_picture"]["value"] > 0
    assert figures[f"{family}_64_peak_in_1_gb"]["met"]


def test_without_a_graphics_card_it_is_refused_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    with pytest.raises(SystemExit, match="There is no graphics card"):
        gpu.run(True)
