"""Folders of weights as other programs lay them out, used where they are."""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing

import pytest

from studio.library.index import Index
from studio.library.models import Models
from studio.library.recognition.recognise import recognise
from studio.library.trees import tree_of
from tests.library.weights import LORA, SD15, SDXL, safetensors


@pytest.fixture(autouse=True)
def _no_embedded_models(tmp_path, monkeypatch):
    monkeypatch.setattr("studio.library.models.resource", lambda *parts: tmp_path.joinpath("embedded", *parts))


def names(models):
    return [entry.name for entry in models.entries()]


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


def test_extra_paths_of_comfyui_in_all_forms(tmp_path, monkeypatch):
    root = tmp_path / "ComfyUI"
    (root / "models").mkdir(parents=True)
    (root / "folder_paths.py").write_text("")
    monkeypatch.setenv("WEIGHTS", str(tmp_path / "env"))
    places = ("big/ckpt", "big/lora one", "big/lora two", "listed/a", "listed/b", "other/vae", "env/x", "plain #1")
    for at, place in enumerate(places):
        safetensors(tmp_path / place / f"{at}.safetensors", SD15, metadata={"n": str(at)})
    (root / "extra_model_paths.yaml").write_text(
        "# a note\n"
        "first:\n"
        "    checkpoints: ckpt\n"
        "    loras: |  # two of them\n"
        "        lora one\n"
        "        lora two\n"
        f"    base_path: '{tmp_path}/big'\n"
        "second:\n"
        f"    base_path: {tmp_path}\n"
        "    is_default: true\n"
        "    checkpoints:\n"
        "    - listed/a\n"
        "    - listed/b\n"
        "    vae: [other/vae]\n"
        "    unet: $WEIGHTS/x\n"
        "# third:\n"
        f"#   base_path: {tmp_path}/off\n"
    )
    assert names(Models([root])) == ["0", "1", "2", "3", "4", "5", "6"]


@pytest.mark.parametrize(
    "text", ["\t: [\n- x\n-\n", "a: |\n", ": :\n  : :\n", "[" * 5000, "a:\n  b: [,]\n  - \n", "\0:\n \0: \0"]
)
def test_extra_paths_that_make_no_sense_cost_nothing(tmp_path, text):
    root = tmp_path / "ComfyUI"
    safetensors(root / "models" / "a.safetensors", SD15)
    (root / "folder_paths.py").write_text("")
    (root / "extra_model_paths.yaml").write_text(text)
    assert names(Models([root])) == ["a"]


def test_a_webui_says_to_its_starter_where_its_weights_are(tmp_path):
    root = tmp_path / "webui"
    (root / "models").mkdir(parents=True)
    (root / "webui.py").write_text("")
    for at, place in enumerate(("my ckpts", "loras", "data/models/VAE", "off")):
        safetensors(tmp_path / place / f"{at}.safetensors", SD15)
    (root / "webui-user.sh").write_text(
        f'#export COMMANDLINE_ARGS="--ckpt-dir {tmp_path}/off"\n'
        f"export COMMANDLINE_ARGS=\"--xformers --ckpt-dir '{tmp_path}/my ckpts' --lora-dir={tmp_path}/loras\"\n"
    )
    (root / "webui-user.bat").write_text(f"set COMMANDLINE_ARGS=--data-dir {tmp_path}/data --port 7860\n")
    assert names(Models([root])) == ["0", "1", "2"]


def test_a_folder_with_a_portable_program_in_it_is_used_with_what_that_names(tmp_path):
    root = tmp_path / "ComfyUI_windows_portable" / "ComfyUI"
    safetensors(root / "models" / "a.safetensors", SD15)
    safetensors(tmp_path / "elsewhere" / "b.safetensors", SDXL)
    (root / "folder_paths.py").write_text("")
    (root / "extra_model_paths.yaml").write_text(f"mine:\n  base_path: {tmp_path}/elsewhere\n  checkpoints: .\n")
    assert names(Models([root.parent])) == ["a", "b"]


def test_an_example_in_a_comment_of_invokeai_is_no_setting(tmp_path):
    root = tmp_path / "invokeai"
    safetensors(root / "models" / "x.safetensors", SDXL)
    (root / "invokeai.yaml").write_text("# models_dir: /nowhere\nschema_version: 4.0.2\n")
    assert names(Models([root])) == ["x"]


def test_what_was_added_to_invokeai_where_it_lies_is_found_by_its_database(tmp_path):
    root, there = tmp_path / "invoke ai", tmp_path / "downloads"
    safetensors(root / "models" / "x.safetensors", SDXL)
    for name in ("mine", "not mine"):
        safetensors(there / f"{name}.safetensors", SD15, metadata={"n": name})
    (root / "invokeai.yaml").write_text("schema_version: 4.0.2\n")
    (root / "databases").mkdir()
    with closing(sqlite3.connect(root / "databases" / "invokeai.db")) as database, database:
        database.execute("CREATE TABLE models (id TEXT, config TEXT)")
        paths = ("x.safetensors", str(there / "mine.safetensors"), str(there / "gone.safetensors"), 3)
        configs = [*(json.dumps({"path": path}) for path in paths), "{", None, "[" * 100_000]
        database.executemany("INSERT INTO models VALUES ('', ?)", [(config,) for config in configs])
    index = Index(tmp_path / "index.sqlite")
    models = Models([root], index)
    assert names(models) == ["mine", "x"]
    (there / "mine.safetensors").unlink()
    models.refresh()
    index.close()
    assert names(models) == ["x"], "what InvokeAI names and is not there is its matter"
    (root / "databases" / "invokeai.db").write_bytes(b"SQLite format 3\0" + b"x" * 4000)
    assert names(Models([root])) == ["x"]
