"""A request's words are made final once: the seed decides, tags become weights, a second time changes nothing."""

from __future__ import annotations

import numpy as np

from studio.prompts.resolving import wildcard_lines
from studio.prompts.wording import Vocabulary, worded
from studio.request.family import ModelReference
from studio.request.geometry import Size
from studio.request.pixels import Pixels
from studio.request.request import Attachment, GenerationRequest, Prompt, Region
from studio.request.sampling import Algorithm, Sampler


def request(prompt, negative="", seed=5, **changes):
    return GenerationRequest(
        model=ModelReference(family="x", name="x"),
        prompt=Prompt.plain(prompt),
        negative=Prompt.plain(negative),
        size=Size(64, 64),
        steps=3,
        guidance=5.0,
        sampler=Sampler(Algorithm.EULER),
        seed=seed,
        **changes,
    )


def test_plain_words_are_the_very_same_request():
    plain = request("a (red:1.2) fox, [cat:dog:0.5] BREAK snow", "fog")
    assert worded(plain, Vocabulary()) is plain


def test_tags_become_attachments_and_what_was_typed_stays(tmp_path):
    (tmp_path / "place.txt").write_text("snow")
    words = Vocabulary(wildcard_lines(tmp_path), lambda kind, name: f"{kind}-{name}")
    typed = "a fox in __place__ <lora:ink:0.8> <embed:mood> # mine"
    found = worded(request(typed, "<lora:ink:0.5>blur"), words)
    assert (found.prompt.text, found.prompt.raw) == ("a fox in snow mood", typed)
    assert found.negative.text == "blur"
    assert found.attachments == (
        Attachment(kind="lora", name="ink", weight=0.5, digest="lora-ink"),
        Attachment(kind="embedding", name="mood", digest="embedding-mood"),
    )
    assert worded(found, words) is found


def test_a_weight_beyond_sense_is_held_back():
    assert worded(request("<lora:ink:99>"), Vocabulary()).attachments[0].weight == 4


def test_the_seed_decides():
    texts = {worded(request("{a|b|c|d}", seed=seed), Vocabulary()).prompt.text for seed in range(30)}
    assert texts == {"a", "b", "c", "d"}
    assert worded(request("{a|b|c|d}"), Vocabulary()) == worded(request("{a|b|c|d}"), Vocabulary())


def region(prompt, **changes):
    return Region(mask=Pixels(np.full((64, 64, 1), 255, np.uint8)), prompt=Prompt.plain(prompt), **changes)


def test_a_lora_in_the_words_of_a_region_is_on_there_only():
    """What the whole picture wears is on everywhere; a region may have another weight of it; words are for all."""
    words = "a fox <lora:ink:0.8>"
    parts = (
        region(f"a hill <lora:oil:0.5> <embed:mood>, {words}", negative=Prompt.plain("fog # mine")),
        region(f"a lake <lora:ink:0.2>, {words}"),
    )
    found = worded(request(words, regions=parts), Vocabulary())
    assert [(each.kind, each.name, each.weight) for each in found.attachments] == [
        ("lora", "ink", 0.8),
        ("embedding", "mood", 1.0),
    ]
    first, second = found.regions
    assert first.attachments == (Attachment(kind="lora", name="oil", weight=0.5),)
    assert second.attachments == (Attachment(kind="lora", name="ink", weight=0.2),)
    assert (first.prompt.text, first.negative.text) == ("a hill mood, a fox", "fog")
    assert worded(found, Vocabulary()) is found


def test_of_tags_that_name_the_same_weights_the_last_counts():
    found = worded(request("a fox <lora:Ink:0.5> <lora:ink:0.8>"), Vocabulary())
    assert [(each.name, each.weight) for each in found.attachments] == [("ink", 0.8)]
