"""What is remembered of weights, what is said about them, and parts in files of their own."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest

from studio.library import looking as module
from studio.library.digests import hash_file
from studio.library.index import Index
from studio.library.models import Models
from studio.library.moving import move
from studio.library.notes import NoteBook
from studio.library.overrides import choices_for
from studio.library.recognition.recognise import recognise
from studio.request.geometry import Size
from tests.library.original import UNET, flux, under
from tests.library.weights import SD15, SDXL, diffusers_folder, safetensors


@pytest.fixture(autouse=True)
def _no_embedded_models(tmp_path, monkeypatch):
    monkeypatch.setattr("studio.library.models.resource", lambda *parts: tmp_path.joinpath("embedded", *parts))


def names(models):
    return [entry.name for entry in models.entries()]


def test_a_folder_that_lacked_a_part_is_a_model_once_that_is_there(tmp_path):
    folder = diffusers_folder(tmp_path / "m" / "plain")
    (folder / "vae").rename(tmp_path / "vae")
    models = Models([tmp_path / "m"], Index(tmp_path / "models.db"))
    [entry] = models.entries()
    assert "vae" in entry.reason
    (tmp_path / "vae").rename(folder / "vae")
    models.refresh()
    assert [model.title for model in models.all()] == ["plain"]


# what is remembered


def test_headers_are_read_once(tmp_path, monkeypatch):
    for number in range(3):
        safetensors(tmp_path / "m" / f"{number}.safetensors", SD15)
    read = []
    monkeypatch.setattr(module, "recognise", lambda path: read.append(path.name) or recognise(path))
    Models([tmp_path / "m"], Index(tmp_path / "models.db")).refresh()
    assert len(read) == 3
    again = Models([tmp_path / "m"], Index(tmp_path / "models.db"))
    assert names(again) == ["0", "1", "2"]
    again.refresh()
    assert len(read) == 3
    os.utime(tmp_path / "m" / "1.safetensors", (1, 1))
    again.refresh()
    assert read[3:] == ["1.safetensors"]


def test_missing_files_are_kept_shown_and_struck_off_when_asked(tmp_path):
    path = safetensors(tmp_path / "m" / "gone.safetensors", SD15)
    index = Index(tmp_path / "models.db")
    models = Models([tmp_path / "m"], index)
    models.refresh()
    path.unlink()
    models.refresh()
    [entry] = models.entries()
    assert entry.missing
    assert entry.name == "gone"
    assert "not where it was" in entry.reason
    assert models.all() == ()
    assert Models([], index).entries() == (), "folders that were taken off the list are not shown"
    models.forget([path])
    assert Models([tmp_path / "m"], index).entries() == ()


def test_a_model_in_hugging_faces_own_store_goes_by_the_name_of_its_repository(tmp_path):
    diffusers_folder(tmp_path / "hub" / "models--some--Dream" / "snapshots" / "0123456789abcdef")
    assert [model.title for model in Models([tmp_path / "hub"]).all()] == ["Dream"]


def test_two_models_of_one_name_are_told_apart(tmp_path):
    safetensors(tmp_path / "a" / "model-x.safetensors", SD15)
    safetensors(tmp_path / "b" / "model-x.safetensors", SD15, dtype="F32")
    models = Models([tmp_path])
    assert [model.reference.name for model in models.all()] == ["a/model-x", "b/model-x"]


def test_both_hashes_are_those_that_others_write(tmp_path):
    path = safetensors(tmp_path / "a.safetensors", {"x": [2]})
    hashes = hash_file(path)
    import hashlib

    data = path.read_bytes()
    assert hashes.auto_v2 == hashlib.sha256(data).hexdigest()[:10]
    assert hashes.auto_v3 == hashlib.sha256(data[8 + int.from_bytes(data[:8], "little") :]).hexdigest()[:12]
    assert hash_file(path, lambda: True) is None


# what the person says


def test_notes_follow_weights_through_a_move_and_change_the_defaults(tmp_path):
    path = safetensors(tmp_path / "m" / "a.safetensors", SD15)
    book = NoteBook(tmp_path / "notes.json")
    models = Models([tmp_path / "m"], Index(tmp_path / "models.db"), book)
    [entry] = models.entries()
    book.change(entry.print, text="for portraits", tags=("skin",), steps=12, size="640x768", sampler="Euler a")
    move(path, tmp_path / "m" / "sub")
    later = Models([tmp_path / "m"], Index(tmp_path / "models.db"), NoteBook(tmp_path / "notes.json"))
    later.refresh()
    [there] = [each for each in later.entries() if not each.missing]
    assert there.path == tmp_path / "m" / "sub" / "a.safetensors"
    assert (there.notes.text, there.notes.tags) == ("for portraits", ("skin",))
    assert (there.model.defaults.steps, there.model.defaults.size) == (12, Size(640, 768))
    assert there.model.defaults.sampler.name == "Euler a"
    assert later.book.tags() == ["skin"]


@pytest.mark.logs
@pytest.mark.parametrize("text", ["{", "[]", '{"a": 3}', '{"a": {"steps": true, "tags": 3, "unknown": 1}}'])
def test_damaged_notes_are_set_aside_and_cost_only_themselves(tmp_path, text):
    (tmp_path / "notes.json").write_text(text)
    book = NoteBook(tmp_path / "notes.json")
    assert book.of("a").steps is None
    book.change("b", text="new")
    assert NoteBook(tmp_path / "notes.json").of("b").text == "new"


def test_what_headers_cannot_tell_may_be_said_and_nothing_else(tmp_path):
    safetensors(tmp_path / "m" / "a.safetensors", SDXL)
    safetensors(tmp_path / "m" / "b.safetensors", {"lora_unet_x.lora_down.weight": [4, 5], "lora_unet_x.alpha": []})
    book = NoteBook(None)
    models = Models([tmp_path / "m"], book=book)
    big, lora = models.entries()
    assert choices_for(big.found).families == (), "its tensors say that it is an SDXL"
    book.change(big.print, prediction="v", variant="lightning", family="sd15")
    assert lora.found.family == ""
    book.change(lora.print, family="sdxl")
    models.noted()
    big, lora = models.entries()
    assert (big.found.family, big.found.prediction, big.found.variant) == ("sdxl", "v", "lightning")
    assert "v-prediction" in big.model.traits
    assert lora.found.family == "sdxl"


# models in several files


def test_parts_in_files_of_their_own_are_found_and_missing_ones_named(tmp_path, monkeypatch):
    from studio.library import parts
    from studio.library.families import FAMILIES

    kind = replace(FAMILIES["sdxl"], id="flux", variants=frozenset(), formats=frozenset(("safetensors", "parts")))
    for place in (parts, __import__("studio.library.recognition.verdict", fromlist=["FAMILIES"])):
        monkeypatch.setattr(place, "FAMILIES", {"flux": kind})
    monkeypatch.setattr("studio.library.offered.family", lambda identifier: kind)
    safetensors(tmp_path / "flux1-dev.safetensors", under(UNET, flux(double=1, single=1)))
    clip = {"text_model.embeddings.token_embedding.weight": [49408, 768]}
    first = safetensors(tmp_path / "clip_l.safetensors", clip)
    models = Models([tmp_path])
    [network] = [entry for entry in models.entries() if entry.paints]
    assert [part.variant for part in network.lacking] == ["t5-xxl", "kl-16"]
    assert "4.9 GB" in network.reason
    assert "CLIP-L" not in network.reason
    t5 = {"encoder.block.23.layer.0.SelfAttention.q.weight": [4096, 4096]}
    second = safetensors(tmp_path / "t5.safetensors", t5, dtype="F8_E4M3")
    safetensors(tmp_path / "sd3_vae.safetensors", {"decoder.conv_in.weight": [512, 16, 3, 3]})
    models.refresh()
    [network] = [entry for entry in models.entries() if entry.paints]
    assert [part.variant for part in network.lacking] == ["kl-16"], "the codec of SD3 has the shape, not the numbers"
    third = safetensors(tmp_path / "ae.safetensors", {"decoder.conv_in.weight": [512, 16, 3, 3]})
    models.refresh()
    [model] = models.all()
    assert dict(model.parts) == {"text_encoder": first, "text_encoder_2": second, "vae": third}
