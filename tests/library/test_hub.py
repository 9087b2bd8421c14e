"""Hugging Face: what it has, which files of it are needed, and who is told the token."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

from studio.library.downloads import tokens
from studio.library.downloads.fetch import Fetcher
from studio.library.downloads.hub import Hub, diffusers_files
from studio.request.errors import BadInput, Trouble
from tests.library.rings import Ring
from tests.library.server import DATA, SUM, Waits

TREE = [
    {"type": "file", "path": "model_index.json", "size": 500},
    {"type": "file", "path": "one.safetensors", "size": 130, "lfs": {"oid": SUM, "size": len(DATA)}},
    {"type": "directory", "path": "unet"},
    {"type": "file", "path": "unet/config.json", "size": 100},
    {"type": "file", "path": "unet/d.safetensors", "size": 8},
    {"type": "file", "path": "unet/d.fp16.safetensors", "size": 4},
    {"type": "file", "path": "unet/d.bin", "size": 8},
    {"type": "file", "path": "vae/v.safetensors", "size": 2},
    {"type": "file", "path": "../../evil.json", "size": 2},
]


def test_repositories_are_searched_and_listed_with_sizes(server, tmp_path):
    entry = {"id": "a/b", "tags": ["license:mit", "x"], "gated": "manual", "downloads": 7, "likes": None}
    server.answers["/api/models"] = [entry, "junk"]
    server.answers["/api/models/a/b"] = entry
    server.answers["/api/models/a/b/tree/main"] = TREE
    server.serve("/a/b/resolve/main/one.safetensors", DATA)
    hub = Hub("secret", server.base)
    [found] = hub.search("some words")
    assert (found.id, found.licence, found.gated, found.downloads, found.likes) == ("a/b", "mit", True, 7, 0)
    assert "search=some+words" in server.asked[0][0]
    assert hub.repository("a/b") == found
    files = hub.files("a/b")
    assert next((file.path, file.size) for file in files if file.is_weights) == ("one.safetensors", len(DATA))
    wish = hub.wish(files[1], tmp_path)
    assert (wish.size, wish.sha256) == (len(DATA), SUM)
    assert Fetcher(Waits().pause, Waits().progress).fetch(wish).read_bytes() == DATA


def test_of_a_diffusers_folder_only_what_is_needed_is_brought_and_nothing_outside(server, tmp_path):
    server.answers["/api/models/a/b/tree/main"] = TREE
    hub = Hub(base=server.base)
    files = hub.files("a/b")
    assert [file.path for file in diffusers_files(files) if file.is_weights] == [
        "unet/d.fp16.safetensors",
        "vae/v.safetensors",
    ]
    with pytest.raises(BadInput, match="safely"):
        hub.wishes_of_folder("a/b", files, tmp_path)
    wishes = hub.wishes_of_folder("a/b", files[:-1], tmp_path)
    assert wishes[-1].target == tmp_path / "a--b" / "model_index.json", "until that is there it is no model"
    assert diffusers_files(files[1:]) == []


@pytest.mark.parametrize("name", ["", "a", "a/", "a/b/c", "../b", "a/b?x", "a b/c"])
def test_only_names_of_repositories_are_asked_for(server, name):
    with pytest.raises(BadInput, match="owner/name"):
        Hub(base=server.base).files(name)
    assert server.asked == []


def test_a_hub_that_is_not_there_or_talks_nonsense_is_told(server):
    server.serve("/api/models/a/b/tree/main?recursive=true", b"<html>")
    with pytest.raises(Trouble, match="cannot be reached"):
        Hub(base=server.base).files("a/b")
    with pytest.raises(Trouble, match="no such"):
        Hub(base=server.base).repository("a/c")


def test_the_token_is_kept_in_the_keyring_or_for_this_run(monkeypatch):
    monkeypatch.delenv("HF_TOKEN", raising=False)
    monkeypatch.setattr(tokens, "_now", {})
    kept = {}

    monkeypatch.setattr(tokens, "_keyring", lambda: Ring(kept))
    assert tokens.keep_token(" abc ")
    monkeypatch.setattr(tokens, "_now", {})
    assert tokens.token() == "abc"
    assert tokens.keep_token("")
    assert (tokens.token(), kept) == ("", {})
    monkeypatch.setattr(tokens, "_keyring", lambda: None)
    assert not tokens.keep_token("def"), "it does not outlive this run, and that is said"
    assert tokens.token() == "def"


def test_a_keyring_that_is_a_plain_file_is_none(monkeypatch):
    monkeypatch.setattr(tokens, "_now", {})
    monkeypatch.delenv("HF_TOKEN", raising=False)
    rings = [SimpleNamespace(priority=0.5), SimpleNamespace(priority=5)]
    package = SimpleNamespace(get_keyring=lambda: rings[0])
    monkeypatch.setitem(sys.modules, "keyring", package)
    assert tokens._keyring() is None
    assert not tokens.keep_token("abc")
    rings.pop(0)
    assert tokens._keyring() is rings[0]
    assert not tokens.keep_token("abc"), "one that is locked keeps nothing, and that is said"
    monkeypatch.setitem(sys.modules, "keyring", None)  # not installed
    assert tokens._keyring() is None


def test_nobody_but_the_hub_is_told_the_token(server):
    hub = Hub("secret", server.base)
    assert hub.token_for(hub.url("a/b", "x.safetensors")) == "secret"
    assert Hub("secret").token_for("https://huggingface.co/a/b/resolve/main/x.safetensors") == "secret"
    for other in (
        "https://civitai.com/api/download/x.safetensors",
        "http://huggingface.co/a/b",  # not encrypted
        "https://huggingface.co.evil.org/a",
        "https://huggingface.co:81/a",
        "https://user@evil.org/huggingface.co",
    ):
        assert Hub("secret").token_for(other) == "", other
