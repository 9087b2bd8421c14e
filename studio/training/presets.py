"""How large a run is."""

from __future__ import annotations

from dataclasses import dataclass

from studio.request.errors import BadInput
from studio.training.library import COMBINATIONS, Amounts
from studio.training.words.teach import Lesson


@dataclass(frozen=True)
class Preset:
    """codec_shards: of whole scenes, 208 each, for the codec; leaves: dead-leaves pictures for it; decoder_steps: of 16
    crops; amounts: of grounds and things; combinations: of place, time and style, 416 are all; lesson: for the words;
    prompts: on the sample sheet."""

    codec_shards: int
    scenes_in_shard: int
    leaves: int
    decoder_steps: int
    amounts: Amounts
    combinations: int
    lesson: Lesson
    prompts: int


PRESETS = {
    # to see that everything works: a minute
    "tiny": Preset(
        codec_shards=1,
        scenes_in_shard=12,
        leaves=12,
        decoder_steps=12,
        amounts=Amounts(grounds=1, scenes=1, rounds=1, copies=1, gaps=0, tinted=0),
        combinations=10,
        lesson=Lesson(width=48, layers=1, heads=2, captions=600, steps=40, batch=32, checkpoint_every=20),
        prompts=2,
    ),
    # what ships: about an hour on one quiet core
    "cpu": Preset(
        codec_shards=10,
        scenes_in_shard=208,
        leaves=600,
        decoder_steps=6000,
        amounts=Amounts(),
        combinations=len(COMBINATIONS),
        lesson=Lesson(),
        prompts=64,
    ),
}


def find_preset(name: str) -> Preset:
    """Raises BadInput, naming the known ones, if there is none of that name."""
    if name in PRESETS:
        return PRESETS[name]
    raise BadInput(
        f"There is no preset called {name!r}.", f"Choose one of {', '.join(PRESETS)}, refiner, gpu, gpu-rehearsal."
    )
