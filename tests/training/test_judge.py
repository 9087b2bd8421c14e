"""The judge and the exam, on a few tiny lessons; how well the shipped one judges is in tests/benchmarks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from studio.training.exam import grade, group_of, questions, seen, visible
from studio.training.judge import (
    Evidence,
    Judge,
    load_judge,
    maps_of,
    marks,
    save_judge,
    to_tensor,
    train_judge,
    verdicts,
)
from studio.training.scenes.render import render_with_boxes
from studio.training.scenes.scene import Scene
from studio.training.scenes.world import KINDS
from studio.training.words.slots import SLOTS, attributes, encode


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    """Sixteen pictures in which night and noon are all there is to tell."""
    scenes = [Scene("sea" if n % 4 < 2 else "desert", "night" if n % 2 else "noon", "flat") for n in range(16)]
    rendered = [render_with_boxes(scene, 256, n) for n, scene in enumerate(scenes)]
    pictures = np.stack([rendering.picture for rendering in rendered])
    return Evidence(pictures, np.stack([encode(scene) for scene in scenes]), [dict(r.boxes) for r in rendered])


def test_a_judge_learns_and_is_the_same_again(evidence: Evidence, tmp_path: Path) -> None:
    losses: list[float] = []
    judge = train_judge(evidence, steps=6, batch=4, report=lambda _step, _steps, loss: losses.append(loss))
    assert losses[-1] < losses[0]
    again = train_judge(evidence, steps=6, batch=4)
    for one, other in zip(judge.state_dict().values(), again.state_dict().values(), strict=True):
        assert torch.equal(one, other)
    save_judge(judge, tmp_path / "judge.safetensors")
    assert (tmp_path / "judge.safetensors").stat().st_size < 2_000_000
    kept = load_judge(tmp_path / "judge.safetensors")
    with torch.inference_mode():
        pictures = to_tensor(evidence.pictures[:2])
        torch.testing.assert_close(kept(pictures)[0], judge(pictures)[0], atol=0.05, rtol=0.05)


def test_verdicts_have_a_value_for_every_slot() -> None:
    found = verdicts(Judge().eval(), np.zeros((2, 128, 128, 3), np.uint8))
    assert len(found) == 2
    assert found[0].keys() == {slot.name for slot in SLOTS}
    for slot in SLOTS:
        assert found[0][slot.name] in (*slot.values, *(("none",) if slot.name == "hue" else ()))


def test_boxes_become_maps() -> None:
    maps = maps_of([{"house": (0.5, 0.5, 0.75, 1.0)}, {}])
    house = [kind.name for kind in KINDS].index("house")
    assert maps[0, house].nonzero().min(0).values.tolist() == [8, 8]
    assert maps[0, house].nonzero().max(0).values.tolist() == [15, 11]
    assert maps[1].sum() == 0
    assert maps.sum() == maps[0, house].sum()


def test_a_missing_thing_has_no_right_details() -> None:
    asked = {"time": "night", "house.present": "present", "house.colour": "red"}
    there = {"time": "night", "house.present": "present", "house.colour": "red"}
    gone = {**there, "house.present": "absent"}
    assert marks(asked, there) == {"time": True, "house.present": True, "house.colour": True}
    assert marks(asked, gone) == {"time": True, "house.present": False, "house.colour": False}


def test_questions_are_the_same_again_and_answered_by_their_own_scenes() -> None:
    asked = questions(20)
    assert [q.prompt for q in asked] == [q.prompt for q in questions(20)]
    for question in asked:
        assert {"place", "time"} <= question.asked.keys()
        assert sum(name.endswith(".present") for name in question.asked) >= 2
    grades = grade(asked, [attributes(question.scene) for question in asked])
    assert grades.overall == 1.0
    assert grades.share("place") == 1.0
    nothing = grade(asked, [{} for _ in asked])
    assert nothing.overall == 0.0


def test_a_scene_that_the_library_holds_is_noticed() -> None:
    question = questions(1)[0]
    other = encode(Scene("desert", "noon", "ink"))
    assert seen(question, np.stack([other, encode(question.scene)]))
    assert not seen(question, other[None])


@pytest.mark.parametrize(
    ("name", "group"), [("time", "time"), ("house.present", "objects"), ("boat.colour", "colours")]
)
def test_every_attribute_has_its_heading(name: str, group: str) -> None:
    assert group_of(name) == group


def test_what_a_rendering_hides_is_not_asked_of_it() -> None:
    question = questions(4)[3]  # tents in a city: the renderer has no place for them
    asked = visible(question).asked
    assert "tent.present" in question.asked
    assert "tent.present" not in asked
    assert {"place", "time", "bridge.present", "moon.present"} <= asked.keys()


def test_a_mirror_does_not_change_the_verdict(evidence: Evidence) -> None:
    judge = train_judge(evidence, steps=2, batch=4)
    pictures = evidence.pictures[:2]
    seen, mirrored = verdicts(judge, pictures), verdicts(judge, pictures[:, :, ::-1])
    for one, other in zip(seen, mirrored, strict=True):
        for name, value in one.items():
            if name.endswith(".position"):
                value = {"left": "right", "right": "left"}.get(value, value)
            assert other[name] == value
