"""The frame around the benchmarks; they themselves are too slow, and timings are no reason for a test to fail."""

from __future__ import annotations

import json

import pytest

from tests.benchmarks import __main__ as program
from tests.benchmarks.figures import at_least, at_most, exactly, fact, percentile

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
