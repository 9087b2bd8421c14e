"""Scenes and their pictures."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from studio.training.scenes.draw import OFTEN, draw_scene, draw_thing, possible
from studio.training.scenes.render import dimensions, render, render_with_boxes
from studio.training.scenes.scene import Scene, Thing, from_json, to_json
from studio.training.scenes.shards import COMBINATIONS, make_shard, make_shards, read_shard, scene_of, shards_in
from studio.training.scenes.world import KINDS, PLACES, STYLES, TIMES, WEATHERS

LAKE = Scene("lake", "sunset", "flat", things=(Thing("boat", "red", position="left"), Thing("sun", position="right")))


def test_the_same_seed_gives_the_same_bytes_and_another_one_another_picture() -> None:
    assert np.array_equal(render(LAKE, 96, 3), render(LAKE, 96, 3))
    assert not np.array_equal(render(LAKE, 96, 3), render(LAKE, 96, 4))


@pytest.mark.parametrize(
    ("ratio", "expected"), [(1.0, (128, 128)), (2 / 3, (128, 192)), (3 / 2, (192, 128)), (16 / 9, (228 // 8 * 8, 128))]
)
def test_a_picture_comes_in_the_size_and_ratio_asked_for(ratio: float, expected: tuple[int, int]) -> None:
    width, height = dimensions(128, ratio)
    assert (width, height) == expected
    assert render(LAKE, 128, 0, ratio).shape == (height, width, 3)


@pytest.mark.parametrize("place", PLACES)
def test_every_place_can_be_painted_at_every_time(place: str) -> None:
    pictures = [render(Scene(place, time, "flat"), 64, 1) for time in TIMES]
    assert all(picture.std() > 8 for picture in pictures)
    assert pictures[TIMES.index("night")].mean() < 0.6 * pictures[TIMES.index("noon")].mean()


@pytest.mark.parametrize("style", STYLES)
def test_every_style_makes_another_picture_of_the_same_scene(style: str) -> None:
    picture = render(replace(LAKE, style=style), 96, 2)
    others = [render(replace(LAKE, style=other), 96, 2) for other in STYLES if other != style]
    assert all(np.abs(picture.astype(int) - other).mean() > 2 for other in others)


@pytest.mark.parametrize("weather", WEATHERS)
def test_weather_shows(weather: str) -> None:
    clear = render(Scene("meadow", "noon", "flat"), 96, 2)
    changed = np.abs(render(Scene("meadow", "noon", "flat", weather), 96, 2).astype(int) - clear).mean()
    assert changed == 0 if weather == "clear" else changed > 2


@pytest.mark.parametrize("kind", [kind.name for kind in KINDS])
def test_every_thing_shows_where_its_box_is(kind: str) -> None:
    place = next((p for p in PLACES if OFTEN[p].get(kind)), next(p for p in PLACES if possible(kind, p)))
    thing = draw_thing(np.random.default_rng(0), kind, ["left"])
    time = "night" if kind in ("moon", "stars", "aurora", "lanterns") else "noon"
    without = Scene(place, time, "flat")
    bare = render_with_boxes(without, 128, 5, side=-1.0)
    rendering = render_with_boxes(replace(without, things=(thing,)), 128, 5, side=-1.0)
    assert kind in rendering.boxes
    left, top, right, bottom = (round(128 * edge) for edge in rendering.boxes[kind])
    changed = np.abs(rendering.picture.astype(int) - bare.picture).max(-1) > 12
    assert changed[top:bottom, left:right].any()


@pytest.mark.parametrize(
    ("position", "low", "high"), [("left", 0.0, 0.45), ("centre", 0.35, 0.65), ("right", 0.55, 1.0)]
)
@pytest.mark.parametrize("kind", ["house", "castle", "pine", "balloon", "sun"])
def test_things_stand_where_they_are_said_to(kind: str, position: str, low: float, high: float) -> None:
    scene = Scene("hills", "noon", "flat", things=(Thing(kind, position=position),))
    left, _, right, _ = render_with_boxes(scene, 96, 7).boxes[kind]
    assert low <= (left + right) / 2 <= high


def test_a_red_house_is_red_and_a_blue_one_blue() -> None:
    def wall(colour: str) -> np.ndarray:
        scene = Scene("meadow", "noon", "flat", things=(Thing("house", colour, position="centre"),))
        rendering = render_with_boxes(scene, 128, 3)
        left, top, right, bottom = (round(128 * edge) for edge in rendering.boxes["house"])
        return rendering.picture[(top + bottom) // 2 : bottom, left:right].reshape(-1, 3).mean(0)

    red, blue = wall("red"), wall("blue")
    assert red[0] > blue[0] + 20
    assert blue[2] > red[2] + 20


def test_a_mirrored_scene_is_the_mirrored_picture_with_left_for_right() -> None:
    mirrored = LAKE.mirrored()
    boat = mirrored.thing("boat")
    assert boat is not None
    assert boat.position == "right"
    assert mirrored.mirrored() == LAKE
    # the grain of the paper stays as it is
    assert np.abs(render(mirrored, 96, 3)[:, ::-1].astype(int) - render(LAKE, 96, 3)).mean() < 3


def test_a_scene_survives_json() -> None:
    scene = draw_scene(np.random.default_rng(8))
    assert from_json(to_json(scene)) == scene


def test_drawn_scenes_keep_what_was_given() -> None:
    rng = np.random.default_rng(1)
    for _ in range(40):
        scene = draw_scene(rng, style="ink", kinds=("boat", "castle"))
        assert scene.style == "ink"
        assert scene.thing("boat")
        assert scene.thing("castle")
        assert all(possible(thing.kind, scene.place) for thing in scene.things)
    with pytest.raises(ValueError, match="boat"):
        draw_scene(rng, place="desert", kinds=("boat",))


def test_a_set_goes_once_through_every_place_time_and_style_before_it_repeats() -> None:
    first = [scene_of(0, number)[0] for number in range(len(COMBINATIONS))]
    assert {(scene.place, scene.time, scene.style) for scene in first} == set(COMBINATIONS)
    assert scene_of(0, 3) == scene_of(0, 3)
    assert scene_of(0, 3) != scene_of(1, 3)


def test_shards_are_the_same_again_and_only_missing_ones_are_made(tmp_path: Path) -> None:
    make_shards(tmp_path, [0, 1], pictures=3, size=64)
    before = (tmp_path / "s0001.npy").stat().st_mtime_ns
    (tmp_path / "s0000.json").unlink()
    make_shards(tmp_path, [0, 1], pictures=3, size=64)
    assert (tmp_path / "s0001.npy").stat().st_mtime_ns == before
    assert shards_in(tmp_path) == [0, 1]
    kept, made = read_shard(tmp_path, 0), make_shard(0, 0, 3, 64)
    assert np.array_equal(kept.pictures, made.pictures)
    assert kept.scenes == made.scenes
    assert kept.boxes == made.boxes


def test_the_renderer_needs_no_qt_and_no_torch() -> None:
    code = "import sys, studio.training.scenes.shards; print({'torch', 'PySide6', 'diffusers'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path.cwd())
    assert done.stdout.strip() == "set()"
