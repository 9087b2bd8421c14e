from __future__ import annotations

import random

from studio.document.edits import TilesEdit
from studio.document.images import SOURCE, image_of
from studio.document.layers import PaintLayer
from tests.document.making import a_document, noise


def test_old_steps_go_to_disk_and_come_back_to_the_byte() -> None:
    document = a_document((600, 600))
    document.set_source(noise((600, 600)))
    document.vault.budget = 6 * 256 * 256 * 4
    layer = document.active
    assert isinstance(layer, PaintLayer)
    rng = random.Random(1)
    states, edits = [layer.tiles.copy()], []
    for number in range(12):
        dab = layer.tiles.drawn(image_of(noise((90, 90), 4, number)), rng.randrange(500), rng.randrange(500), SOURCE)
        edits.append(TilesEdit(document, "Dab", layer, dab))
        document.push(edits[-1])
        states.append(layer.tiles.copy())
    assert sum(edit.nbytes for edit in edits) <= document.vault.budget
    for state in reversed(states[:-1]):
        document.undo_stack.undo()
        assert layer.tiles.same_as(state)
        assert sum(edit.nbytes for edit in edits) <= document.vault.budget
    for state in states[1:]:
        document.undo_stack.redo()
        assert layer.tiles.same_as(state)
    document.vault.close()


def test_the_newest_step_stays_in_memory_however_large() -> None:
    document = a_document((600, 600))
    document.set_source(noise((600, 600)))
    document.vault.budget = 1
    layer = document.active
    assert isinstance(layer, PaintLayer)
    dab = layer.tiles.drawn(image_of(noise((500, 500))), 0, 0, SOURCE)
    edit = TilesEdit(document, "Dab", layer, dab)
    document.push(edit)
    assert edit.nbytes > 1
    document.undo_stack.undo()
    assert document.picture() == noise((600, 600))
    document.vault.close()
