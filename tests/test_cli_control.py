"""`generate --control`: what is typed becomes a picture as the network sees it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from studio.cli_control import controls_from, followers_from
from studio.library.models import Models
from studio.library.pictures import read_picture
from studio.request.errors import BadInput
from studio.request.geometry import Size
from studio.request.pixels import Pixels
from tests.ui.fakes import SCENES_MODEL

SIZE = Size(96, 64)


@pytest.fixture
def models(tmp_path):
    folder = tmp_path / "models"
    folder.mkdir()
    save_file(
        {
            "controlnet_cond_embedding.conv_in.weight": torch.zeros(16, 3, 3, 3),
            "down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k.weight": torch.zeros(320, 768),
        },
        folder / "control_canny.safetensors",
    )
    return Models([folder])


@pytest.fixture
def picture(tmp_path):
    array = np.full((128, 192, 3), 240, np.uint8)
    array[32:96, 48:144] = 10
    Image.fromarray(array).save(tmp_path / "box.png")
    return tmp_path / "box.png"


def test_a_picture_is_prepared_at_the_size_to_make(models, picture):
    typed = f"model=Control_Canny,picture={picture},preprocessor=canny,low=50,weight=0.8,end=0.6"
    (control,) = controls_from([typed], models, SCENES_MODEL, SIZE)
    assert (control.kind, control.name) == ("controlnet", "control_canny")
    assert (control.weight, control.start, control.end) == (0.8, 0, 0.6)
    assert dict(control.settings) == {"low": 50, "high": 200}
    assert control.picture.size == SIZE
    lines = control.picture.array[..., 0]
    assert set(np.unique(lines)) == {0, 255}
    assert 0.02 < (lines > 0).mean() < 0.1


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("canny", "is not a list of names and values"),
        ("model=control_canny", "names no picture"),
        ("picture=x.png", "names no model"),
        ("model=pose,picture={picture}", "no control called 'pose'.*Known are: control_canny"),
        ("model=control_canny,picture={picture},preprocessor=pose", "no preprocessor called 'pose'"),
        ("model=control_canny,picture={picture},weight=much", "weight='much' is not a number"),
        ("model=control_canny,picture={picture},weight=7", "weight of 7"),
        ("model=control_canny,picture={picture},low=7", "does not know 'low'"),
        ("model=control_canny,picture=nowhere.png", "nowhere.png"),
    ],
)
def test_what_cannot_be_used_is_named(typed, said, models, picture):
    with pytest.raises(BadInput, match=said):
        controls_from([typed.format(picture=picture)], models, SCENES_MODEL, SIZE)


@pytest.fixture
def looking():
    family = replace(SCENES_MODEL.family, controls=frozenset(("seen",)))
    return replace(SCENES_MODEL, family=family)


def test_without_weights_the_model_itself_looks_at_the_whole_picture(looking, models, picture):
    (control,) = controls_from([f"picture={picture}"], models, looking, Size(32, 96))
    assert (control.kind, control.name) == ("seen", "")
    assert control.picture == read_picture(picture)


def test_it_does_so_in_full_only(looking, models, picture):
    with pytest.raises(BadInput, match="always in full"):
        controls_from([f"picture={picture},weight=0.5"], models, looking, SIZE)


def test_for_a_folder_no_picture_means_each_of_them(models, picture):
    each, same = followers_from(
        ["model=control_canny,preprocessor=canny", f"model=control_canny,picture={picture}"], models, SCENES_MODEL
    )
    in_hand = Pixels(np.full((64, 64, 3), 77, np.uint8))
    assert not each.control(in_hand, SIZE).picture.array.any()  # no edges
    assert each.control(in_hand, SIZE).origin == in_hand.digest
    assert same.control(in_hand, SIZE).picture.array[32, 48, 0] < 20


def test_a_picture_of_another_shape_is_not_squeezed(models, tmp_path):
    wide = np.zeros((64, 192, 3), np.uint8)
    wide[:, 96 - 16 : 96 + 16] = 255  # a stripe half as wide as high
    Image.fromarray(wide).save(tmp_path / "wide.png")
    (control,) = controls_from([f"model=control_canny,picture={tmp_path / 'wide.png'}"], models, SCENES_MODEL, SIZE)
    assert (control.picture.array[32, :, 0] > 127).sum() == 32
