"""Folders of weights in every layout, what is remembered of them, what is said about them, moving and taking away."""

from __future__ import annotations

import json
import os
import pickle
import zipfile
from dataclasses import replace

import numpy as np
import pytest
import torch

from studio.library import looking as module
from studio.library.digests import hash_file
from studio.library.index import Index
from studio.library.models import Models
from studio.library.moving import copy, move, put_aside, take_away
from studio.library.notes import NoteBook
from studio.library.overrides import choices_for
from studio.library.pickled import convert
from studio.library.recognition.recognise import recognise
from studio.library.trees import tree_of
from studio.request.errors import BadInput, Trouble
from studio.request.geometry import Size
from tests.library.original import UNET, flux, under
from tests.library.weights import SD15, SDXL, diffusers_folder, safetensors

LORA = {"lora_unet_down_blocks_1_attentions_0_transformer_blocks_0_attn2_to_k.lora_down.weight": [8, 2048]}
LORA |= {name.replace("down.weight", "up.weight"): [640, 8] for name in LORA}


@pytest.fixture(autouse=True)
def _no_embedded_models(tmp_path, monkeypatch):
    monkeypatch.setattr("studio.library.models.resource", lambda *parts: tmp_path.joinpath("embedded", *parts))


def names(models):
    return [entry.name for entry in models.entries()]


# trees of other programs


def test_a_comfyui_folder_is_used_in_place_with_its_extra_paths(tmp_path):
    root = tmp_path / "ComfyUI"
    safetensors(root / "models" / "checkpoints" / "one.safetensors", SD15)
    safetensors(root / "output" / "not-this.safetensors", SD15)
    safetensors(tmp_path / "else" / "models" / "Lora" / "two.safetensors", LORA)
    safetensors(tmp_path / "third" / "three.safetensors", SDXL)
    (root / "folder_paths.py").write_text("")
    (root / "extra_model_paths.yaml").write_text(
        f"# mine\na111:\n    base_path: {tmp_path / 'else'}\n    is_default: true\n    loras: |\n"
        f"        models/Lora\n        models/LyCORIS\n    checkpoints: models/none  # gone\n"
        f"other:\n    checkpoints: {tmp_path / 'third'}\n"
    )
    assert tree_of(root).title == "ComfyUI"
    assert names(Models([root])) == ["one", "three", "two"]


def test_a_forge_folder_is_used_in_place(tmp_path):
    root = tmp_path / "forge"
    safetensors(root / "models" / "Stable-diffusion" / "a.safetensors", SD15)
    safetensors(root / "embeddings" / "b.safetensors", {"emb_params": [4, 768]})
    safetensors(root / "repositories" / "no.safetensors", SD15)
    for name in ("webui.py", "modules_forge"):
        (root / name).write_text("")
    assert tree_of(root).title == "Forge"
    assert names(Models([root])) == ["a", "b"]


def test_a_swarmui_folder_says_where_its_models_are(tmp_path):
    root = tmp_path / "SwarmUI"
    safetensors(root / "Elsewhere" / "Stable-Diffusion" / "a.safetensors", SD15)
    (root / "Data").mkdir(parents=True)
    (root / "Data" / "Settings.fds").write_text("Paths:\n\tModelRoot: Elsewhere\n")
    assert names(Models([root])) == ["a"]


def test_a_fooocus_folder_says_where_its_models_are(tmp_path):
    root = tmp_path / "Fooocus"
    safetensors(tmp_path / "big" / "a.safetensors", SDXL)
    safetensors(root / "models" / "loras" / "b.safetensors", LORA)
    (root / "fooocus_version.py").write_text("")
    (root / "config.txt").write_text(json.dumps({"path_checkpoints": [str(tmp_path / "big")], "path_outputs": "."}))
    assert names(Models([root])) == ["a", "b"]


def test_an_invokeai_folder_is_used_in_place(tmp_path):
    root = tmp_path / "invokeai"
    safetensors(root / "my models" / "f3-uuid" / "model.safetensors", SDXL)
    (root / "invokeai.yaml").write_text("InvokeAI:\n  models_dir: my models\n")
    assert names(Models([root])) == ["f3-uuid"], "a name that says nothing gives way to the folder's"


def test_settings_of_other_programs_that_cannot_be_read_cost_nothing(tmp_path):
    root = tmp_path / "Fooocus"
    safetensors(root / "models" / "a.safetensors", SDXL)
    (root / "fooocus_version.py").write_text("")
    (root / "config.txt").write_text("{" * 100_000)
    assert names(Models([root])) == ["a"]


def test_linked_folders_are_gone_into_once_and_never_in_circles(tmp_path):
    root = tmp_path / "webui"
    safetensors(tmp_path / "big" / "one.safetensors", SD15)
    safetensors(root / "models" / "own" / "two.safetensors", SD15, dtype="F32")
    (root / "webui.py").write_text("")
    (root / "models" / "linked").symlink_to(tmp_path / "big")
    (root / "models" / "circle").symlink_to(root / "models")
    (root / "models" / "again").symlink_to(root / "models" / "own")
    (root / "models" / "nowhere").symlink_to(tmp_path / "gone")
    assert tree_of(root).title == "A1111"
    found = [entry.path.relative_to(tmp_path).as_posix() for entry in Models([root]).entries()]
    assert found == ["webui/models/linked/one.safetensors", "webui/models/own/two.safetensors"]


def test_what_can_be_reached_by_a_link_too_goes_by_its_own_place(tmp_path):
    safetensors(tmp_path / "big" / "one.safetensors", SD15)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "link").symlink_to(tmp_path / "big")
    assert [each.path for each in Models([tmp_path / "mine", tmp_path / "big"]).entries()] == [
        tmp_path / "big" / "one.safetensors"
    ]


def test_a_swarmui_folder_names_several_roots_and_folders_elsewhere(tmp_path):
    root = tmp_path / "SwarmUI"
    safetensors(root / "First" / "a.safetensors", SD15)
    safetensors(tmp_path / "second" / "b.safetensors", SDXL)
    safetensors(tmp_path / "loras" / "c.safetensors", LORA)
    (root / "Data").mkdir(parents=True)
    (root / "Data" / "Settings.fds").write_text(
        f"Paths:\n\tModelRoot: First;{tmp_path / 'second'}\n\tSDLoraFolder: Lora;{tmp_path / 'loras'}\n"
        "\tSDModelFolder: Stable-Diffusion\n\tSDVAEFolder: \n"
    )
    assert names(Models([root])) == ["a", "b", "c"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no such pipes on Windows")
def test_a_pipe_that_is_called_like_weights_holds_nobody_up(tmp_path):
    os.mkfifo(tmp_path / "a.safetensors")
    safetensors(tmp_path / "b.safetensors", SD15)
    assert names(Models([tmp_path])) == ["b"]
    assert "no file" in recognise(tmp_path / "a.safetensors").reason


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


# moving, copying, taking away


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


# pickles


@pytest.mark.parametrize("zipped", [True, False])
def test_a_pickled_file_is_converted_without_running_it(tmp_path, zipped):
    from safetensors.numpy import load_file

    one = torch.arange(12, dtype=torch.float32).reshape(3, 4)
    two = torch.ones(2, dtype=torch.float16)
    saved = {"state_dict": {"a": one, "b": one.T, "c": two, "part": {"d": one[1:]}}, "step": 3}
    torch.save(saved, tmp_path / "x.ckpt", _use_new_zipfile_serialization=zipped)
    convert(tmp_path / "x.ckpt", tmp_path / "x.safetensors")
    found = load_file(tmp_path / "x.safetensors")
    np.testing.assert_array_equal(found["a"], one.numpy())
    np.testing.assert_array_equal(found["b"], one.numpy().T)
    np.testing.assert_array_equal(found["part.d"], one.numpy()[1:])
    assert found["c"].dtype == np.float16


class _Evil:
    def __init__(self, mark):
        self.mark = mark

    def __reduce__(self):
        return os.mkdir, (str(self.mark),)


@pytest.mark.parametrize("zipped", [True, False])
def test_what_a_pickle_wants_to_run_is_not_run(tmp_path, zipped):
    mark = tmp_path / "was here"
    saved = {"a": torch.ones(2), "b": _Evil(mark)}
    torch.save(saved, tmp_path / "x.pt", _use_new_zipfile_serialization=zipped)
    convert(tmp_path / "x.pt", tmp_path / "x.safetensors")
    assert not mark.exists()
    assert recognise(tmp_path / "x.safetensors").reason


@pytest.mark.parametrize("cut", [1, 30, 200, 1000])
def test_an_old_file_that_is_cut_is_refused(tmp_path, cut):
    torch.save({"a": torch.ones(100), "b": torch.ones(7)}, tmp_path / "x.pt", _use_new_zipfile_serialization=False)
    data = (tmp_path / "x.pt").read_bytes()
    (tmp_path / "x.pt").write_bytes(data[: max(0, len(data) - cut)])
    with pytest.raises(BadInput, match="damaged"):
        convert(tmp_path / "x.pt", tmp_path / "x.safetensors")
    assert [file.name for file in tmp_path.iterdir()] == ["x.pt"]


@pytest.mark.parametrize("data", [b"", b"PK\3\4", pickle.dumps({"a": 1}), b"\x80\x02c__builtin__\neval\n."])
def test_pickles_that_cannot_be_read_are_refused_in_a_sentence(tmp_path, data):
    (tmp_path / "x.ckpt").write_bytes(data)
    with pytest.raises(BadInput, match=r"safely.*safetensors"):
        convert(tmp_path / "x.ckpt", tmp_path / "x.safetensors")
    with zipfile.ZipFile(tmp_path / "y.ckpt", "w") as archive:
        archive.writestr("archive/data.pkl", data)
    with pytest.raises(BadInput):
        convert(tmp_path / "y.ckpt", tmp_path / "y.safetensors")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["x.ckpt", "y.ckpt"]
