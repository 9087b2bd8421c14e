"""Chroma: a smaller FLUX.1 schnell with real guidance, reading T5."""

from __future__ import annotations

from studio.library.flow_family import flow_family
from studio.request.family import Way

FAMILY = flow_family(
    id="chroma",
    title="Chroma",
    steps=35,
    guidance=5.0,
    tiny_decoder="madebyollin/taef1",
    ways=(Way(trait="flash", title="Flash", steps=12, guidance=1.0),),
)
