from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from studio.document.change import Change
from studio.document.document import Document
from studio.document.layers import GeneratedLayer, MaskLayer, PaintLayer, RegionLayer
from studio.prompts.styles import Style
from studio.request.errors import BadInput
from studio.request.family import Ability
from studio.request.geometry import Rect, Size
from studio.request.pixels import Pixels
from studio.request.sampling import Algorithm, Sampler
from tests.document.making import EULER, a_document, a_model, a_picture, noise, plain


def test_a_request_is_the_same_until_something_changes() -> None:
    document = a_document()
    first = document.request()
    assert document.request() is first
    document.change(prompt="a fox")
    assert document.request() != first
    document.undo_stack.undo()
    assert document.request() == first


def test_what_is_automatic_comes_from_the_model() -> None:
    request = a_document().request()
    assert (request.size, request.steps, request.guidance, request.sampler) == (Size(320, 256), 12, 5.0, EULER)
    assert request.source is None
    assert request.strength == 1.0


def test_what_was_chosen_is_kept() -> None:
    document = a_document()
    ddim = Sampler(Algorithm.DDIM)
    document.change(size=Size(64, 128), steps=3, guidance=0.0, sampler=ddim, count=4, seed=7)
    request = document.request()
    assert (request.size, request.steps, request.guidance) == (Size(64, 128), 3, 0.0)
    assert (request.sampler, request.count, request.seed) == (ddim, 4, 7)


def test_a_sampler_the_model_does_not_know_is_replaced_by_its_own() -> None:
    document = a_document()
    document.change(sampler=Sampler(Algorithm.LCM))
    assert document.request().sampler == EULER


def test_zero_steps_are_refused_rather_than_taken_as_automatic() -> None:
    document = a_document()
    document.change(steps=0)
    with pytest.raises(BadInput):
        document.request()


def test_a_style_is_laid_around_the_words() -> None:
    document = a_document()
    document.change(prompt="a fox", style=Style("Ink", "{prompt}, in ink", "photo"))
    request = document.request()
    assert (request.prompt.text, request.prompt.raw, request.prompt.style) == ("a fox, in ink", "a fox", "Ink")
    assert request.negative.text == "photo"


def test_typing_is_one_step_of_undo_and_another_field_is_another() -> None:
    document = a_document()
    for end in range(1, 6):
        document.change(prompt="a fox"[:end])
    document.change(steps=5)
    assert document.undo_stack.count() == 2
    document.undo_stack.undo()
    assert (document.recipe.prompt, document.recipe.steps) == ("a fox", None)
    document.undo_stack.undo()
    assert document.recipe.prompt == ""
    document.undo_stack.redo()
    assert document.recipe.prompt == "a fox"


def test_typing_there_and_back_leaves_nothing_to_undo() -> None:
    document = a_document()
    document.change(prompt="a")
    document.change(prompt="")
    assert not document.undo_stack.canUndo()


def test_an_unknown_field_is_a_mistake() -> None:
    with pytest.raises(TypeError):
        a_document().change(promt="a fox")


def test_a_fresh_seed_is_drawn_unless_locked_and_survives_undo_of_other_things() -> None:
    document = a_document()
    document.change(prompt="a fox")
    before = document.request().seed
    drawn = document.next_seed()
    assert drawn != before
    assert document.request().seed == drawn < 2**63
    document.undo_stack.undo()
    assert document.request().seed == drawn
    document.change(seed_locked=True)
    assert document.next_seed() == drawn


def test_an_empty_canvas_follows_the_size_to_be_made() -> None:
    document = a_document()
    told: list[Change] = []
    document.changed.connect(told.append)
    document.change(size=Size(512, 128))
    assert document.size == (512, 128)
    assert told == [Change.RECIPE | Change.SIZE]
    document.change(size=None)
    document.set_model(a_model("other", (96, 96)))
    assert document.size == (96, 96)
    assert told[-1] == Change.MODEL | Change.SIZE


def test_a_canvas_with_something_on_it_keeps_its_size() -> None:
    document = a_document()
    document.apply_picture(a_picture(document))
    document.change(size=Size(64, 64))
    assert document.size == (320, 256)
    assert document.request().size == (64, 64)


def test_a_source_makes_the_canvas_its_size_and_is_sent_at_less_than_full_strength() -> None:
    document = a_document()
    picture = noise((200, 120))
    document.set_source(picture)
    request = document.request()
    assert document.size == request.size == (200, 120)
    assert request.source == picture
    assert 0 < request.strength < 1
    document.undo_stack.undo()
    assert not document.has_picture
    assert document.request().source is None
    assert document.recipe.strength == 1
    assert not document.undo_stack.canUndo()


def test_at_full_strength_the_canvas_is_not_looked_at() -> None:
    document = a_document()
    document.set_source(noise((200, 120)))
    document.change(strength=1.0)
    assert document.request().source is None


def test_a_model_that_edits_by_instruction_always_looks_at_the_canvas() -> None:
    document = a_document()
    picture = noise((200, 120))
    document.set_source(picture)
    document.change(strength=1.0)
    model = document.model
    document.set_model(
        replace(model, family=replace(model.family, abilities=model.family.abilities | {Ability.INSTRUCT}))
    )
    assert document.request().source == picture


def test_the_source_is_scaled_to_the_size_to_be_made() -> None:
    document = a_document()
    document.set_source(plain((200, 100), 10, 20, 30))
    document.change(size=Size(128, 64))
    source = document.request().source
    assert source == plain((128, 64), 10, 20, 30)


def test_a_canvas_beyond_what_the_model_can_is_asked_for_in_its_shape() -> None:
    document = Document(a_model(largest_side=512))
    document.set_source(noise((2048, 1024)))
    assert document.request().size == (512, 256)


def test_what_is_transparent_is_sent_as_white_paper() -> None:
    document = a_document()
    array = np.zeros((64, 64, 4), np.uint8)
    array[20, 20] = (255, 0, 0, 255)
    document.set_source(Pixels(array))
    source = document.request().source
    assert source is not None
    assert source.array[20, 20].tolist() == [255, 0, 0]
    assert (source.array[0, 0] == 255).all()


def test_a_hidden_layer_is_not_sent() -> None:
    document = a_document()
    document.set_source(noise((64, 64)))
    document.active.visible = False
    assert not document.has_picture


def test_a_made_picture_is_one_step_and_remembers_its_request() -> None:
    document = a_document()
    document.change(prompt="a lighthouse at dawn")
    picture = a_picture(document)
    layer = document.apply_picture(picture)
    assert document.active is layer
    assert isinstance(layer, GeneratedLayer)
    assert layer.request == picture.request
    assert layer.name == "a lighthouse at dawn"
    assert document.picture() == picture.pixels
    document.undo_stack.undo()
    assert not document.has_picture
    assert document.recipe.prompt == "a lighthouse at dawn"
    document.undo_stack.redo()
    assert document.picture() == picture.pixels


def test_a_picture_put_in_a_place_changes_nothing_around_it() -> None:
    document = a_document()
    document.set_source(noise((200, 120)))
    before = document.picture().array.copy()
    picture = a_picture(document, plain((40, 30), 1, 2, 3))
    document.apply_picture(picture, Rect(100, 50, 40, 30))
    after = document.picture().array.copy()
    assert (after[50:80, 100:140] == (1, 2, 3)).all()
    after[50:80, 100:140] = before[50:80, 100:140]
    assert (after == before).all()


def test_where_the_mask_kept_the_old_picture_no_pixel_is_touched() -> None:
    document = a_document()
    document.set_source(noise((64, 64)))
    before = document.picture().array
    mask = np.zeros((64, 64, 1), np.uint8)
    mask[10:20, 10:20] = 128
    request = replace(document.request(), mask=Pixels(mask))
    document.apply_picture(replace(a_picture(document, plain((64, 64), 9, 9, 9)), request=request))
    after = document.picture().array
    assert (after[mask[..., 0] == 0] == before[mask[..., 0] == 0]).all()
    assert (after[10:20, 10:20] == 9).all()


def test_a_mask_is_sent_with_the_picture_it_lies_on() -> None:
    document = a_document()
    document.set_source(noise((64, 64)))
    document.change(strength=1.0)
    mask = MaskLayer(name="Mask")
    mask.tiles.replace(mask.tiles.filled(Rect(8, 8, 16, 16), 255))
    mask.limit = 0.5
    document.add_layer(mask)
    request = document.request()
    assert request.source is not None
    assert request.mask is not None
    assert request.mask.array[8, 8, 0] == 128
    assert request.mask.array.sum() == 16 * 16 * 128
    mask.visible = False
    document.touched(Change.LAYERS)
    assert document.request().mask is None


def test_regions_are_sent_uppermost_first() -> None:
    document = a_document((64, 64))
    for name, at in (("sky", 0), ("sea", 32)):
        region = RegionLayer(name=name, prompt=name)
        region.tiles.replace(region.tiles.filled(Rect(0, at, 64, 32), 255))
        document.add_layer(region)
    document.add_layer(RegionLayer(name="nothing painted", prompt="a bird"))
    assert [region.prompt.text for region in document.request().regions] == ["sea", "sky"]


def test_a_step_is_told_of_once() -> None:
    document = a_document()
    told: list[Change] = []
    document.changed.connect(told.append)
    document.set_source(noise((100, 100)))
    assert len(told) == 1
    assert Change.PIXELS in told[0]
    assert Change.SIZE in told[0]


def test_another_document_can_be_taken_over() -> None:
    document, other = a_document(), a_document()
    other.set_source(noise((90, 50)))
    other.change(prompt="a fox")
    told: list[Change] = []
    document.changed.connect(told.append)
    shown = other.picture()
    document.become(other)
    assert document.picture() == shown
    assert document.recipe.prompt == "a fox"
    assert len(told) == 1
    assert not document.undo_stack.canUndo()
    assert isinstance(document.active, PaintLayer)
