"""Stable Diffusion XL and its finetunes."""

from __future__ import annotations

from studio.pipelines.unets import TwoEncoders

ADAPTER = TwoEncoders()
