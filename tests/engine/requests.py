"""Requests for the fake pipeline."""

from __future__ import annotations

from typing import Any

from studio.request.family import ModelReference
from studio.request.geometry import Size
from studio.request.request import GenerationRequest, Prompt
from studio.request.sampling import Algorithm, Sampler


def ask(words: str = "", **changes: Any) -> GenerationRequest:
    """words: habits of the fake pipeline."""
    values: dict[str, Any] = {
        "model": ModelReference(family="fake", name="fake"),
        "prompt": Prompt.plain(words),
        "size": Size(64, 64),
        "steps": 3,
        "guidance": 1.0,
        "sampler": Sampler(Algorithm.EULER),
        "seed": 7,
    }
    return GenerationRequest(**{**values, **changes})
