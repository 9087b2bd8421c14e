"""Weights that a request lays over a model are found again, or it is said which are not here or do not fit."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.library.families import family
from studio.library.models import Models
from studio.request.errors import BadInput, Trouble
from studio.request.request import Attachment
from tests.library.weights import safetensors

LORA = "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn2_to_k.lora_{}.weight"


def lora(width: int) -> dict[str, list[int]]:
    return {LORA.format("down"): [4, width], LORA.format("up"): [320, 4]}


def test_found_by_name_in_any_case(tmp_path: Path) -> None:
    path = safetensors(tmp_path / "Ink Style.safetensors", lora(768))
    models = Models([tmp_path])
    assert models.attached(Attachment(kind="lora", name="ink style"), family("sd15")) == path


def test_one_that_came_after_the_last_look_is_found(tmp_path: Path) -> None:
    models = Models([tmp_path])
    models.refresh()
    path = safetensors(tmp_path / "late.safetensors", lora(768))
    assert models.attached(Attachment(kind="lora", name="late"), family("sd15")) == path


def test_one_that_is_not_here_or_does_not_fit_is_named(tmp_path: Path) -> None:
    safetensors(tmp_path / "ink.safetensors", lora(2048))
    models = Models([tmp_path])
    with pytest.raises(Trouble, match="The LoRA 'gone' is not on this machine"):
        models.attached(Attachment(kind="lora", name="gone"), family("sd15"))
    with pytest.raises(BadInput, match="for Stable Diffusion XL; it does not fit"):
        models.attached(Attachment(kind="lora", name="ink"), family("sd15"))


def test_of_two_with_one_name_that_of_the_family_is_taken(tmp_path: Path) -> None:
    safetensors(tmp_path / "a" / "ink.safetensors", lora(768))
    path = safetensors(tmp_path / "b" / "ink.safetensors", lora(2048))
    assert Models([tmp_path]).attached(Attachment(kind="lora", name="ink"), family("sdxl")) == path
