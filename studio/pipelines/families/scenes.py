"""The embedded model's family: the layout of Stable Diffusion 1.5."""

from __future__ import annotations

from studio.pipelines.unets import OneEncoder

ADAPTER = OneEncoder()
