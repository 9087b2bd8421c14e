"""Files that mean harm are refused in bounded memory and time: in a child process that is given little of both."""

from __future__ import annotations

import io
import json
import os
import struct
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path

import pytest

from studio.document.files.ora_read import read_ora
from studio.request.errors import BadInput
from tests.document.making import a_model
from tests.document.test_ora import ONE, by_hand, hostile, png

ROOM = 400 << 20  # bytes on top of what the program itself has
SECONDS = 20  # of CPU, for all of them


def worse(folder: Path) -> dict[str, Path]:
    """What takes memory only once it is looked at."""
    folder.mkdir()
    rows = zlib.compress(b"\0" * 60_001 * 60, 1)
    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", rows), (b"IEND", b""))
    bomb = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )
    many = '<image w="9" h="9"><stack>' + '<layer src="data/a.png"/>' * 20_000 + "</stack></image>"
    text = io.BytesIO()
    with zipfile.ZipFile(text, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("mimetype", "image/openraster")
        archive.writestr("stack.xml", ONE.format(w=9, h=9, src="data/a.png"))
        archive.writestr("data/a.png", b"\0" * (64 << 20))  # unpacked it would not fit into what the child has
        archive.infolist()[-1].file_size = 3 << 30
    (folder / "packed.ora").write_bytes(text.getvalue())
    large = {"data/a.png": png((1000, 1000), (0, 0, 0, 0))}
    return {
        "bomb": by_hand(folder / "bomb.ora", ONE.format(w=9, h=9, src="data/a.png"), {"data/a.png": bomb}),
        "many": by_hand(folder / "many.ora", many, large),
        "packed": folder / "packed.ora",
    }


def child(paths: list[str]) -> None:
    """Reads each with little memory; says what each was answered with."""
    import resource

    used = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    resource.setrlimit(resource.RLIMIT_AS, (used + ROOM, used + ROOM))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    answers: dict[str, str] = {}
    for path in paths:
        try:
            read_ora(Path(path), a_model())
            answers[path] = "opened"
        except BadInput as refusal:
            answers[path] = refusal.message
    sys.stdout.write(json.dumps(answers))


@pytest.mark.skipif(sys.platform != "linux", reason="only there can a process be given less")
def test_hostile_files_take_little_memory_and_time(tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    files = [*hostile(tmp_path / "plain").values(), *worse(tmp_path / "worse").values()]
    code = f"from tests.document.test_hostile import child; child({[str(path) for path in files]!r})"
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    answers = json.loads(done.stdout)
    assert len(answers) == len(files)
    for path, words in answers.items():
        assert words.endswith("."), (path, words)
        assert "memory" not in words.lower(), (path, words)
