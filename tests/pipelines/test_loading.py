"""Models from disk: told while they are read, refused when they are not what they should be, kept warm."""

from __future__ import annotations

import gc
import json
import os
import pickle
import shutil
import socket
import weakref

import pytest
import torch
from safetensors.torch import load_file, save_file

from studio.pipelines.parts import CLASSES
from studio.pipelines.store import MOST_MODELS, Store
from studio.request.errors import Trouble
from studio.request.events import Loading
from tests.pipelines import tiny


@pytest.fixture
def folder(shelf, tmp_path):
    """A copy of a model that may be damaged."""
    return shutil.copytree(shelf["sd15"].path, tmp_path / "copy")


def run(folder, family="sd15"):
    model = tiny.model(folder, family)
    return tiny.pipeline_of(model).run(tiny.request(model, steps=1), tiny.Notes()).pictures[0].pixels


def test_reading_is_told_part_by_part_and_only_once(sd15):
    pipeline, notes, again = tiny.pipeline_of(sd15), tiny.Notes(), tiny.Notes()
    pipeline.run(tiny.request(sd15), notes)
    read = [event for event in notes.events if isinstance(event, Loading) and event.fraction is not None]
    assert [event.what for event in read] == [
        "Reading the text encoder",
        "Reading the denoiser",
        "Reading the picture codec",
    ]
    fractions = [event.fraction for event in read]
    assert fractions == sorted(fractions)
    assert all(0 <= fraction < 1 for fraction in fractions)
    pipeline.run(tiny.request(sd15), again)
    assert [event.what for event in again.events if isinstance(event, Loading)] == ["Decoding the picture"]


def test_nothing_is_asked_of_the_network(folder, monkeypatch):
    def connect(*_):
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", connect)
    assert run(folder)


@pytest.mark.parametrize(
    ("part", "entry"),
    [
        ("unet", ["os", "system"]),
        ("unet", ["diffusers", "FluxTransformer2DModel"]),
        ("vae", ["evil_package", "AutoencoderKL"]),
        ("text_encoder", [None, None]),
        ("unet", "not a list"),
        ("unet", None),
    ],
)
def test_a_part_of_an_unknown_kind_is_refused_before_anything_is_read(part, entry, folder):
    index = json.loads((folder / "model_index.json").read_text())
    (folder / "model_index.json").write_text(json.dumps({**index, part: entry}))
    model, notes = tiny.model(folder, "sd15"), tiny.Notes()
    with pytest.raises(Trouble, match="not known here"):
        tiny.pipeline_of(model).run(tiny.request(model), notes)
    assert notes.events == []


def test_the_list_of_classes_is_short_and_ours():
    assert {library for library, _ in CLASSES} == {"diffusers", "transformers", "studio.pipelines.closed_form"}


class Evil:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


@pytest.mark.parametrize("name", ["diffusion_pytorch_model.bin", "model.ckpt", "weights.pt"])
def test_a_pickle_is_refused_and_never_opened(name, folder, tmp_path):
    (folder / "unet" / "diffusion_pytorch_model.safetensors").unlink()
    (folder / "unet" / name).write_bytes(pickle.dumps(Evil(tmp_path / "pwned")))
    with pytest.raises(Trouble, match="pickle"):
        run(folder)
    assert not (tmp_path / "pwned").exists()


def test_a_pickle_beside_safetensors_is_not_looked_at(folder, tmp_path):
    (folder / "unet" / "diffusion_pytorch_model.bin").write_bytes(pickle.dumps(Evil(tmp_path / "pwned")))
    assert run(folder)
    assert not (tmp_path / "pwned").exists()


@pytest.mark.parametrize(
    ("file", "part"), [("unet/diffusion_pytorch_model", "unet"), ("text_encoder/model", "text_encoder")]
)
def test_missing_weights_are_counted_not_replaced_by_noise(file, part, folder):
    path = folder / f"{file}.safetensors"
    weights = load_file(path)
    save_file(dict(list(weights.items())[:-2]), path, metadata={"format": "pt"})
    with pytest.raises(Trouble, match=rf"The {part} of the model copy is incomplete: 2 of its weights"):
        run(folder)


@pytest.mark.logs
@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: os.truncate(folder / "unet" / "diffusion_pytorch_model.safetensors", 5000),
        lambda folder: (folder / "vae" / "diffusion_pytorch_model.safetensors").write_bytes(b"nonsense" * 100),
        lambda folder: (folder / "vae" / "diffusion_pytorch_model.safetensors").unlink(),
        lambda folder: (folder / "unet" / "config.json").write_text("{"),
        lambda folder: (folder / "model_index.json").write_text("[]"),
        lambda folder: (folder / "model_index.json").write_text("{"),
        lambda folder: (folder / "scheduler" / "scheduler_config.json").unlink(),
        lambda folder: shutil.rmtree(folder / "tokenizer"),
        lambda folder: shutil.rmtree(folder / "vae"),
    ],
)
def test_damage_is_one_clear_sentence(damage, folder):
    damage(folder)
    with pytest.raises(Trouble, match=r"(missing|damaged)") as caught:
        run(folder)
    assert caught.value.remedy


def test_a_model_that_went_away_is_named(folder):
    model = tiny.model(folder, "sd15")
    shutil.rmtree(folder)
    with pytest.raises(Trouble, match="copy is no longer where it was"):
        tiny.pipeline_of(model).run(tiny.request(model), tiny.Notes())


def test_a_half_precision_variant_is_read_when_there_is_nothing_else(folder):
    path = folder / "unet" / "diffusion_pytorch_model.safetensors"
    weights = {name: weight.half() for name, weight in load_file(path).items()}
    save_file(weights, folder / "unet" / "diffusion_pytorch_model.fp16.safetensors", metadata={"format": "pt"})
    path.unlink()
    assert run(folder)


def test_a_model_replaced_on_disk_is_read_anew(folder, tmp_path):
    model = tiny.model(folder, "sd15")
    pipeline = tiny.pipeline_of(model)
    before = pipeline.run(tiny.request(model), tiny.Notes()).pictures[0].pixels
    shutil.rmtree(folder)
    tiny.save_sd15(folder, seed=1)
    os.utime(folder / "model_index.json", ns=(1, 1))
    assert pipeline.run(tiny.request(model), tiny.Notes()).pictures[0].pixels != before


def test_models_stay_warm_and_the_one_not_used_for_longest_goes_altogether(tmp_path):
    models = [tiny.model(tiny.save_sd15(tmp_path / f"m{number}", seed=number), "sd15") for number in range(4)]
    store = Store(tiny.PROCESSOR)
    gone = weakref.ref(store.get(models[0], tiny.Notes()))
    for model in models[1:]:
        store.get(model, tiny.Notes())
    assert store.count == MOST_MODELS
    gc.collect()
    assert gone() is None
    warm = store.get(models[1], tiny.Notes())
    for _ in range(20):
        store.get(models[2], tiny.Notes())
        assert store.get(models[1], tiny.Notes()) is warm
    assert store.count == MOST_MODELS


@pytest.mark.logs
def test_too_little_main_memory_is_said_after_letting_go_of_the_others(sd15, monkeypatch):
    attempts = []

    def load(*_):
        attempts.append(1)
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 4 bytes")

    store = Store(tiny.PROCESSOR)
    store.get(sd15, tiny.Notes())
    monkeypatch.setattr("studio.pipelines.store.load", load)
    other = tiny.model(sd15.path.parent / "scenes", "scenes")
    with pytest.raises(Trouble, match="not enough memory to read the model scenes"):
        store.get(other, tiny.Notes())
    assert len(attempts) == 2
    assert store.count == 0


def test_weights_are_frozen_and_in_evaluation_mode(sd15):
    loaded = Store(tiny.PROCESSOR).get(sd15, tiny.Notes())
    for network in loaded.networks:
        assert not network.training
        assert not any(weight.requires_grad for weight in network.parameters())
        assert {weight.dtype for weight in network.parameters()} == {torch.float32}
