from __future__ import annotations

import random

from studio.document import layering
from studio.document.edits import MakingEdit, TilesEdit
from studio.document.generated import take_in
from studio.document.images import SOURCE, image_of
from studio.document.layering import remove
from studio.document.layers import PaintLayer
from studio.document.placing import Making
from studio.document.selecting import plane
from studio.document.stored import making_of
from tests.document.making import a_document, a_picture, noise


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


def test_removed_layers_and_old_selections_leave_memory_too() -> None:
    document = a_document((600, 600))
    document.set_source(noise((600, 600)))
    document.vault.budget = 1
    first = document.picture()
    areas = [plane(noise((500, 400), 1, seed).array[..., 0], 20 * seed, 30) for seed in range(4)]
    for seed, area in enumerate(areas):
        document.set_source(noise((600, 600), seed=seed + 5))
        document.select(area)
        layering.flatten(document)
    document.select(None)
    commands = [document.undo_stack.command(step) for step in range(document.undo_stack.count())]
    shown, held = document.picture(), sum(_bytes(command) for command in commands[:-1])
    assert held < 600 * 600 * 4  # of four flattened pairs and four selections
    for _ in commands[1:]:
        document.undo_stack.undo()
    assert document.picture() == first
    for _ in commands[1:]:
        document.undo_stack.redo()
    assert document.picture() == shown
    document.undo_stack.undo()
    assert document.selection is not None
    assert document.selection.same_as(areas[-1])
    document.vault.close()


def test_pictures_of_generated_layers_count_and_leave_memory_too() -> None:
    document = a_document((300, 200))
    document.set_source(noise((300, 200)))
    picture = a_picture(document, noise((300, 200)))
    made = tuple(noise((300, 200), seed=seed) for seed in range(1, 5))
    making = Making(candidates=(picture.pixels, *made), selection=noise((300, 200), 1))
    layer = document.apply_picture(picture, making=making)
    again = Making(candidates=tuple(noise((300, 200), seed=seed) for seed in range(9, 13)), chosen=2)
    take_in(document, layer, again, picture.request)
    shown, remembered = document.picture(), making_of(layer)
    remove(document, layer)
    removing = document.undo_stack.command(document.undo_stack.count() - 1)
    assert _bytes(removing) > 9 * 300 * 200 * 3  # not only the tiles that were shown
    document.vault.budget = 1
    document.select(plane(noise((50, 40), 1).array[..., 0]))
    assert _bytes(removing) == 0
    assert layer.candidates == ()
    document.undo_stack.undo()
    document.undo_stack.undo()
    assert making_of(layer) == remembered
    assert document.picture() == shown
    document.undo_stack.undo()  # made again
    assert layer.candidates == (picture.pixels, *made)
    document.undo_stack.redo()
    assert making_of(layer) == remembered
    document.vault.close()


def test_what_was_made_again_is_laid_aside_while_it_is_undone() -> None:
    document = a_document((300, 200))
    picture = a_picture(document, noise((300, 200)))
    layer = document.apply_picture(picture)
    take_in(document, layer, Making(candidates=(noise((300, 200), seed=9),)), picture.request)
    remembered = making_of(layer)
    document.undo_stack.undo()
    again = document.undo_stack.command(document.undo_stack.index()).child(1)
    assert isinstance(again, MakingEdit)
    assert again.nbytes == 300 * 200 * 3
    again.spill(document.vault)
    assert again.nbytes == 0
    document.undo_stack.redo()
    assert making_of(layer) == remembered
    document.vault.close()


def _bytes(command) -> int:
    inner = sum(_bytes(command.child(number)) for number in range(command.childCount()))
    return inner + getattr(command, "nbytes", 0)
