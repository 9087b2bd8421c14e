"""Stable Diffusion 2.x: as 1.x, reading the last but one layer of OpenCLIP-H, which its files leave out the last of."""

from __future__ import annotations

from studio.pipelines.unets import OneEncoder

ADAPTER = OneEncoder()
