"""`models` on the command line: listed as they are now, added, converted after a question, removed, brought."""

from __future__ import annotations

import hashlib
import io
import json

import pytest
import torch
from safetensors import safe_open

from studio.cli import run
from tests.library.server import Server
from tests.library.weights import LORA, SD15, safetensors


def said(capsys, *arguments):
    """Exit code, and what was printed as JSON."""
    code = run(["models", *arguments, "--json"])
    return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_what_is_in_a_file_is_told(tmp_path, capsys):
    path = safetensors(tmp_path / "x.safetensors", LORA)
    code, [facts] = said(capsys, "info", str(path))
    assert code == 0
    wanted = {"kind": "lora", "family": "sdxl", "variant": "lora", "precision": "fp16", "usable": False}
    assert {key: facts[key] for key in wanted} == wanted
    assert facts["reason"].endswith(".")


def test_the_list_follows_the_folders(tmp_path, capsys):
    path = safetensors(tmp_path / "home" / "models" / "Mine.safetensors", SD15)
    names = [each.get("name") for each in said(capsys, "list")[1]]
    assert "Mine" in names
    path.unlink()
    assert "Mine" not in [each.get("name") for each in said(capsys, "list")[1]]
    assert said(capsys, "scan")[1][0]["missing"] == 1


def test_any_weights_are_added_and_put_aside(tmp_path, capsys):
    assert run(["models", "add", str(safetensors(tmp_path / "ink.safetensors", LORA))]) == 0
    assert (tmp_path / "home" / "models" / "ink.safetensors").exists()
    capsys.readouterr()
    assert said(capsys, "scan")[1][0]["kinds"]["lora"] == 1
    assert run(["models", "remove", "ink"]) == 0
    assert not (tmp_path / "home" / "models" / "ink.safetensors").exists()
    assert list((tmp_path / "home" / "removed models").rglob("ink.safetensors"))
    assert run(["models", "remove", "ink"]) == 2


def test_pickles_are_converted_only_when_that_is_agreed_to(tmp_path, capsys):
    torch.save({"emb_params": torch.zeros(2, 768)}, tmp_path / "word.pt")
    assert run(["models", "add", str(tmp_path / "word.pt")]) == 2
    assert "--convert" in capsys.readouterr().err
    assert run(["models", "add", str(tmp_path / "word.pt"), "--convert"]) == 0
    assert (tmp_path / "home" / "models" / "word.safetensors").exists()


@pytest.fixture
def hub(tmp_path, monkeypatch):
    with Server().running() as server:
        monkeypatch.setenv("SFUMATO_HUB", server.base)
        data = safetensors(tmp_path / "served.safetensors", LORA).read_bytes()
        server.serve("/a/b/resolve/main/x.safetensors", data, cuts=[1000])
        large = {"oid": hashlib.sha256(data).hexdigest(), "size": len(data)}
        server.answers["/api/models/a/b/tree/main"] = [
            {"type": "file", "path": "x.safetensors", "size": len(data), "lfs": large}
        ]
        server.answers["/api/models"] = [{"id": "a/b", "tags": ["license:mit"], "downloads": 3}]
        monkeypatch.setattr("studio.library.downloads.fetch._PAUSES", (0.01,))
        yield server


def test_repositories_are_searched_and_files_brought(tmp_path, capsys, hub):
    assert said(capsys, "search", "thing") == (0, [{"id": "a/b", "licence": "mit", "gated": False, "downloads": 3}])
    code, events = said(capsys, "download", "a/b/x.safetensors")
    assert code == 0
    assert events[-1] == {"event": "finished", "path": str(tmp_path / "home" / "models" / "x.safetensors")}
    assert events[0]["event"] == "progress"
    assert (tmp_path / "home" / "models" / "x.safetensors").read_bytes() == (
        tmp_path / "served.safetensors"
    ).read_bytes()


@pytest.mark.parametrize(
    "what", ["a/b/none.safetensors", "a/b", "no such thing", "ftp://a/b.safetensors", "http://a/b"]
)
def test_what_cannot_be_brought_is_said_in_a_line(capsys, hub, what):
    assert run(["models", "download", what]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


@pytest.fixture
def old_form(tmp_path, hub):
    """An upscaler as it was published before safetensors."""
    torch.save({"params": {"conv_first.weight": torch.ones(64, 3, 3, 3)}}, tmp_path / "sharp.pth")
    hub.serve("/files/sharp.pth", (tmp_path / "sharp.pth").read_bytes(), cuts=[500])
    return f"{hub.base}/files/sharp.pth"


def test_a_file_of_the_old_form_is_brought_and_converted_in_one_go(tmp_path, capsys, hub, old_form):
    code, events = said(capsys, "download", old_form, "--convert")
    home = tmp_path / "home" / "models"
    assert (code, events[-1]["path"]) == (0, str(home / "sharp.safetensors"))
    assert [path.name for path in home.glob("sharp*")] == ["sharp.safetensors"]
    with safe_open(home / "sharp.safetensors", "np") as file:
        assert file.get_tensor("conv_first.weight").sum() == 64 * 27
    asked = len(hub.asked)
    assert said(capsys, "download", old_form, "--convert")[0] == 0
    assert len(hub.asked) == asked, "what is there is not brought again"


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("\n", 2), ("", 2)])
def test_it_is_asked_before_anything_comes_where_somebody_can_answer(monkeypatch, capsys, hub, old_form, answer, code):
    typed = io.StringIO(answer)
    monkeypatch.setattr(typed, "isatty", lambda: True)
    monkeypatch.setattr("sys.stdin", typed)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    assert run(["models", "download", old_form]) == code
    assert "Shall its numbers be read without that" in capsys.readouterr().err
    assert bool(hub.asked) is (code == 0)


def test_without_anybody_to_ask_it_is_refused_before_anything_comes(capsys, hub, old_form):
    assert run(["models", "download", old_form]) == 2
    assert "--convert" in capsys.readouterr().err
    assert hub.asked == []
