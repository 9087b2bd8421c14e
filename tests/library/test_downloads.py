"""What is brought from the web arrives whole or not at all, whatever the network and the disk do."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections import namedtuple
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from studio.library.downloads import fetch as module
from studio.library.downloads import tokens
from studio.library.downloads.catalogue import Offer, offers, wishes_for, with_needs
from studio.library.downloads.fetch import Fetcher, Wish, discard, unfinished
from studio.library.downloads.hub import Hub, diffusers_files
from studio.library.recognition.recognised import Recognised
from studio.library.recognition.verdict import lacking_in
from studio.library.signs import BY_FAMILY
from studio.request.errors import BadInput, CancelledError, Trouble
from studio.ui.models.get_more import _SHELVES
from tests.library.server import Server
from tests.library.weights import safetensors

DATA = bytes(range(256)) * 8192  # two megabytes
SUM = hashlib.sha256(DATA).hexdigest()


@pytest.fixture
def server():
    with Server().running() as running:
        yield running


class Waits:
    """Instead of pauses: counts them, and stops when told."""

    def __init__(self, stop_after=None):
        self.seconds = []
        self.seen = []
        self.stop_after = stop_after

    def pause(self, seconds):
        if seconds:
            self.seconds.append(seconds)
        return self.stop_after is not None and bool(self.seen) and self.seen[-1] >= self.stop_after

    def progress(self, done, total):
        self.seen.append(done)


def bring(server, path, target, waits=None, token="", stall=5.0, **wish):
    waits = waits or Waits()
    return Fetcher(waits.pause, waits.progress, token, stall).fetch(Wish(url=server.base + path, target=target, **wish))


def ranges(server):
    return [wanted for _, wanted, _ in server.asked]


def test_a_file_arrives_whole(server, tmp_path):
    server.serve("/a.bin", DATA)
    waits = Waits()
    assert bring(server, "/a.bin", tmp_path / "m" / "a.bin", waits, size=len(DATA), sha256=SUM).read_bytes() == DATA
    assert waits.seen[-1] == len(DATA)
    assert [file.name for file in (tmp_path / "m").iterdir()] == ["a.bin"], "nothing is left beside it"
    bring(server, "/a.bin", tmp_path / "m" / "a.bin")
    assert len(server.asked) == 1, "what is there is not brought again"


def test_a_network_that_cuts_is_gone_on_with_where_it_cut(server, tmp_path):
    server.serve("/a.bin", DATA, cuts=[500_000, 300_000, 0])
    waits = Waits()
    assert bring(server, "/a.bin", tmp_path / "a.bin", waits, sha256=SUM).read_bytes() == DATA
    assert ranges(server) == ["", "bytes=500000-", "bytes=800000-", "bytes=800000-"]
    assert waits.seconds[-1] > waits.seconds[0], "pauses grow while nothing comes"


def test_a_network_that_stalls_is_given_up_and_asked_anew(server, tmp_path):
    server.serve("/a.bin", DATA, stalls=1)
    assert bring(server, "/a.bin", tmp_path / "a.bin", stall=0.3, sha256=SUM).read_bytes() == DATA
    assert ranges(server)[1] == f"bytes={len(DATA) // 2}-"


def test_a_network_that_never_comes_back_is_told_and_what_came_is_kept(server, tmp_path):
    server.serve("/a.bin", DATA, cuts=[700_000] + [0] * 20)
    with pytest.raises(Trouble, match="cannot be reached"):
        bring(server, "/a.bin", tmp_path / "a.bin")
    assert not (tmp_path / "a.bin").exists()
    server.files["/a.bin"].cuts.clear()
    [wish] = unfinished(tmp_path)
    assert wish.url == server.base + "/a.bin"
    assert Fetcher(Waits().pause, Waits().progress).fetch(wish).read_bytes() == DATA
    assert server.asked[-1][1] == "bytes=700000-"


def test_passing_errors_are_waited_for_and_lasting_ones_told(server, tmp_path):
    server.serve("/a.bin", DATA, errors=[503, 429])
    assert bring(server, "/a.bin", tmp_path / "a.bin").read_bytes() == DATA
    with pytest.raises(Trouble, match="no such file"):
        bring(server, "/none.bin", tmp_path / "b.bin")


def test_a_length_that_is_a_lie_is_noticed(server, tmp_path):
    server.serve("/short.bin", DATA, claims=len(DATA) - 1000)
    with pytest.raises(Trouble, match="instead of"):
        bring(server, "/short.bin", tmp_path / "a.bin", size=len(DATA))
    with pytest.raises(Trouble, match="checksum"):
        bring(server, "/short.bin", tmp_path / "b.bin", sha256=SUM)
    server.serve("/long.bin", DATA, claims=len(DATA) + 1000)
    with pytest.raises(Trouble, match="never sends all"):
        bring(server, "/long.bin", tmp_path / "c.bin", sha256=SUM)
    assert not any(file.suffix == ".bin" for file in tmp_path.iterdir())


def test_wrong_bytes_are_brought_again_once_and_then_refused(server, tmp_path):
    server.serve("/a.bin", DATA, wrong=1)
    assert bring(server, "/a.bin", tmp_path / "a.bin", sha256=SUM).read_bytes() == DATA
    server.serve("/b.bin", DATA, wrong=9)
    with pytest.raises(Trouble, match="damaged: its checksum differs"):
        bring(server, "/b.bin", tmp_path / "b.bin", sha256=SUM)
    assert [file.name for file in tmp_path.iterdir() if file.suffix in (".bin", ".part")] == ["a.bin"]


def test_without_a_checksum_the_header_is_looked_at(server, tmp_path):
    whole = safetensors(tmp_path / "x.safetensors", {"a": [1000]}).read_bytes()
    server.serve("/x.safetensors", whole)
    assert bring(server, "/x.safetensors", tmp_path / "y.safetensors").read_bytes() == whole
    server.serve("/page.safetensors", b"<html>Sign in</html>" * 100)
    with pytest.raises(Trouble, match="damaged"):
        bring(server, "/page.safetensors", tmp_path / "z.safetensors")


def test_a_file_that_was_replaced_meanwhile_is_begun_anew(server, tmp_path):
    server.serve("/a.bin", DATA, cuts=[600_000])
    with pytest.raises(CancelledError):
        bring(server, "/a.bin", tmp_path / "a.bin", Waits(stop_after=500_000))
    other = DATA[::-1]
    server.serve("/a.bin", other, etag='"two"')
    assert bring(server, "/a.bin", tmp_path / "a.bin").read_bytes() == other


def test_a_server_without_ranges_is_asked_from_the_beginning(server, tmp_path):
    server.serve("/a.bin", DATA, ranges=False, cuts=[600_000])
    assert bring(server, "/a.bin", tmp_path / "a.bin", sha256=SUM).read_bytes() == DATA


def test_a_part_that_is_longer_than_the_file_is_begun_anew(server, tmp_path):
    server.serve("/a.bin", DATA, cuts=[600_000])
    with pytest.raises(CancelledError):
        bring(server, "/a.bin", tmp_path / "a.bin", Waits(stop_after=500_000))
    facts = json.loads((tmp_path / "a.bin.part.json").read_bytes())
    (tmp_path / "a.bin.part.json").write_text(json.dumps({**facts, "total": 0, "etag": ""}))
    (tmp_path / "a.bin.part").write_bytes(DATA + b"more")
    assert bring(server, "/a.bin", tmp_path / "a.bin").read_bytes() == DATA


def test_what_is_stopped_is_kept_and_what_is_not_wanted_goes(server, tmp_path):
    server.serve("/a.bin", DATA)
    with pytest.raises(CancelledError):
        bring(server, "/a.bin", tmp_path / "a.bin", Waits(stop_after=500_000))
    [wish] = unfinished(tmp_path)
    assert wish.part.stat().st_size >= 500_000
    discard(wish)
    assert list(tmp_path.iterdir()) == []


KILLED = """
import sys, time
from pathlib import Path
from studio.library.downloads.fetch import Fetcher, Wish
def told(done, total):
    print(done, flush=True)
Fetcher(lambda seconds: False, told).fetch(Wish(url=sys.argv[1], target=Path(sys.argv[2]), sha256=sys.argv[3]))
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no kill -9 on Windows")
def test_a_kill_costs_nothing_of_what_has_come(server, tmp_path):
    server.serve("/a.bin", DATA, stalls=1)
    command = [sys.executable, "-c", KILLED, server.base + "/a.bin", str(tmp_path / "a.bin"), SUM]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]) as process:
        for line in process.stdout:
            if int(line) >= len(DATA) // 4:
                break
        process.kill()
        process.wait()
    server.go.set()
    assert not (tmp_path / "a.bin").exists()
    [wish] = unfinished(tmp_path)
    have = wish.part.stat().st_size
    assert have > 0
    assert Fetcher(Waits().pause, Waits().progress).fetch(wish).read_bytes() == DATA
    assert server.asked[-1][1] == f"bytes={have}-"


def test_a_disk_that_is_too_small_is_told_before_anything_is_written(server, tmp_path, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(10**12, 10**12 - 1_000_000, 1_000_000))
    server.serve("/a.bin", DATA)
    with pytest.raises(Trouble, match=r"not enough room.*2 MB more, 1 MB"):
        bring(server, "/a.bin", tmp_path / "a.bin")
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_fills_up_keeps_what_has_come(server, tmp_path, monkeypatch):
    server.serve("/a.bin", DATA)
    real = os.fsync

    def full(descriptor):
        if os.fstat(descriptor).st_size > 1_000_000:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(descriptor)

    monkeypatch.setattr(module.os, "fsync", full)
    with pytest.raises(Trouble, match="disk is full"):
        bring(server, "/a.bin", tmp_path / "a.bin", sha256=SUM)
    monkeypatch.undo()
    assert len(unfinished(tmp_path)) == 1
    assert bring(server, "/a.bin", tmp_path / "a.bin", sha256=SUM).read_bytes() == DATA


def test_gated_files_need_a_token_which_no_other_host_sees(server, tmp_path):
    server.serve("/a.bin", DATA, token="secret")
    with pytest.raises(Trouble, match="token"):
        bring(server, "/a.bin", tmp_path / "a.bin")
    assert bring(server, "/a.bin", tmp_path / "a.bin", token="secret").read_bytes() == DATA
    server.serve("/there.bin", DATA)
    elsewhere = server.base.replace("127.0.0.1", "localhost") + "/there.bin"
    server.serve("/moved.bin", b"", redirect=elsewhere)
    assert bring(server, "/moved.bin", tmp_path / "b.bin", token="secret").read_bytes() == DATA
    assert server.asked[-1] == ("/there.bin", "", "")


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://a/b", "a.bin", "http://", "https://[bad"])
def test_only_addresses_on_the_web_are_opened(tmp_path, url):
    with pytest.raises(BadInput, match="address"):
        Fetcher(Waits().pause, Waits().progress).fetch(Wish(url=url, target=tmp_path / "a"))


# the hub


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

    class Ring:
        def get_password(self, service, name):
            return kept.get((service, name))

        def set_password(self, service, name, value):
            kept[service, name] = value

        def delete_password(self, service, name):
            kept.pop((service, name))

    monkeypatch.setattr(tokens, "_keyring", Ring)
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


def test_an_offer_is_held_against_the_checksum_of_the_catalogue(server, tmp_path):
    large = {"oid": SUM, "size": len(DATA)}
    server.answers["/api/models/a/b/tree/main"] = [{"type": "file", "path": "one.safetensors", "size": 1, "lfs": large}]
    hub = Hub(base=server.base)
    offer = Offer("x", "X", "lora", "", "A.", "a/b", ("one.safetensors",), licence="MIT")
    [wish] = wishes_for(offer, hub, tmp_path)
    assert (wish.sha256, wish.size) == (SUM, len(DATA)), "the hub's own, where the catalogue has none"
    assert "Hugging Face's own" in offer.checked
    [wish] = wishes_for(replace(offer, sha256=SUM), hub, tmp_path)
    assert wish.sha256 == SUM
    with pytest.raises(Trouble, match=r"another one\.safetensors now"):
        wishes_for(replace(offer, sha256="ab" * 32), hub, tmp_path)
    with pytest.raises(Trouble, match="does not have two"):
        wishes_for(replace(offer, files=("two.safetensors",)), hub, tmp_path)
    server.serve("/u.pth", DATA, wrong=9)
    [wish] = wishes_for(replace(offer, repository="", url=server.base + "/u.pth", sha256=SUM), hub, tmp_path)
    with pytest.raises(Trouble, match="checksum differs"):
        Fetcher(Waits().pause, Waits().progress).fetch(wish)
    assert not wish.target.exists()


def test_the_catalogue_has_upscalers_with_checksums_and_all_that_an_offer_needs():
    every = offers()
    upscalers = [each for each in every if each.kind == "upscaler"]
    assert len(upscalers) > 4
    for each in upscalers:
        assert each.sha256 or each.repository, "nothing comes unchecked"
        assert each.page.startswith("https://")
    assert all(each.sha256 for each in every if each.url)
    flux = next(each for each in every if each.id == "flux-schnell-gguf")
    assert [each.id for each in with_needs(flux, every)] == ["flux-schnell-gguf", "t5-xxl-gguf", "clip-l", "ae"]


def test_the_catalogue_can_be_read_and_speaks_of_what_is_known():
    every = offers()
    ids = [offer.id for offer in every]
    assert len(ids) == len(set(ids)) > 15
    for offer in every:
        assert sum(offer.kind in kinds for _, kinds in _SHELVES) == 1, "each has one place on the page"
        assert not offer.family or offer.family in BY_FAMILY
        assert set(offer.needs) <= set(ids)
        assert offer.licence
        assert offer.about.endswith(".")
        assert not offer.sha256 or len(offer.sha256) == 64


def test_each_part_that_an_offered_denoiser_lacks_is_offered_too():
    every = offers()
    files = {(each.repository, file) for each in every for file in each.files}
    assert all(file.endswith((".safetensors", ".gguf")) for _, file in files)
    for offer in (each for each in every if each.kind == "diffusion"):
        wanted = lacking_in(Recognised(path=Path("x"), kind=offer.kind, family=offer.family, format="safetensors"))
        assert {(part.repository, part.file) for part in wanted} <= files, offer.id
        assert len(offer.needs) == len(wanted), f"{offer.id} brings other parts along than it lacks"
