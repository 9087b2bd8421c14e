"""Tiny models on disk, made once, and pipelines that keep them warm."""

from __future__ import annotations

import pytest
import torch

from studio.pipelines.warm import warm_up
from tests.pipelines import tiny

warm_up()
torch.set_num_threads(1)


@pytest.fixture(scope="session")
def shelf(tmp_path_factory):
    """A folder with one model of each family, by family id."""
    root = tmp_path_factory.mktemp("models")
    return {
        "sd15": tiny.model(tiny.save_sd15(root / "small"), "sd15"),
        "sdxl": tiny.model(tiny.save_sdxl(root / "large"), "sdxl"),
        "scenes": tiny.model(tiny.save_scenes(root / "scenes"), "scenes"),
    }


@pytest.fixture(scope="session")
def sd15(shelf):
    return shelf["sd15"]


@pytest.fixture(scope="session")
def scenes(shelf):
    return shelf["scenes"]


@pytest.fixture(scope="session")
def warm(shelf):
    """One pipeline with all of them, as the worker has it."""
    return tiny.pipeline_of(*shelf.values())
