"""Words that our world does not know. They are strewn into captions so that the encoder learns to pass over them."""

from __future__ import annotations

import numpy as np

PRAISE = (
    "beautiful", "beautiful sky", "dramatic", "highly detailed", "masterpiece", "4k", "8k",
    "trending on artstation", "digital art", "artwork", "wallpaper", "peaceful", "quiet", "lonely", "scenic",
    "dreamy", "best quality", "stunning", "cozy", "cinematic", "award winning", "romantic", "magical", "calm",
    "relaxing", "serene", "epic", "vibrant", "soft light", "nostalgic", "high resolution", "sharp focus",
    "concept art", "lovely", "pretty", "amazing", "fantasy", "studio ghibli", "hdr", "ultra detailed",
    "children's book", "background", "scenery", "landscape", "nature", "view", "panorama", "art", "image",
)  # fmt: skip
STRANGERS = (
    "a dragon", "a robot", "a cat", "my grandmother", "a dog", "a unicorn", "a spaceship", "two people",
    "a woman", "an old man", "a bicycle", "a car", "a train", "a horse", "a bowl of ramen", "a teapot",
    "a guitar", "an astronaut", "neon lights", "street lights", "cozy lights", "warm lights", "a waterfall",
    "a volcano", "dramatic sky", "water", "a wizard", "the queen", "a piano", "coffee", "a king",
    "children playing", "a fox", "a bear", "a knight", "a whale", "a dinosaur", "a chair", "a portrait",
    "a couple dancing", "a duck", "a hat", "a smiling face", "butterflies", "a deer", "an owl", "a rabbit",
    "a motorcycle", "a zebra", "a statue", "a skeleton", "a pumpkin", "a strawberry",
)  # fmt: skip
OPENINGS = (
    "a picture of", "an image of", "paint", "draw", "show me", "i want", "please paint", "imagine", "a view of",
    "a scene with", "there is", "a beautiful picture of", "create", "make", "a painting of", "an illustration of",
    "art of", "illustration:", "a lovely scene:", "a photo of",
)  # fmt: skip
_GENERAL = """
time world people hand part child eye woman life work week case point company number group problem fact great
new good first last long own old same able early young important few public bad different very just also back
after use how our even want because any these give most us is was are be have has had do does did say get make
go know take see come think look find tell ask feel try leave call quiet dream story music song summer spring
joy love memory hope shadow texture depth contrast perspective composition detail lens camera film frame style
mood feeling gentle bold strange ancient modern hidden secret lost empty endless golden silver crystal velvet
whisper breeze wind warm cold cool wide narrow deep simple complex perfect elegant graceful delicate intricate
ornate rustic charming whimsical surreal abstract geometric symmetric mysterious haunting festive holiday travel
journey adventure explore wander sleeping running standing sitting walking flying swimming reading cooking
smiling laughing
"""
GENERAL = tuple(_GENERAL.split())


def filler(rng: np.random.Generator) -> str:
    """A few words that say nothing about a scene."""
    kind = rng.random()
    if kind < 0.40:
        return PRAISE[int(rng.integers(len(PRAISE)))]
    if kind < 0.58:
        return STRANGERS[int(rng.integers(len(STRANGERS)))]
    if kind < 0.80:
        return " ".join(GENERAL[int(i)] for i in rng.integers(0, len(GENERAL), int(rng.integers(1, 4))))
    return gibberish(rng)


def gibberish(rng: np.random.Generator) -> str:
    """A word that nobody knows, made of syllables: names of artists and places look like this to the tokenizer."""
    syllables = (
        ("".join(("bcdfghjklmnprstvwz"[int(rng.integers(18))], "aeiouy"[int(rng.integers(6))])))
        for _ in range(int(rng.integers(1, 4)))
    )
    return "".join(syllables) + ("", "n", "r", "s", "ck", "ton", "ing")[int(rng.integers(7))]
