"""Weights and what belongs to them: moved, copied, taken away and had back."""

from __future__ import annotations

import json
import os

import pytest

from studio.library.moving import copy, move, put_aside, take_away
from studio.library.recognition.recognise import recognise
from studio.request.errors import BadInput, Trouble
from tests.library.weights import LORA, safetensors


def test_weights_move_with_what_lies_beside_them(tmp_path):
    path = safetensors(tmp_path / "a" / "x.safetensors", LORA)
    (tmp_path / "a" / "x.preview.png").write_bytes(b"p")
    (tmp_path / "a" / "x.json").write_text(json.dumps({"activation text": "sks girl, red", "notes": "weight 0.7"}))
    (tmp_path / "a" / "xy.json").write_text("{}")
    found = recognise(path)
    assert found.triggers == ("sks girl", "red")
    assert found.about == "weight 0.7"
    target = move(path, tmp_path / "b")
    assert sorted(file.name for file in target.parent.iterdir()) == ["x.json", "x.preview.png", "x.safetensors"]
    assert [file.name for file in (tmp_path / "a").iterdir()] == ["xy.json"]


def test_a_move_onto_something_is_refused_and_one_that_fails_leaves_all_in_place(tmp_path, monkeypatch):
    path = safetensors(tmp_path / "a" / "x.safetensors", LORA)
    (tmp_path / "a" / "x.json").write_text("{}")
    safetensors(tmp_path / "b" / "x.safetensors", LORA)
    with pytest.raises(BadInput, match="already"):
        move(path, tmp_path / "b")
    real = os.rename

    def full(old, new):
        if str(old).endswith(".json"):
            raise OSError(28, "No space left on device")
        real(old, new)

    monkeypatch.setattr(os, "rename", full)
    with pytest.raises(Trouble, match="No space left"):
        move(path, tmp_path / "c")
    assert path.exists()
    assert list((tmp_path / "c").iterdir()) == []


def test_a_move_to_another_disk_is_whole_before_the_old_one_goes(tmp_path, monkeypatch):
    path = safetensors(tmp_path / "a" / "x.safetensors", LORA)
    data = path.read_bytes()
    monkeypatch.setattr(os, "rename", lambda old, new: (_ for _ in ()).throw(OSError(18, "Invalid cross-device link")))
    assert move(path, tmp_path / "b").read_bytes() == data
    assert not path.exists()
    assert len(list((tmp_path / "b").iterdir())) == 1


def test_a_copy_that_is_stopped_leaves_nothing(tmp_path):
    path = safetensors(tmp_path / "a" / "x.safetensors", LORA)

    def stop(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        copy(path, tmp_path / "b", stop)
    assert list((tmp_path / "b").iterdir()) == []
    assert copy(path, tmp_path / "b").read_bytes() == path.read_bytes()


def test_what_is_taken_away_can_be_had_back(tmp_path):
    path = safetensors(tmp_path / "a" / "x.safetensors", LORA)
    (tmp_path / "a" / "x.json").write_text("{}")
    take_away(path, put_aside(tmp_path / "aside"))
    assert list((tmp_path / "a").iterdir()) == []
    assert sorted(file.name for file in (tmp_path / "aside").rglob("*.*")) == ["x.json", "x.safetensors"]


def test_weights_that_cannot_be_taken_away_stay_with_all_that_belongs_to_them(tmp_path):
    path = safetensors(tmp_path / "a" / "x.safetensors", LORA)
    (tmp_path / "a" / "x.json").write_text("{}")

    def locked(each):
        raise OSError(13, "Permission denied")

    with pytest.raises(Trouble, match=r"taken away: Permission denied"):
        take_away(path, locked)
    assert sorted(file.name for file in (tmp_path / "a").iterdir()) == ["x.json", "x.safetensors"]
