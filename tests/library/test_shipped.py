"""Weights that ship with the studio, whole and damaged."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from studio.cli_doctor import examine
from studio.library.resources import resource
from studio.library.shipped import damaged_files
from studio.settings.paths import Home

WEIGHTS = b"weights" * 100


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder = tmp_path / "resources" / "models" / "small"
    (folder / "unet").mkdir(parents=True)
    (folder / "unet" / "weights.safetensors").write_bytes(WEIGHTS)
    (folder / "unet" / "config.json").write_text('{"layers": 2}')
    digest = hashlib.sha256(WEIGHTS).hexdigest()
    card = f"# Small\n\n| file | SHA-256 |\n| --- | --- |\n| unet/weights.safetensors | `{digest}` |\n"
    (folder / "README.md").write_text(card)
    return folder


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def alter(path: Path) -> None:
    path.write_bytes(b"W" + path.read_bytes()[1:])


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("unet/weights.safetensors", cut),
        ("unet/weights.safetensors", alter),
        ("unet/weights.safetensors", Path.unlink),
        ("unet/config.json", cut),
    ],
)
def test_damage_is_found(model: Path, name: str, damage) -> None:
    assert damaged_files(model.parent) == []
    damage(model / name)
    assert damaged_files(model.parent) == [model / name]


def test_the_models_that_ship_are_as_their_cards_say() -> None:
    assert damaged_files(resource("models")) == []


@pytest.mark.parametrize("checkout", [True, False])
def test_doctor_names_the_file_and_what_brings_it_back(model: Path, monkeypatch, checkout: bool) -> None:
    cut(model / "unet" / "weights.safetensors")
    root = model.parents[2]
    monkeypatch.setattr("studio.cli_doctor.resource", (root / "resources").joinpath)
    if checkout:
        (root / ".git").mkdir()
    home = Home.find(os.environ)
    home.prepare()
    found = next(each for each in examine(home) if each.name == "Weights")
    assert found.value == "damaged: resources/models/small/unet/weights.safetensors (those that ship with Sfumato)"
    wanted = "git checkout -- resources/models/small/unet/weights.safetensors" if checkout else "Get Sfumato again"
    assert wanted in found.remedy
