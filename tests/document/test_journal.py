"""Autosave: what a crash leaves is offered again, with at most the last step missing."""

from __future__ import annotations

import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from studio.document import layering
from studio.document.document import Document
from studio.document.edits import TilesEdit
from studio.document.files.journal import Journal, forget, left_over, recover
from studio.document.images import SOURCE, image_of
from studio.document.layers import PaintLayer, walk
from studio.document.selecting import plane
from studio.request.errors import BadInput
from tests.document.making import a_document, a_model, a_picture, noise
from tests.document.test_walk import acts, state


def digest(document: Document) -> str:
    return hashlib.sha256(repr((state(document), document.recipe)).encode()).hexdigest()


@pytest.fixture
def document() -> Document:
    document = a_document((300, 200))
    document.set_source(noise((300, 200)))
    return document


def test_work_is_found_again_after_the_program_is_gone(document: Document, tmp_path: Path) -> None:
    journal = Journal(document, tmp_path)
    document.change(prompt="a fox")
    document.apply_picture(a_picture(document, noise((300, 200), seed=3)))
    mask = layering.add_mask(document)
    document.push(TilesEdit(document, "Mask", mask, mask.tiles.filled(mask.extent().grown(40), 90)))
    layering.group_up(document, mask)
    layering.add_region(document, "a boat")
    document.select(plane(noise((60, 50), 1).array[..., 0], 40, 30))
    assert left_over(tmp_path) == []  # its owner lives
    journal.close(keep=True)
    (path,) = left_over(tmp_path)
    found = recover(path, a_model())
    assert digest(found) == digest(document)
    assert [type(layer) for layer in walk(found.layers)] == [type(layer) for layer in walk(document.layers)]
    assert found.picture() == document.picture()
    forget(path)
    assert list(tmp_path.iterdir()) == []


def test_a_clean_end_leaves_nothing(document: Document, tmp_path: Path) -> None:
    journal = Journal(document, tmp_path)
    document.change(prompt="a fox")
    journal.close()
    assert list(tmp_path.iterdir()) == []


def test_what_was_saved_is_not_offered_but_what_came_after_is(document: Document, tmp_path: Path) -> None:
    journal = Journal(document, tmp_path)
    document.change(prompt="a fox")
    journal.saved()
    journal.close(keep=True)
    assert left_over(tmp_path) == []
    journal = Journal(document, tmp_path)
    document.change(prompt="a fox")
    journal.saved()
    document.change(negative="blur")
    journal.close(keep=True)
    (path,) = left_over(tmp_path)
    assert digest(recover(path, a_model())) == digest(document)


def test_a_stroke_writes_only_the_tiles_it_touched(document: Document, tmp_path: Path) -> None:
    journal = Journal(document, tmp_path)
    document.change(prompt="x")
    journal.wait()
    size = journal.path.with_name(journal.path.name + "-wal").stat().st_size
    layer = document.active
    assert isinstance(layer, PaintLayer)
    dab = layer.tiles.drawn(image_of(noise((5, 5))), 270, 10, SOURCE)
    document.push(TilesEdit(document, "Dab", layer, dab))
    journal.wait()
    grown = journal.path.with_name(journal.path.name + "-wal").stat().st_size - size
    assert 0 < grown < 150_000  # one tile that is mostly empty, and the state
    journal.close()


def test_a_damaged_journal_is_refused_in_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "a.journal"
    path.write_bytes(b"SQLite format 3\0" + b"x" * 5000)
    assert left_over(tmp_path) == []
    with pytest.raises(BadInput):
        recover(path, a_model())


def test_a_full_disk_is_told_once(document: Document, tmp_path: Path, qtbot, monkeypatch) -> None:
    journal = Journal(document, tmp_path)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("studio.document.files.journal.state_of", full)
    with qtbot.waitSignal(journal.trouble):
        document.change(prompt="a")
    with qtbot.assertNotEmitted(journal.trouble):
        document.change(negative="b")
        journal.wait()
    journal.close()


def walker(folder: str, seed: str) -> None:
    """In a child process: edits without end, saying after each what the document is now."""
    rng = random.Random(int(seed))
    document = a_document((180, 120))
    document.set_source(noise((180, 120)))
    journal = Journal(document, Path(folder))
    for number in range(2000):
        document.set_active(rng.choice(list(walk(document.layers))))
        with document.step("Step"):
            rng.choice(acts(document, rng))(document.active)
            document.change(negative=str(number))  # no state is there twice
        journal.wait()
        sys.stdout.write(digest(document) + "\n")
        sys.stdout.flush()


@pytest.mark.parametrize("seed", range(4))
def test_kill_9_loses_at_most_the_last_step(tmp_path: Path, seed: int) -> None:
    code = f"from tests.document.test_journal import walker; walker({str(tmp_path)!r}, '{seed}')"
    child = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"}
    )
    assert child.stdout is not None
    said = [child.stdout.readline().strip() for _ in range(3 + 5 * seed)]
    time.sleep(random.Random(seed).random() / 50)  # anywhere in a step
    child.send_signal(signal.SIGKILL)
    rest, _ = child.communicate()
    said += [line for line in rest.splitlines() if len(line) == 64]
    (path,) = left_over(tmp_path)
    found = digest(recover(path, a_model()))
    # the step that was not told of any more may be there already, but none that was told of is missing
    assert found == said[-1] or found not in said
