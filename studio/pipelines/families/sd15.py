"""Stable Diffusion 1.x."""

from __future__ import annotations

from studio.pipelines.unets import OneEncoder

ADAPTER = OneEncoder()
