"""Captions, slots, and how words meet the library."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

from studio.pipelines.closed_form_words import (
    AttributeHead,
    log_prior,
    match_table,
    read_off,
    slots_from_config,
    slots_to_config,
    split_prior,
)
from studio.training.scenes.draw import draw_scene
from studio.training.scenes.scene import Scene, Thing
from studio.training.words.captions import caption, describe
from studio.training.words.slots import SLOTS, attributes, encode, numbers

NAMES = [slot.name for slot in SLOTS]


def wish(says: dict[str, str]) -> torch.Tensor:
    """(1, T) log-probabilities of a head that is sure of what was said."""
    asked = numbers(says)
    rows: list[torch.Tensor] = []
    for slot, value in zip(SLOTS, asked, strict=True):
        row = torch.full((slot.classes,), 1e-6)
        row[int(value)] = 1.0
        rows.append((row / row.sum()).log())
    return torch.cat(rows)[None]


def test_captions_say_only_what_is_true() -> None:
    rng = np.random.default_rng(0)
    for _ in range(400):
        scene = draw_scene(rng)
        description = describe(scene, rng)
        assert description.text.strip()
        assert description.says.items() <= attributes(scene).items(), description
        numbers(description.says)


def test_captions_vary_and_repeat_with_their_seed() -> None:
    scene = draw_scene(np.random.default_rng(3))
    texts = {caption(scene, np.random.default_rng(seed)) for seed in range(40)}
    assert len(texts) > 35
    assert caption(scene, np.random.default_rng(5)) == caption(scene, np.random.default_rng(5))


def test_a_mentioned_thing_is_in_the_text() -> None:
    scene = Scene("sea", "night", "flat", things=(Thing("lighthouse", "red", position="left"),))
    rng = np.random.default_rng(2)
    for _ in range(60):
        description = describe(scene, rng, noise=False)
        named = any(word in description.text.lower() for word in ("lighthouse", "beacon", "light tower"))
        assert named == (description.says.get("lighthouse.present") == "present")


def test_items_hold_their_attributes_in_the_order_of_the_slots() -> None:
    item = encode(Scene("sea", "night", "ink", "fog", "pink", (Thing("boat", "blue", 2, "right", "far"),)))
    value = {slot.name: (slot.values[n - 1] if n else None) for slot, n in zip(SLOTS, item, strict=True)}
    assert value["place"] == "sea"
    assert value["hue"] == "pink"
    assert value["boat.colour"] == "blue"
    assert value["boat.count"] == "two"
    assert value["house.present"] == "absent"
    assert value["house.colour"] is None


def test_slots_survive_a_models_config() -> None:
    assert slots_from_config(json.loads(json.dumps(slots_to_config(SLOTS)))) == SLOTS


ITEMS = {
    "asked": Scene("sea", "night", "flat", things=(Thing("boat", "red", position="left"),)),
    "blue": Scene("sea", "night", "flat", things=(Thing("boat", "blue", position="left"),)),
    "empty": Scene("sea", "night", "flat"),
    "day": Scene("sea", "noon", "flat", things=(Thing("boat", "red", position="left"),)),
    "ink": Scene("sea", "night", "ink", things=(Thing("boat", "red", position="left"),)),
    "desert": Scene("desert", "night", "flat"),
}
LIBRARY = torch.from_numpy(np.stack([encode(scene) for scene in ITEMS.values()]))


def test_the_prior_prefers_what_was_asked_and_the_common_where_nothing_was() -> None:
    said = {"place": "sea", "time": "night", "boat.present": "present", "boat.colour": "red"}
    scores = dict(zip(ITEMS, log_prior(wish(said), LIBRARY, SLOTS)[0].tolist(), strict=True))
    assert scores["asked"] == max(scores.values())
    assert scores["asked"] > -3
    assert scores["blue"] < scores["asked"] - 3
    assert scores["empty"] < scores["blue"]
    assert scores["desert"] == min(scores.values())
    assert scores["ink"] < scores["asked"] - 5, "flat unless another style is asked for"


def test_parts_of_the_prior_add_up() -> None:
    wishes = torch.cat([wish({"place": "sea"}), wish({"boat.colour": "red", "style": "ink"})])
    table = match_table(LIBRARY, SLOTS)
    parts = split_prior(wishes, table, SLOTS)
    assert set(parts) >= {"", "boat", "house", "moon"}
    torch.testing.assert_close(sum(parts.values()), log_prior(wishes, LIBRARY, SLOTS))
    assert parts["boat"][1, 1] < parts["boat"][1, 0]


def test_a_library_of_another_world_is_refused() -> None:
    with pytest.raises(ValueError, match="attributes"):
        match_table(LIBRARY[:, :5], SLOTS)


def test_the_head_reads_the_strongest_token_in_any_order_and_any_number_of_chunks() -> None:
    torch.manual_seed(0)
    head = AttributeHead(16, SLOTS)
    states = torch.randn(1, 77, 16)
    shuffled = states[:, torch.randperm(77)]
    torch.testing.assert_close(head(states), head(shuffled))
    twice = torch.cat([states, torch.zeros(1, 77, 16)], 1)
    assert head(twice).shape == (1, sum(slot.classes for slot in SLOTS))
    sums = torch.stack([part.exp().sum(-1) for part in head(states).split([s.classes for s in SLOTS], 1)])
    torch.testing.assert_close(sums, torch.ones_like(sums))


def test_nothing_said_is_read_as_nothing() -> None:
    head = AttributeHead(16, SLOTS)
    with torch.no_grad():
        head.evidence.weight.zero_()
        head.evidence.bias.fill_(-3.0)
    assert read_off(head(torch.randn(2, 77, 16)), SLOTS) == [{}, {}]
    with torch.no_grad():
        place = NAMES.index("place")
        head.evidence.bias[sum(slot.classes for slot in SLOTS[:place]) + 2] = 5.0
    assert read_off(head(torch.randn(1, 77, 16)), SLOTS) == [{"place": SLOTS[place].values[1]}]
