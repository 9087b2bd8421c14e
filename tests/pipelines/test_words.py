"""Prompts: any length, nothing dropped, remembered, both as long as the longer one."""

from __future__ import annotations

import pytest
import torch

from studio.pipelines.adapters import Asked
from studio.pipelines.conditioning import Conditioning
from studio.pipelines.loaded import load
from studio.pipelines.unets import OneEncoder, TwoEncoders, distilled_guidance
from studio.pipelines.words import REMEMBERED, emphasised
from studio.request.geometry import Size
from tests.pipelines import tiny

LONG = "lighthouse at dawn, " * 20  # tiny's vocabulary is letters: hundreds of tokens


@pytest.fixture(scope="module")
def small(sd15):
    return load(sd15, tiny.PROCESSOR, tiny.Notes())


@pytest.fixture(scope="module")
def large(shelf):
    return load(shelf["sdxl"], tiny.PROCESSOR, tiny.Notes())


@pytest.fixture(autouse=True)
def no_gradients():
    with torch.inference_mode():
        yield


def asked(prompt, negative, **changes):
    return Asked(**{"prompt": prompt, "negative": negative, "canvas": Size(64, 64), **changes})


def tokens(text):
    return len(tiny.tokenizer()(text, add_special_tokens=False, verbose=False).input_ids)


@pytest.mark.parametrize("letters", [0, 1, 74, 75, 76, 150, 151, 400])
def test_long_prompts_are_chunks_of_75_tokens_strung_together(letters, small):
    text = " ".join("x" * letters)
    assert tokens(text) == letters
    chunks = max(1, -(-letters // 75))
    assert small.readers[0].encoded(text).hidden_states.shape == (1, 77 * chunks, 32)


def test_each_chunk_is_encoded_as_if_it_stood_alone(small):
    reader = small.readers[0]
    text = " ".join("ab" * 50)
    whole = reader.encoded(text).hidden_states
    first, second = (reader.encoded(" ".join(part)).hidden_states for part in (("ab" * 50)[:75], ("ab" * 50)[75:]))
    assert torch.allclose(whole, torch.cat((first, second), dim=1), atol=1e-6)


@pytest.mark.parametrize(("prompt", "negative"), [(LONG, "fog"), ("fog", LONG), ("", ""), (LONG, "")])
def test_prompt_and_negative_are_equally_long(prompt, negative, small, large):
    for adapter, loaded in ((OneEncoder(), small), (TwoEncoders(), large)):
        found = adapter.condition(loaded.readers, asked(prompt, negative, options=loaded.options))
        longest = max(-(-max(1, tokens(text)) // 75) for text in (prompt, negative))
        assert found.hidden_states.shape[:2] == (2, 77 * longest)
        assert found.guided


def test_without_guidance_there_is_no_negative_row(small):
    found = OneEncoder().condition(small.readers, asked("a", None))
    assert found.hidden_states.shape[0] == 1
    assert not found.guided


def test_an_empty_negative_prompt_of_a_large_model_is_nothing_when_it_was_taught_so(large):
    adapter, size = TwoEncoders(), Size(96, 64)
    taught = adapter.condition(
        large.readers, asked("a", "", canvas=size, options={"force_zeros_for_empty_prompt": True})
    )
    assert not taught.hidden_states[0].any()
    assert not taught.added["text_embeds"][0].any()
    assert taught.hidden_states[1].any()
    assert taught.added["time_ids"].tolist() == [[64, 96, 0, 0, 64, 96]] * 2
    said = adapter.condition(large.readers, asked("a", "", canvas=size))
    assert said.hidden_states[0].any()


def test_a_batch_repeats_negative_rows_before_positive_ones():
    rows = torch.tensor([0.0, 1.0]).view(2, 1, 1)
    repeated = Conditioning(hidden_states=rows, added={"x": rows}, guided=True).repeated(3)
    assert repeated.hidden_states.flatten().tolist() == [0, 0, 0, 1, 1, 1]
    assert repeated.added["x"].flatten().tolist() == [0, 0, 0, 1, 1, 1]


def test_prompts_are_remembered_but_not_without_end(sd15):
    reader = load(sd15, tiny.PROCESSOR, tiny.Notes()).readers[0]
    first = reader.encoded("zero")
    assert reader.encoded("zero") is first
    for number in range(REMEMBERED):
        reader.encoded(str(number))
    assert not reader.knows("zero")
    assert reader.knows(str(REMEMBERED - 1))


@pytest.mark.parametrize("text", ["日本の灯台", "🌊" * 30, "\x00\n\t", "<|endoftext|> a", "a" * 10_000])
def test_anything_typed_can_be_encoded(text, small):
    assert small.readers[0].encoded(text).hidden_states.isfinite().all()


def test_the_scale_of_a_model_that_was_taught_it_are_waves():
    waves = distilled_guidance(1.0, 9, torch.zeros(1, dtype=torch.float32))
    assert waves.shape == (1, 9)
    assert waves[0].tolist() == [0, 0, 0, 0, 1, 1, 1, 1, 0]


def test_weights_scale_what_their_words_say(small):
    reader = small.readers[0]
    even, strong = (reader.encoded(text).hidden_states for text in ("a red fox", "a (red:1.5) fox"))
    ratio = (strong / even).mean(-1)[0]  # start, a, r, e, d, f...: tiny's vocabulary is letters
    assert torch.allclose(ratio[2:5] / ratio[1], torch.full((3,), 1.5), rtol=1e-3)
    assert torch.allclose(ratio[5:] / ratio[1], torch.ones(72), rtol=1e-3)
    assert torch.equal(reader.encoded("a (red:1.0) fox").hidden_states, even)


def test_weights_keep_the_mean_of_each_window():
    states = torch.rand(2, 77, 8) + 1
    weights = torch.ones(2, 77)
    weights[0, 5] = 3
    found = emphasised(states, weights)
    assert torch.allclose(found.mean((1, 2)), states.mean((1, 2)))
    assert torch.equal(found[1], states[1])


def test_break_fills_a_window(small):
    assert small.readers[0].encoded("a BREAK b").hidden_states.shape == (1, 154, 32)
