"""What is brought from the web arrives whole or not at all, whatever the network and the disk do."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import pytest

from studio.library.downloads import fetch as module
from studio.library.downloads.fetch import Fetcher, Wish, discard, unfinished
from studio.request.errors import BadInput, CancelledError, Trouble
from tests.library.server import DATA, SUM, Waits
from tests.library.weights import safetensors


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
