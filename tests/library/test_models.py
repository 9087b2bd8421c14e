"""Models are found and recognised without loading them; what cannot be used is listed with the reason."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from studio.library.digests import Digests
from studio.library.index import Index
from studio.library.models import Models
from studio.library.recognition.recognise import recognise
from studio.request.errors import BadInput, Trouble
from studio.request.family import ModelReference
from studio.request.geometry import Size
from tests.library.weights import SD15, SDXL, diffusers_folder, safetensors


@pytest.fixture(autouse=True)
def _no_embedded_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studio.library.models.resource", lambda *parts: tmp_path.joinpath("embedded", *parts))


def test_single_files_and_folders_are_recognised_by_their_headers(tmp_path: Path) -> None:
    safetensors(tmp_path / "sub" / "Dream.safetensors", SD15)
    safetensors(tmp_path / "Big.safetensors", SDXL, dtype="BF16")
    diffusers_folder(tmp_path / "plain")
    diffusers_folder(tmp_path / "large", "StableDiffusionXLPipeline")
    models = Models([tmp_path]).all()
    assert [(model.title, model.family.id) for model in models] == [
        ("Big", "sdxl"),
        ("Dream", "sd15"),
        ("large", "sdxl"),
        ("plain", "sd15"),
    ]
    assert recognise(tmp_path / "Big.safetensors").precision == "bf16"


def test_a_model_describes_itself(tmp_path: Path) -> None:
    folder = diffusers_folder(tmp_path / "embedded" / "models" / "scenes-1")
    (folder / "sfumato.json").write_text(
        json.dumps(
            {
                "title": "Scenes",
                "family": "scenes",
                "about": "Landscapes.",
                "examples": ["a sea", 3],
                "defaults": {"size": [256, 192], "steps": 9, "guidance": 1.5, "sampler": "Euler"},
            }
        )
    )
    safetensors(tmp_path / "a" / "AAA.safetensors", SD15)
    models = Models([tmp_path / "a"])
    model = models.default()
    assert model.title == "Scenes"
    assert model.family.id == "scenes"
    assert model.examples == ("a sea",)
    assert (model.defaults.size, model.defaults.steps, model.defaults.guidance) == (Size(256, 192), 9, 1.5)
    assert [each.title for each in models.all()] == ["Scenes", "AAA"], "embedded models come first"


@pytest.mark.logs
@pytest.mark.parametrize("text", ["{", "[]", '{"defaults": {"sampler": "none such"}}', '{"defaults": {"size": [1]}}'])
def test_a_bad_description_costs_only_itself(tmp_path: Path, text: str) -> None:
    folder = diffusers_folder(tmp_path / "plain")
    (folder / "sfumato.json").write_text(text)
    models = Models([tmp_path])
    titles = [model.title for model in models.all()] + [other.path.name for other in models.others]
    assert titles == ["plain"]


def test_models_are_found_by_name_title_path_and_reference(tmp_path: Path) -> None:
    path = safetensors(tmp_path / "Dream.safetensors", SD15)
    models = Models([tmp_path])
    model = models.named("dream")
    assert models.find(model.reference) is model
    assert Models([]).named(str(path)) == model
    with pytest.raises(BadInput, match="Known are: Dream"):
        models.named("nightmare")
    with pytest.raises(Trouble, match="'gone' is not on this machine"):
        models.find(ModelReference(family="sd15", name="gone"))
    with pytest.raises(Trouble, match="no model"):
        Models([tmp_path / "missing"]).default()


def test_a_renamed_model_is_found_by_its_digest(tmp_path: Path) -> None:
    digests = Digests(Index(tmp_path / "cache" / "models.db"))
    path = safetensors(tmp_path / "m" / "old.safetensors", SD15)
    digest = digests.of(path)
    new = path.rename(path.with_name("new.safetensors"))
    assert Digests(Index(tmp_path / "cache" / "models.db")).known(path) == ""
    digests.of(new)
    models = Models([tmp_path / "m"], Index(tmp_path / "cache" / "models.db"))
    assert models.find(ModelReference(family="sd15", name="old", digest=digest)).title == "new"


@pytest.mark.parametrize(
    ("shapes", "kind", "word"),
    [
        ({"lora_unet_down.lora_up.weight": [320, 4]}, "lora", "LoRA"),
        ({"decoder.conv_in.weight": [512, 4, 3, 3]}, "vae", "codec"),
        (
            {"double_blocks.0.img_attn.norm.key_norm.scale": [128], "vector_in.in_layer.weight": [3072, 768]},
            "diffusion",
            "T5-XXL text encoder",
        ),
        ({"emb_params": [4, 768]}, "embedding", "embedding"),
        ({"something": [1]}, "unknown", "not known"),
        ({**SD15, "model.diffusion_model.input_blocks.0.0.weight": [320, 8, 3, 3]}, "checkpoint", "edit"),
        ({key: value for key, value in SD15.items() if "cond" not in key}, "checkpoint", "text encoder"),
    ],
)
def test_what_is_not_usable_says_why(tmp_path: Path, shapes: dict[str, list[int]], kind: str, word: str) -> None:
    path = safetensors(tmp_path / "file.safetensors", shapes)
    models = Models([tmp_path])
    assert models.all() == ()
    [other] = models.others
    assert (other.path, other.kind) == (path, kind)
    assert word in other.reason
    assert other.reason.endswith(".")


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"\xff" * 100,
        (10).to_bytes(8, "little") + b"{not json}",
        (2).to_bytes(8, "little") + b"[]",
        (24).to_bytes(8, "little") + b'{"a": {"data_offsets":1}',
        (10**12).to_bytes(8, "little") + b"{}",
    ],
)
def test_damaged_files_say_so_and_never_crash(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / "bad.safetensors").write_bytes(damage)
    assert "damaged" in recognise(tmp_path / "bad.safetensors").reason


def test_an_incomplete_download_says_so(tmp_path: Path) -> None:
    path = safetensors(tmp_path / "half.safetensors", SD15)
    path.write_bytes(path.read_bytes()[:-1])
    assert "incomplete" in recognise(path).reason


def test_pickles_are_never_opened(tmp_path: Path) -> None:
    (tmp_path / "old.ckpt").write_bytes(b"cos\nsystem\n")
    assert "safetensors" in recognise(tmp_path / "old.ckpt").reason


def test_folders_that_lack_something_say_what(tmp_path: Path) -> None:
    folder = diffusers_folder(tmp_path / "a")
    (folder / "vae" / "config.json").unlink()
    assert "vae" in recognise(folder).reason
    folder = diffusers_folder(tmp_path / "b")
    (folder / "unet" / "diffusion_pytorch_model.safetensors").unlink()
    assert "no safetensors" in recognise(folder).reason
    assert "Kandinsky" in recognise(diffusers_folder(tmp_path / "c", "KandinskyPipeline")).reason
    assert recognise(diffusers_folder(tmp_path / "d", channels=9)).usable
    (tmp_path / "e").mkdir()
    (tmp_path / "e" / "model_index.json").write_text("{")
    assert "model_index.json is damaged" in recognise(tmp_path / "e").reason
